//! Owns the server's parts: how they are put together, kept current and closed. What they are stands in `protocol`,
//! `people` and `platform`, each with how it is reached.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::caches::{self, CACHES};
use super::error::AppError;
use super::people::People;
use super::platform::Platform;
use super::protocol::Protocol;
use super::start;
use crate::base::clock::Clock;
use crate::base::dns::TextRecords;
use crate::base::entropy::Entropy;
use crate::base::origin::Origin;
use crate::config::SignetConfig;
use crate::db::DatabaseError;
use crate::db::changes::{self, Watched};
use crate::db::groups::GroupSettings;
use crate::lifecycle::send_mail::Post;
use crate::mail::{Mailer, Transport};
use crate::protocol::issuer::Issuer;
use crate::replica::{self, Holdings};
use crate::signing::rotation::Policy;

/// What differs between a server and a test: everything else is configuration.
#[derive(Clone, Default)]
pub struct Injected {
    /// The time; none means the database's.
    pub clock: Option<Arc<dyn Clock>>,
    /// Chance; none means the operating system's.
    pub entropy: Option<Arc<dyn Entropy>>,
    /// The DNS; none means the configured servers.
    pub dns: Option<Arc<dyn TextRecords>>,
    /// When requests that come at once become one statement; none means as always.
    pub groups: Option<GroupSettings>,
    /// The way out for mail; none means the configured one.
    pub mail: Option<Arc<dyn Transport>>,
}

/// The server's parts.
#[derive(Clone)]
pub struct App(pub(super) Arc<Parts>);

/// The parts by what they are for.
pub(super) struct Parts {
    config: SignetConfig,
    pub(super) protocol: Protocol,
    pub(super) people: People,
    pub(super) platform: Platform,
    mailer: Option<Mailer>,
}

impl App {
    /// Puts the server together: opens the pool, checks role and schema, makes missing keys, loads what is cached.
    pub async fn build(config: SignetConfig, injected: Injected) -> Result<Self, AppError> {
        let issuer = Issuer::parse(&config.issuer)?;
        let mailer = match injected.mail.clone() {
            Some(transport) => Some(Mailer::by(transport, &config.mail, issuer.as_str())?),
            None => Mailer::configured(&config.mail, issuer.as_str())?,
        };
        let (platform, pg_pool) = Platform::open(&config, &injected).await?;
        start::publish_modules(&pg_pool, &config).await?;
        Ok(Self(Arc::new(Parts {
            protocol: Protocol::load(issuer, &config, &platform).await?,
            people: People::new(&config, &platform, injected.dns)?,
            platform,
            mailer,
            config,
        })))
    }

    /// The configuration.
    #[must_use]
    pub fn config(&self) -> &SignetConfig {
        &self.0.config
    }

    /// What sends mail; none where none is sent.
    #[must_use]
    pub fn mailer(&self) -> Option<&Mailer> {
        self.0.mailer.as_ref()
    }

    /// What to say of mail that does not leave here, if it does not.
    #[must_use]
    pub fn delayed_mail(&self) -> Option<String> {
        let (failing, attempts) = self.mailer()?.failing_for()?;
        Some(format!(
            "mail is delayed: for {} s nothing has been taken in {attempts} attempts",
            failing.as_secs()
        ))
    }

    /// What mails are asked for with; none where none is sent.
    #[must_use]
    pub fn post(&self) -> Option<Post<'_>> {
        Post::configured(self.config(), self.keyring())
    }

    /// Keeps caches, keys and clock current until cancelled.
    pub async fn keep_current(self, stop: CancellationToken) {
        let platform = &self.0.platform;
        let watched = Watched {
            pool: platform.pool.clone(),
            listen: platform.listen.clone(),
            clock: platform.database_clock.clone(),
            freshness: Arc::clone(&platform.freshness),
            reloaded_with_every_poll: caches::reloaded_with_every_poll(),
        };
        let app = self.clone();
        let tidying = platform.pool.tidy(stop.clone());
        let hooks_stop = stop.clone();
        let reporting_stop = stop.clone();
        let keeping_stop = stop.clone();
        let tidying_hooks = async {
            if let Some(hooks) = self.token_issuer().hooks.sql() {
                hooks.tidy(hooks_stop).await;
            }
        };
        let watching = changes::watch(watched, stop, move |name| {
            let app = app.clone();
            async move { app.refresh(&name).await }
        });
        let reporting = self.report_until(reporting_stop);
        let keeping = self.keep_data_keys(keeping_stop);
        tokio::join!(watching, tidying, tidying_hooks, reporting, keeping);
    }

    async fn report_until(&self, stop: CancellationToken) {
        let reporting = async {
            loop {
                if let Err(error) = self.report_holdings().await {
                    tracing::warn!(error = %error, "what this replica holds could not be reported");
                }
                if let Err(error) = self.write_down_key_uses().await {
                    tracing::warn!(error = %error, "what keys did could not be written down; it is counted on");
                }
                if let Err(error) = self.write_down_seals().await {
                    tracing::warn!(error = %error, "how often keys sealed could not be written down; it is counted on");
                }
                tokio::time::sleep(replica::REPORT_EVERY).await;
            }
        };
        stop.run_until_cancelled(reporting).await;
        let forgotten = async {
            self.write_down_key_uses().await?;
            self.write_down_seals().await?;
            let mut work = self.single(self.context(Origin::internal("stop"))).await?;
            replica::forget(&mut work, &self.0.platform.replica).await?;
            work.commit().await
        };
        if let Err(error) = forgotten.await {
            tracing::warn!(error = %error, "this replica could not take back its report; it expires");
        }
    }

    /// Reports what this process holds, for whoever compares replicas, and what key set it serves, for rotations.
    pub async fn report_holdings(&self) -> Result<(), DatabaseError> {
        let platform = &self.0.platform;
        let token_issuer = self.token_issuer();
        let holdings = Holdings::new(
            &platform.keyring,
            &token_issuer.keys.current(),
            &Policy::new(self.config(), None),
            &token_issuer.hooks.current(),
            platform.started_at,
        );
        let mut work = self.single(self.context(Origin::internal("report"))).await?;
        replica::report(&mut work, &platform.replica, &holdings).await?;
        work.commit().await?;
        self.note_serving().await
    }

    /// Whether this process does a job that one replica is enough for, for so long from now on.
    pub async fn leads(&self, job: &str, length: Duration) -> Result<bool, DatabaseError> {
        let mut work = self.single(self.context(Origin::internal("lead"))).await?;
        let led = replica::lead(&mut work, &self.0.platform.replica, job, length).await?;
        work.commit().await?;
        Ok(led)
    }

    /// Leaves such a job to whoever takes it next.
    pub(super) async fn gives_up(&self, job: &str) -> Result<(), DatabaseError> {
        let mut work = self.single(self.context(Origin::internal("lead"))).await?;
        replica::give_up(&mut work, &self.0.platform.replica, job).await?;
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
                self.freshness().catches_up(name);
                true
            }
            Err(error) => {
                tracing::error!(cache.name = name, error = %error, "a cache could not be refreshed");
                self.freshness().falls_behind(name, Instant::now());
                false
            }
        }
    }

    /// The names of everything that is cached.
    pub fn cache_names() -> impl Iterator<Item = &'static str> {
        CACHES.iter().map(|cache| cache.name)
    }

    /// Closes the pools.
    pub async fn close(&self) {
        let hooks = &self.token_issuer().hooks;
        hooks.settle().await;
        self.0.platform.pool.close().await;
        if let Some(sql) = hooks.sql() {
            sql.close().await;
        }
    }
}
