//! Owns what everything stands on: the database, its time, chance, the keys that seal, and whether what is cached of the
//! database is current.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use sqlx::PgPool;
use sqlx::postgres::PgConnectOptions;
use tokio::sync::Notify;

use super::configured::pool_settings;
use super::error::AppError;
use super::keyring::{Wake, follow_soundly};
use super::root::{App, Injected};
use super::start;
use crate::base::clock::{Clock, DatabaseClock, Timestamp};
use crate::base::entropy::{Entropy, SystemEntropy};
use crate::base::handle::BackupEpoch;
use crate::base::id::ReplicaId;
use crate::base::origin::Origin;
use crate::config::SignetConfig;
use crate::db::changes::Freshness;
use crate::db::connect;
use crate::db::groups::Sharing;
use crate::db::pool::Pool;
use crate::db::unit_of_work::{RequestContext, RowsOf};
use crate::db::{DatabaseError, PgConnection, UnitOfWork, migrate, platform};
use crate::sealing::Keyring;

/// The database and what belongs to this process as a whole.
pub(super) struct Platform {
    pub(super) pool: Pool,
    pub(super) sharing: Arc<Sharing>,
    pub(super) listen: Option<PgConnectOptions>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) database_clock: Option<Arc<DatabaseClock>>,
    entropy: Arc<dyn Entropy>,
    epoch: AtomicI64,
    development: bool,
    pub(super) keyring: Keyring,
    pub(super) wake: Wake,
    pub(super) freshness: Arc<Freshness>,
    pub(super) replica: ReplicaId,
    pub(super) started_at: Timestamp,
    work_added: Arc<Notify>,
}

impl Platform {
    /// Opens the pool and checks role and schema.
    pub(super) async fn open(config: &SignetConfig, injected: &Injected) -> Result<(Self, PgPool), AppError> {
        let keyring = Keyring::load(&config.sealing)?;
        let settings = pool_settings(config)?;
        let pg_pool = connect::open(&settings).await?;
        let pool = settings.pool(pg_pool.clone());
        let listen = start::listening(config, &pg_pool).await?;
        let mut connection = pool.acquire().await?;
        migrate::check(&mut connection).await?;
        let connect::Measured { answered, time, .. } = connect::measure(&mut connection).await?;
        let stored = platform::read(&mut connection).await?;
        if !stored.placed {
            note_place(&mut connection).await;
        }
        connection.keep();
        let (clock, database_clock): (Arc<dyn Clock>, _) = if let Some(clock) = &injected.clock {
            (Arc::clone(clock), None)
        } else {
            let clock = Arc::new(DatabaseClock::new(answered, time));
            (Arc::<DatabaseClock>::clone(&clock), Some(clock))
        };
        let wake = Wake::default();
        follow_soundly(&pool, &keyring, &config.sealing.lost_keks, &wake).await?;
        let entropy = injected
            .entropy
            .clone()
            .unwrap_or_else(|| Arc::new(SystemEntropy));
        let started_at = clock.now();
        let groups = injected.groups.unwrap_or_default();
        let opened = Self {
            sharing: Sharing::new(pool.clone(), Arc::clone(&clock), groups),
            pool,
            listen,
            clock,
            database_clock,
            replica: ReplicaId::new(started_at, &*entropy),
            entropy,
            epoch: AtomicI64::new(stored.epoch.0),
            development: stored.development,
            keyring,
            wake,
            freshness: Arc::new(Freshness::new()),
            started_at,
            work_added: Arc::default(),
        };
        Ok((opened, pg_pool))
    }

    /// The context of one unit of work: the clock is read here, once.
    pub(super) fn context(&self, origin: Origin) -> RequestContext {
        RequestContext {
            now: self.clock.now(),
            entropy: Arc::clone(&self.entropy),
            origin,
            epoch: BackupEpoch(self.epoch.load(Ordering::Relaxed)),
            wake: Arc::clone(&self.work_added),
        }
    }

    /// From now on, part of every handle's digest.
    pub(super) fn set_epoch(&self, epoch: BackupEpoch) {
        if self.epoch.swap(epoch.0, Ordering::Relaxed) != epoch.0 {
            tracing::warn!(
                epoch = epoch.0,
                "a backup epoch began: every session, code and token from before is dead"
            );
        }
    }
}

/// Writes down where the data lie, so that a restore is noticed later. A database that takes no writes serves without.
async fn note_place(connection: &mut PgConnection) {
    if let Err(error) = platform::note_place(connection).await {
        tracing::warn!(error = %error, "where the data lie could not be written down: a restore would not be noticed");
    }
}

impl App {
    /// The context of one unit of work: the clock is read here, once.
    #[must_use]
    pub fn context(&self, origin: Origin) -> RequestContext {
        self.0.platform.context(origin)
    }

    /// Where units of work get their connections.
    #[must_use]
    pub fn pool(&self) -> &Pool {
        &self.0.platform.pool
    }

    /// A transaction.
    pub async fn begin(&self, context: RequestContext) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::begin(&self.0.platform.pool, context).await
    }

    /// A transaction in which tables under FORCE ROW LEVEL SECURITY show the rows of one person or organization.
    pub async fn begin_as(
        &self,
        context: RequestContext,
        rows_of: RowsOf<'_>,
    ) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::begin_as(&self.0.platform.pool, context, rows_of).await
    }

    /// A connection for one statement that may come twice without doing anything twice: it is sent again if the
    /// connection turns out to be lost.
    pub async fn repeatable(&self, context: RequestContext) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::repeatable(&self.0.platform.pool, context).await
    }

    /// A connection for one statement.
    pub async fn single(&self, context: RequestContext) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::single(&self.0.platform.pool, context).await
    }

    /// Where random bytes come from.
    #[must_use]
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.platform.entropy
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.platform.clock
    }

    /// Key-encryption keys.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.0.platform.keyring
    }

    /// Whether the database is one of `signet dev`.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.0.platform.development
    }

    /// When caches were last known to be current.
    #[must_use]
    pub fn freshness(&self) -> &Freshness {
        &self.0.platform.freshness
    }

    /// The id of this process among the replicas.
    #[must_use]
    pub fn replica(&self) -> &ReplicaId {
        &self.0.platform.replica
    }

    /// Waits until a commit of this process has left its worker something to do.
    pub async fn work_added(&self) {
        self.0.platform.work_added.notified().await;
    }

    /// Why requests should not come here now, if they should not.
    pub async fn unready(&self) -> Option<String> {
        if let Some(reason) = self.freshness().why_stale() {
            return Some(reason);
        }
        if !self.freshness().clock_is_steady() {
            return Some("the database's clock jumped".to_owned());
        }
        if !self.freshness().is_writable() {
            return Some("the database takes no writes: it is a standby, or was demoted".to_owned());
        }
        let answers = async {
            let mut connection = self.0.platform.pool.acquire().await?;
            connection.ping().await?;
            connection.keep();
            Ok::<_, DatabaseError>(())
        };
        answers.await.err().map(|_| "no database connection".to_owned())
    }
}
