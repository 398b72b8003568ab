//! Owns who uses which connection of a pool. The pool asks the database a question whenever a connection comes back,
//! which is one more round trip for each request. A connection whose statement was finished by name needs none: it is
//! kept here and lent again, the last first, since what it needs is still in the processor's caches. Every other way of
//! ending (an error, a request that was broken off) hands it to the pool, which looks at it.
//!
//! Whoever uses a connection holds a permit, of which there are as many as connections; the first who waits gets the
//! next. Connections in use and connections kept are never more than permits together, so nobody waits for one that
//! only lies here. That holds as long as nobody goes to the pool directly while requests are served.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::DatabaseError;

/// A connection that was lent for so long without the pool's seeing it is handed to it, which ends it when it is old:
/// nobody's connection lives longer than this beyond the pool's own limit.
const LONGEST_LIFE: Duration = Duration::from_mins(30);
/// A connection that nobody needed for this long is handed to the pool, which ends it in time.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// Lends connections of a pool.
#[derive(Clone)]
pub struct Lender(Arc<Shared>);

struct Shared {
    pool: PgPool,
    permits: Arc<Semaphore>,
    size: usize,
    patience: Duration,
    state: Mutex<State>,
}

struct State {
    kept: VecDeque<Kept>,
    /// Whether connections are kept at all: not after the end.
    keeps: bool,
}

struct Kept {
    connection: PoolConnection<Postgres>,
    born: Instant,
    since: Instant,
}

/// A connection that was lent. Dropped, it goes to the pool.
pub struct Lease {
    connection: PoolConnection<Postgres>,
    born: Instant,
    lender: Arc<Shared>,
    // Freed after the connection was given back: whoever waits for it finds that one.
    permit: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Lender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Lender").field(&self.0.pool).finish()
    }
}

impl Lender {
    /// Lends the connections of this pool, whose settings say how many there are and how long a request waits.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        let size = usize::try_from(pool.options().get_max_connections())
            .unwrap_or(Semaphore::MAX_PERMITS)
            .min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Shared {
            permits: Arc::new(Semaphore::new(size)),
            size,
            patience: pool.options().get_acquire_timeout(),
            pool,
            state: Mutex::new(State {
                kept: VecDeque::new(),
                keeps: true,
            }),
        }))
    }

    /// A connection for one statement, as soon as there is one.
    pub async fn lend(&self) -> Result<Lease, DatabaseError> {
        self.in_time(async { self.take(self.permit().await?).await })
            .await
    }

    /// The turn to take a connection: whoever has it waits for nobody who uses one, at most for the database.
    pub async fn permit(&self) -> Result<OwnedSemaphorePermit, DatabaseError> {
        let permit = Arc::clone(&self.0.permits).acquire_owned().await;
        Ok(permit.map_err(|_| sqlx::Error::PoolClosed)?)
    }

    /// A connection for one statement, for whoever has the turn.
    pub async fn take(&self, permit: OwnedSemaphorePermit) -> Result<Lease, DatabaseError> {
        let kept = self.0.state().kept.pop_back();
        let (connection, born) = match kept {
            Some(kept) => (kept.connection, kept.born),
            // Boxed: a large future that is seldom needed would make every request larger.
            None => (Box::pin(self.0.pool.acquire()).await?, Instant::now()),
        };
        Ok(Lease {
            connection,
            born,
            lender: Arc::clone(&self.0),
            permit,
        })
    }

    /// A transaction, as soon as there is a connection for it. If the pool has none because one is kept here, it gets
    /// that one.
    pub async fn begin(&self) -> Result<LentTransaction, DatabaseError> {
        self.in_time(async {
            let permit = self.permit().await?;
            drop(self.0.surplus());
            Ok(LentTransaction {
                transaction: Box::pin(self.0.pool.begin()).await?,
                permit: Some(permit),
            })
        })
        .await
    }

    /// Waiting for the turn and for the pool together take no longer than one may wait.
    async fn in_time<T>(
        &self,
        waiting: impl Future<Output = Result<T, DatabaseError>>,
    ) -> Result<T, DatabaseError> {
        tokio::time::timeout(self.0.patience, waiting)
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// Hands over what nobody needs, until cancelled.
    pub async fn tidy(&self, stop: CancellationToken) {
        let work = async {
            loop {
                tokio::time::sleep(LONGEST_REST / 4).await;
                while let Some(rested) = self.0.state().rested() {
                    drop(rested);
                }
            }
        };
        stop.run_until_cancelled(work).await;
    }

    /// Keeps nothing any more.
    pub fn close(&self) {
        let kept = {
            let mut state = self.0.state();
            state.keeps = false;
            std::mem::take(&mut state.kept)
        };
        drop(kept);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One that is kept, if without it the pool could not serve everybody who holds a permit. Who holds one and will
    /// take a kept connection counts as well, so at worst one is handed over that might have stayed.
    fn surplus(&self) -> Option<Kept> {
        let mut state = self.state();
        let held = self.size.saturating_sub(self.permits.available_permits());
        if held + state.kept.len() > self.size {
            state.kept.pop_front()
        } else {
            None
        }
    }
}

impl State {
    /// The one that was not needed for the longest time, if that is too long.
    fn rested(&mut self) -> Option<Kept> {
        self.kept
            .pop_front_if(|kept| kept.since.elapsed() >= LONGEST_REST)
    }
}

impl Lease {
    /// Ends the connection: nobody can say what state its session is in.
    pub fn end(mut self) {
        self.connection.close_on_drop();
    }

    /// Gives the connection back after its statement was answered.
    pub fn keep(self) {
        let Self {
            connection,
            born,
            lender,
            permit,
        } = self;
        let kept = Kept {
            connection,
            born,
            since: Instant::now(),
        };
        let handed_over = {
            let mut state = lender.state();
            if state.keeps && born.elapsed() < LONGEST_LIFE {
                state.kept.push_back(kept);
                None
            } else {
                Some(kept)
            }
        };
        drop(handed_over);
        drop(permit);
    }
}

/// A transaction on a connection that was lent for it. The pool looks at the connection when it ends.
pub struct LentTransaction {
    transaction: Transaction<'static, Postgres>,
    // Freed after the transaction has ended.
    permit: Option<OwnedSemaphorePermit>,
}

impl LentTransaction {
    /// Commits.
    pub async fn commit(self) -> Result<(), DatabaseError> {
        self.transaction.commit().await?;
        drop(self.permit);
        Ok(())
    }

    /// Takes everything back.
    pub async fn rollback(self) -> Result<(), DatabaseError> {
        self.transaction.rollback().await?;
        drop(self.permit);
        Ok(())
    }
}

impl From<Transaction<'static, Postgres>> for LentTransaction {
    /// One of a pool that nobody lends from.
    fn from(transaction: Transaction<'static, Postgres>) -> Self {
        Self {
            transaction,
            permit: None,
        }
    }
}

impl Deref for LentTransaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.transaction
    }
}

impl DerefMut for LentTransaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }
}

impl Deref for Lease {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
