//! Owns the server's parts: how they are put together, kept current and lent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use tokio_util::sync::CancellationToken;

use super::caches::{self, CACHES};
use super::configured::{hasher_settings, hook_transports, pool_settings};
use super::error::AppError;
use super::start;
use crate::authentication::password::Hasher;
use crate::authentication::throttle::Limits;
use crate::base::clock::{Clock, DatabaseClock, Timestamp};
use crate::base::dns::{Dns, TextRecords};
use crate::base::entropy::{Entropy, SystemEntropy};
use crate::base::fetch::Fetch;
use crate::base::handle::BackupEpoch;
use crate::base::id::ReplicaId;
use crate::base::origin::Origin;
use crate::claims::TokenIssuer;
use crate::client::auth::replay::UsedAssertions;
use crate::client::auth::{Authenticator, PublishedKeys};
use crate::client::icon::ServedIcons;
use crate::client::{Registry, Resources};
use crate::config::SignetConfig;
use crate::db::changes::{self, Freshness, Watched};
use crate::db::connect;
use crate::db::pool::Pool;
use crate::db::unit_of_work::{RequestContext, RowsOf};
use crate::db::{DatabaseError, UnitOfWork, migrate, platform};
use crate::grant::GrantServices;
use crate::hook::Hooks;
use crate::protocol::issuer::Issuer;
use crate::replica::{self, Holdings};
use crate::sealing::Keyring;
use crate::session::Lifetimes;

/// What differs between a server and a test: everything else is configuration.
#[derive(Clone, Default)]
pub struct Injected {
    /// The time; none means the database's.
    pub clock: Option<Arc<dyn Clock>>,
    /// Chance; none means the operating system's.
    pub entropy: Option<Arc<dyn Entropy>>,
    /// The DNS; none means the configured servers.
    pub dns: Option<Arc<dyn TextRecords>>,
}

/// The server's parts.
#[derive(Clone)]
pub struct App(Arc<Parts>);

struct Parts {
    config: SignetConfig,
    token_issuer: TokenIssuer,
    listen: Option<PgConnectOptions>,
    pool: Pool,
    clock: Arc<dyn Clock>,
    database_clock: Option<Arc<DatabaseClock>>,
    entropy: Arc<dyn Entropy>,
    epoch: AtomicI64,
    development: bool,
    clients: Registry,
    authenticator: Authenticator,
    resources: Resources,
    served_icons: ServedIcons,
    unserved_resource: AtomicBool,
    keyring: Keyring,
    hasher: Hasher,
    throttle: Limits,
    dns: Arc<dyn TextRecords>,
    freshness: Arc<Freshness>,
    replica: ReplicaId,
    started_at: Timestamp,
}

impl App {
    /// Puts the server together: opens the pool, checks role and schema, makes missing keys, loads what is cached.
    pub async fn build(config: SignetConfig, injected: Injected) -> Result<Self, AppError> {
        let issuer = Arc::new(Issuer::parse(&config.issuer)?);
        let keyring = Keyring::load(&config.sealing.kek_files)?;
        let settings = pool_settings(&config)?;
        let pg_pool = connect::open(&settings).await?;
        let pool = settings.pool(pg_pool.clone());
        let listen = start::listening(&config, &pg_pool).await?;
        let mut connection = pool.acquire().await?;
        migrate::check(&mut connection).await?;
        let connect::Measured { instant, time, .. } = connect::measure(&mut connection).await?;
        let platform = platform::read(&mut connection).await?;
        start::publish_modules(&pg_pool, &config).await?;
        let unserved_resource = start::unserved_resource(&mut connection, &config.signing).await?;
        let hooks = Hooks::load(pool.clone(), hook_transports(&config)?, &mut connection, &keyring).await?;
        let database_clock = injected
            .clock
            .is_none()
            .then(|| Arc::new(DatabaseClock::new(instant, time)));
        let clock: Arc<dyn Clock> = match (&injected.clock, &database_clock) {
            (Some(clock), _) => Arc::clone(clock),
            (None, Some(clock)) => Arc::<DatabaseClock>::clone(clock),
            (None, None) => Arc::new(DatabaseClock::new(instant, time)),
        };
        let entropy = injected.entropy.unwrap_or_else(|| Arc::new(SystemEntropy));
        connection.keep();
        hooks.check().await?;
        let started_at = clock.now();
        let context = RequestContext {
            now: started_at,
            entropy: Arc::clone(&entropy),
            origin: Origin::internal("start"),
            epoch: platform.epoch,
        };
        let keys = start::provide_keys(&pool, &keyring, &config.signing, context).await?;
        let freshness = Arc::new(Freshness::new());
        let authenticator = Authenticator {
            issuer: issuer.as_str().to_owned(),
            token_endpoint: issuer.url("/oauth2/token"),
            published: PublishedKeys::new(Fetch::new(config.clients.reach())?),
            used: UsedAssertions::new(pool.clone()),
        };
        Ok(Self(Arc::new(Parts {
            token_issuer: TokenIssuer {
                issuer,
                keys,
                settings: Arc::new(config.tokens.clone()),
                hooks,
            },
            clients: Registry::new(pool.clone(), Arc::clone(&freshness)),
            authenticator,
            resources: Resources::new(pool.clone(), Arc::clone(&freshness)),
            served_icons: ServedIcons::default(),
            unserved_resource: AtomicBool::new(unserved_resource),
            hasher: Hasher::new(hasher_settings(&config.password))?,
            dns: injected
                .dns
                .unwrap_or_else(|| Arc::new(Dns::new(config.domains.dns_servers.clone()))),
            throttle: Limits {
                attempts: config.limits.login_attempts,
                window: Duration::from_secs(config.limits.login_window_seconds),
                lock: Duration::from_secs(config.limits.login_lock_seconds),
            },
            pool,
            listen,
            clock,
            database_clock,
            replica: ReplicaId::new(started_at, &*entropy),
            started_at,
            entropy,
            epoch: AtomicI64::new(platform.epoch.0),
            development: platform.development,
            keyring,
            freshness,
            config,
        })))
    }

