//! Owns what an operator's dry runs stand on: the registered hooks with the ways to them, and a transaction that is
//! never committed.

use std::sync::Arc;

use anyhow::{Context as _, Result};

use super::replay::KeptArguments;
use crate::app;
use crate::base::clock::Timestamp;
use crate::claims::TokenIssuer;
use crate::cli::operator;
use crate::client::Resources;
use crate::config::{LogFormat, SignetConfig};
use crate::db::UnitOfWork;
use crate::db::changes::Freshness;
use crate::db::pool::Pool;
use crate::hook::definition::{FunctionName, Target};
use crate::hook::registry::Transports;
use crate::hook::sample::{Kept, Sampling};
use crate::hook::{Hook, Hooks, Settings, service};
use crate::protocol::issuer::Issuer;
use crate::sealing::Keyring;
use crate::server::telemetry;
use crate::signing::signing_keys::SigningKeys;

/// What is logged: the words of a failing function among it.
const FILTER: &str = "signet=warn";

/// Everything that a dry run needs.
pub struct Workbench {
    /// A transaction that is rolled back.
    pub work: UnitOfWork,
    /// The registered hooks.
    pub hooks: Hooks,
    /// What would be minted with.
    pub token_issuer: TokenIssuer,
    /// Registered resources.
    pub resources: Resources,
    keyring: Keyring,
    pool: Pool,
}

impl Workbench {
    /// Opens it.
    pub async fn open(config: &SignetConfig) -> Result<Self> {
        // What a function says when it fails is in the log and nowhere else; a test may log already.
        let _ = telemetry::start(LogFormat::Text, FILTER);
        let issuer = Arc::new(Issuer::parse(&config.issuer).context("issuer")?);
        let (pool, work) = operator::open(config, 3).await?;
        let keyring = operator::keyring_on(config, &pool).await?;
        let transports = Transports {
            // A dry run is no event.
            sampling: Sampling::default(),
            ..app::hook_transports(config)?
        };
        let mut connection = pool.acquire().await?;
        let hooks = Hooks::load(pool.clone(), transports, &mut connection, &keyring).await?;
        let keys = SigningKeys::load(&mut connection, &keyring, &config.signing).await?;
        connection.keep();
        Ok(Self {
            work,
            token_issuer: TokenIssuer {
                issuer,
                keys,
                settings: Arc::new(config.tokens.clone()),
                hooks: hooks.clone(),
            },
            hooks,
            resources: Resources::new(pool.clone(), Arc::new(Freshness::new())),
            keyring,
            pool,
        })
    }

    /// A registered hook, enabled or not.
    pub(super) async fn hook(&mut self, name: &str) -> Result<Hook> {
        Ok(service::find(&mut self.work, &self.keyring, name).await?)
    }

    /// A function that is not registered, as an additive hook.
    pub(super) fn function(target: &str) -> Result<Hook> {
        let target = Target::Sql(FunctionName::parse(target)?);
        Ok(Hook::unregistered(Settings::new("candidate", target)))
    }

    /// The kept events that are meant.
    pub(super) async fn kept(&mut self, arguments: &KeptArguments) -> Result<Vec<Kept>> {
        arguments.read(self).await
    }

    /// The present.
    pub(super) const fn now(&self) -> Timestamp {
        self.work.now()
    }

    /// Takes everything back.
    pub async fn close(self) -> Result<()> {
        self.work.rollback().await?;
        if let Some(sql) = self.hooks.sql() {
            sql.close().await;
        }
        self.pool.close().await;
        Ok(())
    }
}
