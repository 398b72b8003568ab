//! Owns how a replica learns that something it caches has changed: one unpooled connection listens, one query polls
//! every few seconds, and either is enough. If both fail for longer than [`FRESH_FOR`], caches are not to be trusted.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgListener};
use tokio_util::sync::CancellationToken;

use super::connect;
use super::pool::Pool;
use crate::base::clock::{DatabaseClock, LARGEST_JUMP};

/// How often versions are polled.
pub const POLL_EVERY: Duration = Duration::from_secs(3);
/// How old the last poll may be while caches are still served.
pub const FRESH_FOR: Duration = Duration::from_secs(10);

/// How long the connection that listens may take to answer.
const LISTEN_TIME: Duration = Duration::from_secs(1);

/// When the versions were last known, which caches could not follow them, and whether the clock behaved.
#[derive(Debug)]
pub struct Freshness {
    watched: AtomicBool,
    behind: Mutex<BTreeMap<String, Instant>>,
    started: Instant,
    last_poll_millis: AtomicU64,
    last_jump_millis: AtomicU64,
    writable: AtomicBool,
}

impl Freshness {
    /// Fresh as of now.
    #[must_use]
    pub fn new() -> Self {
        Self {
            watched: AtomicBool::new(false),
            behind: Mutex::default(),
            started: Instant::now(),
            last_poll_millis: AtomicU64::new(0),
            last_jump_millis: AtomicU64::new(0),
            writable: AtomicBool::new(true),
        }
    }

    /// Whether caches may be served. Before anybody watches they are as they were filled.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        if !self.watched.load(Ordering::Relaxed) {
            return true;
        }
        let last = Duration::from_millis(self.last_poll_millis.load(Ordering::Relaxed));
        self.started.elapsed().saturating_sub(last) < FRESH_FOR
    }

    /// A cache that has moved on in the database and could not be brought current for too long: what it holds may have
    /// been revoked since.
    #[must_use]
    pub fn left_behind(&self) -> Option<String> {
        let behind = self.behind();
        let mut late = behind.iter().filter(|(_, since)| since.elapsed() >= FRESH_FOR);
        late.next().map(|(name, _)| name.clone())
    }

    /// Why nothing that is held may be trusted now, if it may not: it may have been revoked since it was read.
    #[must_use]
    pub fn why_stale(&self) -> Option<String> {
        if !self.is_fresh() {
            return Some("caches are stale: the database does not answer polls".to_owned());
        }
        let name = self.left_behind()?;
        Some(format!("the cache of {name} cannot be brought current"))
    }

    /// A cache could not be brought current, first at that time.
    pub fn falls_behind(&self, name: &str, since: Instant) {
        self.behind().entry(name.to_owned()).or_insert(since);
    }

    /// A cache is current.
    pub fn catches_up(&self, name: &str) {
        self.behind().remove(name);
    }

    fn behind(&self) -> MutexGuard<'_, BTreeMap<String, Instant>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the last measurement of the database's time agreed with the one before.
    #[must_use]
    pub fn clock_is_steady(&self) -> bool {
        Duration::from_millis(self.last_jump_millis.load(Ordering::Relaxed)) <= LARGEST_JUMP
    }

    /// Whether the database took writes when it was asked last.
    #[must_use]
    pub fn is_writable(&self) -> bool {
        self.writable.load(Ordering::Relaxed)
    }

    /// The database answered a poll; its time differed by so much from what was measured before.
    pub fn polled(&self, jump: Duration) {
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_poll_millis.store(elapsed, Ordering::Relaxed);
        self.last_jump_millis.store(
            u64::try_from(jump.as_millis()).unwrap_or(u64::MAX),
            Ordering::Relaxed,
        );
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self::new()
    }
}

/// What the watcher keeps current.
pub struct Watched {
    /// The application's connections, for polls.
    pub pool: Pool,
    /// How a listener connects, for which a session of its own is needed; without one, polls are enough.
    pub listen: Option<PgConnectOptions>,
    /// Adjusted at each poll; none in tests, which set their own time.
    pub clock: Option<Arc<DatabaseClock>>,
    /// Told at each poll.
    pub freshness: Arc<Freshness>,
    /// The names of the caches that are looked at anew with every poll, whether or not their version moved.
    pub reloaded_with_every_poll: Vec<&'static str>,
}

