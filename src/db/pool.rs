//! Owns who uses which connection of a pool. The pool asks the database a question whenever a connection comes back,
//! which is one more round trip for each request. A connection whose last statement was answered needs none: it is
//! kept here and lent again, the last first, since what it needs is still in the processor's caches. Every other way of
//! ending (a transaction that nobody finished, a request that was broken off) is mended first, or ends the connection.
//!
//! Whoever uses a connection holds a permit, of which there are as many as connections; the first who waits gets the
//! next. Connections in use, in the mending and kept are never more than permits together, so nobody waits for one that
//! only lies here. That holds as long as nobody goes to the pool directly while requests are served.
//!
//! What has rested is asked whether it is still there before it is lent. What was opened before another connection was
//! lost is not kept.

use std::collections::VecDeque;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, PgPool, Postgres};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::DatabaseError;
use super::connection::{self, Age, PgConnection};
use super::sessions::Sessions;

/// A connection that is this old is ended once nobody uses it.
const LONGEST_LIFE: Duration = Duration::from_mins(30);
/// A connection that nobody needed for this long is ended.
const LONGEST_REST: Duration = Duration::from_mins(1);
/// A connection that nobody needed for this long may be lost without anybody's knowing.
const RESTED: Duration = Duration::from_secs(5);
/// How long the database may take, beyond the longest time of a statement, to say that it ended one.
const GRACE: Duration = Duration::from_millis(500);
/// How long a connection may take to answer when nothing is asked of it.
const CHECK: Duration = Duration::from_secs(1);

/// A pool of connections.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

pub(super) struct Shared {
    pg_pool: PgPool,
    permits: Arc<Semaphore>,
    pub(super) bounds: Bounds,
    /// Whether these connections are there to write.
    pub(super) writes: bool,
    /// Whose the sessions are.
    pub(super) sessions: Sessions,
    /// How a transaction begins.
    pub(super) begin: Arc<str>,
    state: Mutex<State>,
}

/// How long anything is waited for.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    /// For a connection.
    patience: Duration,
    /// For the answer to a statement: somewhat longer than the database lets one run.
    pub(super) statement: Duration,
    /// For an answer that takes no work.
    pub(super) check: Duration,
}

struct State {
    kept: VecDeque<Kept>,
    /// Whether connections are kept at all: not after the end.
    keeps: bool,
    /// How many times connections were given up.
    era: u64,
}

struct Kept {
    raw: PoolConnection<Postgres>,
    age: Age,
    since: Instant,
}

/// A connection that was lent. Dropped, it is kept as far as it is sound.
pub struct PooledConnection {
    connection: PgConnection,
    /// Whether it is being made sound: if that is broken off, the connection ends.
    mending: bool,
    // Freed after the connection was given back: whoever waits for it finds that one.
    permit: Option<OwnedSemaphorePermit>,
}

impl std::fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("Pool").field(&self.0.pg_pool).finish()
    }
}

impl Pool {
    /// A pool over sqlx's own, whose settings say how many there are and how long a request waits. The
    /// database ends a statement that runs for longer than `statement_timeout`.
    #[must_use]
    pub fn new(pg_pool: PgPool, statement_timeout: Duration) -> Self {
        Self::of(pg_pool, statement_timeout, true, Sessions::OWN)
    }

