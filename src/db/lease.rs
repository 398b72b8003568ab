//! Owns the connections that single statements use one after the other. The pool asks the database a question
//! whenever a connection comes back, which is one more round trip for each request. A connection whose statement was
//! finished by name needs none: it is kept here and lent again, the last first, since what it needs is still in the
//! processor's caches. Every other way of ending (an error, a request that was broken off) hands it to the pool,
//! which looks at it. Transactions, polls and look-ups go to the pool itself, and are not kept waiting by what is
//! kept here.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;

use super::DatabaseError;

/// Connections of the application's pool that are never lent from here: transactions need some.
pub const SPARE: u32 = 2;
/// A connection is handed to the pool when it is this old, which then ends it (the pool's own limit).
const LONGEST_LIFE: Duration = Duration::from_mins(30);
/// A connection that nobody needed for this long is handed to the pool, which ends it in time.
const LONGEST_REST: Duration = Duration::from_mins(1);

/// Lends connections of a pool.
#[derive(Clone)]
pub struct Lender(Arc<Shared>);

struct Shared {
    pool: PgPool,
    permits: Arc<Semaphore>,
    patience: Duration,
    state: Mutex<State>,
}

struct State {
    kept: VecDeque<Kept>,
    /// Whether connections are kept at all: not in a pool that is too small for it, nor after the end.
    keeps: bool,
    /// How many wait for the pool at this moment.
    seeking: usize,
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
    _permit: OwnedSemaphorePermit,
}

impl std::fmt::Debug for Lender {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Lender").field(&self.0.pool).finish()
    }
}

impl Lender {
    /// Lends all connections of this pool but `spare`. Its settings say how many there are and how long a request
    /// waits.
    #[must_use]
    pub fn new(pool: PgPool, spare: u32) -> Self {
        let size = pool.options().get_max_connections();
        let keeps = size > spare;
        let lent = if keeps { size - spare } else { size };
        Self(Arc::new(Shared {
            permits: Arc::new(Semaphore::new(
                usize::try_from(lent).unwrap_or(Semaphore::MAX_PERMITS),
            )),
            patience: pool.options().get_acquire_timeout(),
            pool,
            state: Mutex::new(State {
                kept: VecDeque::new(),
                keeps,
                seeking: 0,
            }),
        }))
    }

    /// A connection for one statement, as soon as there is one.
    pub async fn lend(&self) -> Result<Lease, DatabaseError> {
        let waiting = Arc::clone(&self.0.permits).acquire_owned();
        let permit = tokio::time::timeout(self.0.patience, waiting)
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let lease = |connection, born| Lease {
            connection,
            born,
            lender: Arc::clone(&self.0),
            _permit: permit,
        };
        let seeking = {
            let mut state = self.0.state();
            if let Some(kept) = state.kept.pop_back() {
                return Ok(lease(kept.connection, kept.born));
            }
            Seeking::begin(&self.0, &mut state)
        };
        let connection = self.0.pool.acquire().await?;
        drop(seeking);
        Ok(lease(connection, Instant::now()))
    }

    /// A transaction, as soon as the pool has a connection. If it has none because one is kept here, it gets that one.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, DatabaseError> {
        let (_seeking, handed_over) = {
            let mut state = self.0.state();
            let seeking = Seeking::begin(&self.0, &mut state);
            let handed_over = if self.0.is_short(&state) {
                state.kept.pop_front()
            } else {
                None
            };
            (seeking, handed_over)
        };
        drop(handed_over);
        Ok(self.0.pool.begin().await?)
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

    /// Whether more wait for the pool than it can serve at once.
    fn is_short(&self, state: &State) -> bool {
        let possible = self
            .pool
            .options()
            .get_max_connections()
            .saturating_sub(self.pool.size());
        let free = usize::try_from(possible).unwrap_or(usize::MAX);
        state.seeking > free.saturating_add(self.pool.num_idle())
    }
}

impl State {
    /// The one that was not needed for the longest time, if that is too long.
    fn rested(&mut self) -> Option<Kept> {
        self.kept
            .pop_front_if(|kept| kept.since.elapsed() >= LONGEST_REST)
    }
}

/// Somebody waits for the pool.
struct Seeking<'a>(&'a Shared);

impl<'a> Seeking<'a> {
    fn begin(shared: &'a Shared, state: &mut State) -> Self {
        state.seeking += 1;
        Self(shared)
    }
}

impl Drop for Seeking<'_> {
    fn drop(&mut self) {
        self.0.state().seeking -= 1;
    }
}

impl Lease {
    /// Ends the connection: nobody can say what state its session is in.
    pub fn end(mut self) {
        self.connection.close_on_drop();
    }

    /// Gives the connection back after its statement was answered. Whoever waits for the pool comes first.
    pub fn keep(self) {
        let kept = Kept {
            connection: self.connection,
            born: self.born,
            since: Instant::now(),
        };
        let handed_over = {
            let mut state = self.lender.state();
            if state.keeps && kept.born.elapsed() < LONGEST_LIFE && !self.lender.is_short(&state) {
                state.kept.push_back(kept);
                None
            } else {
                Some(kept)
            }
        };
        drop(handed_over);
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