/// Watches until cancelled. `changed` receives the name of each cache whose version moved and says whether the
/// cache is current now; it may be called for a change that was already seen.
pub async fn watch<F: Future<Output = bool> + Send>(
    watched: Watched,
    stop: CancellationToken,
    changed: impl Fn(String) -> F + Send + Sync,
) {
    let mut versions = HashMap::new();
    let mut listener: Option<PgListener> = None;
    watched.freshness.watched.store(true, Ordering::Relaxed);
    while !stop.is_cancelled() {
        match poll(&watched).await {
            Ok(current) => {
                for (name, version) in current {
                    // The first poll counts as a change: something may have moved since the caches were filled.
                    let moved = versions.get(&name) != Some(&version);
                    let always = watched.reloaded_with_every_poll.contains(&name.as_str());
                    // A version counts as seen only once its cache is current: a failed reload is tried again.
                    if (moved || always) && changed(name.clone()).await {
                        versions.insert(name, version);
                    }
                }
            }
            Err(error) => tracing::warn!(error = %error, "cache versions could not be polled"),
        }
        match hears(&mut listener).await {
            Heard::Answer => {}
            // A second without an answer can be a machine that is busy: only this connection is given up.
            Heard::Nothing => listener = None,
            Heard::Failure => {
                watched.pool.distrust();
                listener = None;
            }
        }
        if listener.is_none() {
            listener = within(LISTEN_TIME, listen(watched.listen.as_ref()))
                .await
                .flatten();
        }
        let began = Instant::now();
        let deadline = tokio::time::sleep(POLL_EVERY);
        tokio::pin!(deadline);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = &mut deadline => break,
                name = next(&mut listener) => if let Some(name) = name {
                    // If this fails, the next poll sees the version that has moved.
                    changed(name).await;
                } else {
                    // What befell this connection has befallen the others: nobody needs to find out with a request.
                    watched.pool.distrust();
                    listener = None;
                    // Not in a circle, if the new one is lost at once too.
                    if began.elapsed() >= LISTEN_TIME {
                        break;
                    }
                },
            }
        }
    }
}

async fn poll(watched: &Watched) -> Result<Vec<(String, i64)>, super::DatabaseError> {
    let mut connection = watched.pool.acquire_repeatable().await?;
    let measured = connect::measure(&mut connection).await?;
    watched
        .freshness
        .writable
        .store(measured.writable, Ordering::Relaxed);
    if !measured.writable {
        // It may no longer be the database that others are led to: the next poll asks anew whom it reaches.
        watched.pool.distrust();
    }
    let rows = sqlx::query!("select name, version from auth.cache_versions")
        .fetch_all(&mut *connection)
        .await?;
    connection.keep();
    let jump = watched.clock.as_ref().map_or(Duration::ZERO, |clock| {
        clock.adjust(measured.asked, measured.answered, measured.time)
    });
    watched.freshness.polled(jump);
    Ok(rows.into_iter().map(|row| (row.name, row.version)).collect())
}

/// Whether the connection that listens answers, if there is one. It hears nothing for hours, so that its silence says
/// nothing.
async fn hears(listener: &mut Option<PgListener>) -> Heard {
    let Some(listener) = listener else {
        return Heard::Answer;
    };
    let asked = sqlx::query("select").execute(listener);
    match within(LISTEN_TIME, asked).await {
        Some(Ok(_)) => Heard::Answer,
        Some(Err(_)) => Heard::Failure,
        None => Heard::Nothing,
    }
}

/// What the connection that listens says when it is asked.
enum Heard {
    Answer,
    Nothing,
    Failure,
}

async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, work).await.ok()
}

async fn listen(options: Option<&PgConnectOptions>) -> Option<PgListener> {
    let single = sqlx::postgres::PgPoolOptions::new()
        .max_connections(1)
        .acquire_timeout(LISTEN_TIME)
        .connect_lazy_with(options?.clone());
    let mut listener = PgListener::connect_with(&single).await.ok()?;
    listener.listen("signet_cache").await.ok()?;
    Some(listener)
}

async fn next(listener: &mut Option<PgListener>) -> Option<String> {
    match listener {
        Some(listener) => listener
            .try_recv()
            .await
            .ok()
            .flatten()
            .map(|notification| notification.payload().to_owned()),
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_left_behind_once_it_has_been_for_long_enough_and_until_it_catches_up() {
        let freshness = Freshness::new();
        freshness.falls_behind("keys", Instant::now());
        assert_eq!(freshness.left_behind(), None);
        let long_ago = Instant::now().checked_sub(FRESH_FOR).unwrap();
        freshness.falls_behind("hooks", long_ago);
        // A further failure does not begin anew.
        freshness.falls_behind("hooks", Instant::now());
        assert_eq!(freshness.left_behind().as_deref(), Some("hooks"));
        freshness.catches_up("hooks");
        assert_eq!(freshness.left_behind(), None);
    }
}
