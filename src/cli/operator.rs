//! Owns an operator's connection: the same role as the server's, one transaction per command.

use std::sync::Arc;
use std::time::Duration;

use crate::app;
use crate::authentication::password::{Hasher, Password, PasswordHash};
use crate::base::clock::{Clock as _, DatabaseClock};
use crate::base::entropy::SystemEntropy;
use crate::base::origin::Origin;
use crate::config::SignetConfig;
use crate::db::connect::{self, PoolSettings};
use crate::db::pool::Pool;
use crate::db::sessions::Sessions;
use crate::db::unit_of_work::RequestContext;
use crate::db::{UnitOfWork, migrate, platform};

/// Opens a transaction for one command.
pub async fn begin(config: &SignetConfig) -> anyhow::Result<UnitOfWork> {
    Ok(open(config, 1).await?.1)
}

/// Opens a transaction for one command, and says who lent it, of `size` connections.
pub async fn open(config: &SignetConfig, size: u32) -> anyhow::Result<(Pool, UnitOfWork)> {
    let settings = PoolSettings {
        url: config.database.app_url()?,
        size,
        acquire_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(10),
        sessions: Sessions::configured(&config.database),
    };
    let pool = settings.pool(connect::open(&settings).await?);
    let mut connection = pool.acquire().await?;
    migrate::check(&mut connection).await?;
    let measured = connect::measure(&mut connection).await?;
    let platform = platform::read(&mut connection).await?;
    connection.keep();
    let context = RequestContext {
        now: DatabaseClock::new(measured.instant, measured.time).now(),
        entropy: Arc::new(SystemEntropy),
        origin: Origin::internal("command line"),
        epoch: platform.epoch,
    };
    let work = UnitOfWork::begin(&pool, context).await?;
    Ok((pool, work))
}

/// Hashes a chosen password at the configured cost, before any transaction begins.
pub async fn hash(config: &SignetConfig, password: &Password) -> anyhow::Result<PasswordHash> {
    let hasher = Hasher::new(app::hasher_settings(&config.password))?;
    Ok(hasher.hash(password, &SystemEntropy).await?)
}