    /// Keeps caches, keys and clock current until cancelled.
    pub async fn keep_current(self, stop: CancellationToken) {
        let watched = Watched {
            pool: self.0.pool.clone(),
            listen: self.0.listen.clone(),
            clock: self.0.database_clock.clone(),
            freshness: Arc::clone(&self.0.freshness),
            reloaded_with_every_poll: caches::reloaded_with_every_poll(),
        };
        let app = self.clone();
        let tidying = self.0.pool.tidy(stop.clone());
        let hooks_stop = stop.clone();
        let reporting_stop = stop.clone();
        let tidying_hooks = async {
            if let Some(hooks) = self.0.token_issuer.hooks.sql() {
                hooks.tidy(hooks_stop).await;
            }
        };
        let watching = changes::watch(watched, stop, move |name| {
            let app = app.clone();
            async move { app.refresh(&name).await }
        });
        let reporting = self.report_until(reporting_stop);
        tokio::join!(watching, tidying, tidying_hooks, reporting);
    }

    async fn report_until(&self, stop: CancellationToken) {
        let reporting = async {
            loop {
                if let Err(error) = self.report_holdings().await {
                    tracing::warn!(error = %error, "what this replica holds could not be reported");
                }
                tokio::time::sleep(replica::REPORT_EVERY).await;
            }
        };
        stop.run_until_cancelled(reporting).await;
        let forgotten = async {
            let mut work = self.single(self.context(Origin::internal("stop"))).await?;
            replica::forget(&mut work, &self.0.replica).await?;
            work.commit().await
        };
        if let Err(error) = forgotten.await {
            tracing::warn!(error = %error, "this replica could not take back its report; it expires");
        }
    }

    /// Reports what this process holds, for whoever compares replicas.
    pub async fn report_holdings(&self) -> Result<(), DatabaseError> {
        let TokenIssuer { keys, hooks, .. } = &self.0.token_issuer;
        let holdings = Holdings::new(
            &self.0.keyring,
            &keys.current(),
            &hooks.current(),
            self.0.started_at,
        );
        let mut work = self.single(self.context(Origin::internal("report"))).await?;
        replica::report(&mut work, &self.0.replica, &holdings).await?;
        work.commit().await
    }

    /// Drops or reloads what a change has made stale; says whether that succeeded.
    pub async fn refresh(&self, name: &str) -> bool {
        let Some(cache) = caches::find(name) else {
            tracing::warn!(
                cache.name = name,
                "the database names a cache that this version does not have"
            );
            return true;
        };
        match (cache.reload)(self).await {
            Ok(()) => {
                self.0.freshness.catches_up(name);
                true
            }
            Err(error) => {
                tracing::error!(cache.name = name, error = %error, "a cache could not be refreshed");
                self.0.freshness.falls_behind(name, Instant::now());
                false
            }
        }
    }