    /// The same where sessions may be shared. `writes` is false for connections on behalf of functions that are not
    /// ours.
    pub(super) fn of(pg_pool: PgPool, statement_timeout: Duration, writes: bool, sessions: Sessions) -> Self {
        let size = usize::try_from(pg_pool.options().get_max_connections())
            .unwrap_or(Semaphore::MAX_PERMITS)
            .min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Shared {
            permits: Arc::new(Semaphore::new(size)),
            bounds: Bounds {
                patience: pg_pool.options().get_acquire_timeout(),
                statement: statement_timeout.saturating_add(GRACE),
                check: CHECK,
            },
            writes,
            begin: sessions.begin(statement_timeout, writes),
            sessions,
            pg_pool,
            state: Mutex::new(State {
                kept: VecDeque::new(),
                keeps: true,
                era: 0,
            }),
        }))
    }

    /// How long a connection is waited for.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.0.bounds.patience
    }

    /// A connection for one statement, as soon as there is one.
    pub async fn acquire(&self) -> Result<PooledConnection, DatabaseError> {
        self.in_time(async { self.take(self.permit().await?).await })
            .await
    }

    /// A connection for a statement that may come twice without doing anything twice: a read, or a write that finds its
    /// own work done. If the connection turns out to be lost, the statement is sent again on a new one.
    pub async fn acquire_repeatable(&self) -> Result<PooledConnection, DatabaseError> {
        let mut pooled = self.acquire().await?;
        pooled.connection.repeats = true;
        Ok(pooled)
    }

    /// The turn to take a connection: whoever has it waits for nobody who uses one, at most for the database.
    pub async fn permit(&self) -> Result<OwnedSemaphorePermit, DatabaseError> {
        let permit = Arc::clone(&self.0.permits).acquire_owned().await;
        Ok(permit.map_err(|_| sqlx::Error::PoolClosed)?)
    }

    /// A connection for one statement, for whoever has the turn.
    pub async fn take(&self, mut permit: OwnedSemaphorePermit) -> Result<PooledConnection, DatabaseError> {
        loop {
            let kept = self.0.state().kept.pop_back();
            let Some(Kept { raw, age, since }) = kept else {
                // Boxed: a large future that is seldom needed would make every request larger.
                let (raw, age) = Box::pin(self.0.open()).await?;
                return Ok(self.pooled(raw, age, permit));
            };
            let mut pooled = self.pooled(raw, age, permit);
            if since.elapsed() < RESTED
                || Box::pin(pooled.connection.check(self.0.bounds.check))
                    .await
                    .is_ok()
            {
                return Ok(pooled);
            }
            permit = match pooled.permit.take() {
                Some(permit) => permit,
                None => self.permit().await?,
            };
        }
    }

    fn pooled(
        &self,
        raw: PoolConnection<Postgres>,
        age: Age,
        permit: OwnedSemaphorePermit,
    ) -> PooledConnection {
        PooledConnection {
            connection: PgConnection::new(raw, age, Arc::clone(&self.0)),
            mending: false,
            permit: Some(permit),
        }
    }

    /// A transaction, as soon as there is a connection for it.
    pub async fn begin(&self) -> Result<PooledTransaction, DatabaseError> {
        self.in_time(async {
            let mut pooled = self.take(self.permit().await?).await?;
            pooled.connection.begin().await?;
            Ok(PooledTransaction { pooled })
        })
        .await
    }

    /// Waiting for the turn and for the database together take no longer than one may wait.
    async fn in_time<T>(
        &self,
        waiting: impl Future<Output = Result<T, DatabaseError>>,
    ) -> Result<T, DatabaseError> {
        timeout(self.0.bounds.patience, waiting)
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// Gives up every connection that was opened until now: the one that asked this was lost.
    pub fn distrust(&self) {
        let era = self.0.state().era;
        self.0.distrust(era);
    }

    /// Ends what nobody needs, until cancelled.
    pub async fn tidy(&self, stop: CancellationToken) {
        let work = async {
            loop {
                tokio::time::sleep(LONGEST_REST / 4).await;
                while let Some(rested) = self.0.state().rested() {
                    connection::end(rested.raw);
                }
            }
        };
        stop.run_until_cancelled(work).await;
    }

    /// Keeps nothing any more, and closes the pool once everybody has given back what was lent.
    pub async fn close(&self) {
        let kept = {
            let mut state = self.0.state();
            state.keeps = false;
            std::mem::take(&mut state.kept)
        };
        for kept in kept {
            connection::end(kept.raw);
        }
        self.0.pg_pool.close().await;
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new connection of the pool, or one that lies in it and answers.
    pub(super) async fn open(&self) -> Result<(PoolConnection<Postgres>, Age), sqlx::Error> {
        let opening = async {
            loop {
                let age = Age {
                    born: Instant::now(),
                    era: self.state().era,
                };
                let mut raw = self.pg_pool.acquire().await?;
                raw.close_on_drop();
                if matches!(timeout(self.bounds.check, raw.ping()).await, Ok(Ok(()))) {
                    return Ok((raw, age));
                }
            }
        };
        timeout(self.bounds.patience, opening)
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
    }

    /// Gives up everything that was opened in this era or before, unless that has been done.
    pub(super) fn distrust(&self, era: u64) {
        let kept = {
            let mut state = self.state();
            if era < state.era {
                return;
            }
            state.era += 1;
            std::mem::take(&mut state.kept)
        };
        tracing::warn!(
            database.connections = kept.len(),
            "a connection to the database was lost: all that were opened before it are given up"
        );
        for kept in kept {
            connection::end(kept.raw);
        }
        while let Some(idle) = self.pg_pool.try_acquire() {
            connection::end(idle);
        }
    }

    /// Keeps a sound connection for the next one, unless it is too old.
    fn keep(&self, raw: PoolConnection<Postgres>, age: Age) {
        let kept = Kept {
            raw,
            age,
            since: Instant::now(),
        };
        let ended = {
            let mut state = self.state();
            if state.keeps && age.era == state.era && age.born.elapsed() < LONGEST_LIFE {
                state.kept.push_back(kept);
                None
            } else {
                Some(kept)
            }
        };
        if let Some(kept) = ended {
            connection::end(kept.raw);
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

impl PooledConnection {
    /// Ends the connection: nobody can say what state its session is in.
    pub fn end(mut self) {
        self.connection.lose();
    }

    /// Gives the connection back after its statement was answered.
    pub fn keep(self) {
        drop(self);
    }

    fn give_back(&mut self) {
        let sound = self.connection.is_sound();
        let age = self.connection.age;
        if let Some(raw) = self.connection.take() {
            if sound {
                self.connection.shared.keep(raw, age);
            } else {
                connection::end(raw);
            }
        }
    }
}

impl Drop for PooledConnection {
    fn drop(&mut self) {
        if self.mending || self.connection.is_sound() || self.connection.is_lost() {
            return self.give_back();
        }
        // Whoever waits for the permit waits for the mending too, which is bounded.
        let Some(raw) = self.connection.take() else { return };
        let mut pooled = Self {
            connection: self.connection.left_over(raw),
            mending: true,
            permit: self.permit.take(),
        };
        tokio::spawn(async move { pooled.connection.mend().await });
    }
}

/// A transaction on a connection that was lent for it. Dropped, it is taken back.
pub struct PooledTransaction {
    pooled: PooledConnection,
}

impl PooledTransaction {
    /// Commits.
    pub async fn commit(mut self) -> Result<(), DatabaseError> {
        Ok(self.pooled.connection.finish("commit").await?)
    }

    /// Takes everything back.
    pub async fn rollback(mut self) -> Result<(), DatabaseError> {
        Ok(self.pooled.connection.finish("rollback").await?)
    }
}

impl Deref for PooledTransaction {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.pooled
    }
}

impl DerefMut for PooledTransaction {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.pooled
    }
}

impl Deref for PooledConnection {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        &self.connection
    }
}

impl DerefMut for PooledConnection {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.connection
    }
}