    /// The names of everything that is cached.
    pub fn cache_names() -> impl Iterator<Item = &'static str> {
        CACHES.iter().map(|cache| cache.name)
    }

    /// Looks again whether a resource wants an algorithm that is left out.
    pub(super) async fn look_for_unserved(&self) -> Result<(), AppError> {
        let settings = &self.0.config.signing;
        if settings.left_out().next().is_some() {
            let mut connection = self.0.pool.acquire_repeatable().await?;
            let unserved = start::unserved_resource(&mut connection, settings).await?;
            connection.keep();
            self.0.unserved_resource.store(unserved, Ordering::Relaxed);
        }
        Ok(())
    }

    /// What token requests are carried out with.
    #[must_use]
    pub fn grant_services(&self) -> GrantServices<'_> {
        GrantServices {
            pool: &self.0.pool,
            clock: &*self.0.clock,
            token_issuer: &self.0.token_issuer,
            freshness: &self.0.freshness,
            unserved_resource: self.0.unserved_resource.load(Ordering::Relaxed),
        }
    }

    /// When caches were last known to be current.
    #[must_use]
    pub fn freshness(&self) -> &Freshness {
        &self.0.freshness
    }

    /// The context of one unit of work: the clock is read here, once.
    #[must_use]
    pub fn context(&self, origin: Origin) -> RequestContext {
        RequestContext {
            now: self.0.clock.now(),
            entropy: Arc::clone(&self.0.entropy),
            origin,
            epoch: BackupEpoch(self.0.epoch.load(Ordering::Relaxed)),
        }
    }

    /// A transaction.
    pub async fn begin(&self, context: RequestContext) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::begin(&self.0.pool, context).await
    }

    /// A transaction in which tables under FORCE ROW LEVEL SECURITY show the rows of one person or organization.
    pub async fn begin_as(
        &self,
        context: RequestContext,
        rows_of: RowsOf<'_>,
    ) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::begin_as(&self.0.pool, context, rows_of).await
    }

    /// A connection for one statement that may come twice without doing anything twice: it is sent again if the
    /// connection turns out to be lost.
    pub async fn repeatable(&self, context: RequestContext) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::repeatable(&self.0.pool, context).await
    }

    /// A connection for one statement.
    pub async fn single(&self, context: RequestContext) -> Result<UnitOfWork, DatabaseError> {
        UnitOfWork::single(&self.0.pool, context).await
    }

    /// Where connections come from.
    pub(super) fn pool(&self) -> &Pool {
        &self.0.pool
    }

    /// From now on, part of every handle's digest.
    pub(super) fn set_epoch(&self, epoch: BackupEpoch) {
        self.0.epoch.store(epoch.0, Ordering::Relaxed);
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &SignetConfig {
        &self.0.config
    }

    /// What minting needs.
    #[must_use]
    pub fn token_issuer(&self) -> &TokenIssuer {
        &self.0.token_issuer
    }

    /// The issuer.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.0.token_issuer.issuer
    }

    /// Registered clients.
    #[must_use]
    pub fn clients(&self) -> &Registry {
        &self.0.clients
    }

    /// How clients prove who they are.
    #[must_use]
    pub fn authenticator(&self) -> &Authenticator {
        &self.0.authenticator
    }

    /// Clients' icons that were served lately.
    #[must_use]
    pub fn served_icons(&self) -> &ServedIcons {
        &self.0.served_icons
    }

    /// Registered resources.
    #[must_use]
    pub fn resources(&self) -> &Resources {
        &self.0.resources
    }

    /// Password hashing behind its permits.
    #[must_use]
    pub fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    /// When accounts lock.
    #[must_use]
    pub fn throttle(&self) -> Limits {
        self.0.throttle
    }

    /// Who is asked for proofs of domains.
    #[must_use]
    pub fn dns(&self) -> &dyn TextRecords {
        &*self.0.dns
    }

    /// Where random bytes come from.
    #[must_use]
    pub fn entropy(&self) -> &Arc<dyn Entropy> {
        &self.0.entropy
    }

    /// The time.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// Key-encryption keys.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// How long sessions live.
    #[must_use]
    pub fn session_lifetimes(&self) -> Lifetimes {
        let (idle, absolute) = self.0.config.tokens.session();
        Lifetimes { idle, absolute }
    }

    /// Whether the database is one of `signet dev`.
    #[must_use]
    pub fn is_development(&self) -> bool {
        self.0.development
    }

    /// Why requests should not come here now, if they should not.
    pub async fn unready(&self) -> Option<String> {
        if let Some(reason) = self.0.freshness.why_stale() {
            return Some(reason);
        }
        if !self.0.freshness.clock_is_steady() {
            return Some("the database's clock jumped".to_owned());
        }
        if !self.0.freshness.is_writable() {
            return Some("the database takes no writes: it is a standby, or was demoted".to_owned());
        }
        let answers = async {
            let mut connection = self.0.pool.acquire().await?;
            connection.ping().await?;
            connection.keep();
            Ok::<_, DatabaseError>(())
        };
        answers.await.err().map(|_| "no database connection".to_owned())
    }

    /// Closes the pools.
    pub async fn close(&self) {
        self.0.token_issuer.hooks.settle().await;
        self.0.pool.close().await;
        if let Some(sql) = self.0.token_issuer.hooks.sql() {
            sql.close().await;
        }
    }
}
