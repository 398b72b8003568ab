//! Owns an operator's connection: the same role as the server's, one transaction per command.

use std::sync::Arc;
use std::time::Duration;

use super::output;
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
use crate::sealing::Keyring;

/// What the kernel has as the user who logged in where nobody did: in a container, or a service.
const NOBODY_LOGGED_IN: u32 = u32::MAX;

/// Opens a transaction for one command.
pub async fn begin(config: &SignetConfig) -> anyhow::Result<UnitOfWork> {
    Ok(open(config, 1).await?.1)
}

/// Opens a transaction for one command, and says who lent it, of `size` connections.
pub async fn open(config: &SignetConfig, size: u32) -> anyhow::Result<(Pool, UnitOfWork)> {
    let operator = Operator::with_connections(config, size).await?;
    let work = operator.begin().await?;
    Ok((operator.pool, work))
}

/// A command that takes several transactions.
pub struct Operator {
    pool: Pool,
    clock: DatabaseClock,
    context: RequestContext,
}

impl Operator {
    /// Connects for transactions one after the other.
    pub async fn open(config: &SignetConfig) -> anyhow::Result<Self> {
        Self::with_connections(config, 1).await
    }

    async fn with_connections(config: &SignetConfig, size: u32) -> anyhow::Result<Self> {
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
        let clock = DatabaseClock::new(measured.answered, measured.time);
        let context = RequestContext {
            now: clock.now(),
            entropy: Arc::new(SystemEntropy),
            origin: Origin::command_line(operating_system_user()),
            epoch: platform.epoch,
            wake: Arc::default(),
        };
        Ok(Self { pool, clock, context })
    }

    /// A transaction.
    pub async fn begin(&self) -> anyhow::Result<UnitOfWork> {
        let context = RequestContext {
            now: self.clock.now(),
            ..self.context.clone()
        };
        Ok(UnitOfWork::begin(&self.pool, context).await?)
    }

    /// The key-encryption keys of the configuration, of which the one seals that the database names.
    pub async fn keyring(&self, config: &SignetConfig) -> anyhow::Result<Keyring> {
        keyring_on(config, &self.pool).await
    }
}

/// The same for one command that needs no more of it.
pub async fn keyring(config: &SignetConfig) -> anyhow::Result<Keyring> {
    let operator = Operator::open(config).await?;
    let keyring = operator.keyring(config).await?;
    operator.pool.close().await;
    Ok(keyring)
}

/// The same by connections that are there.
pub async fn keyring_on(config: &SignetConfig, pool: &Pool) -> anyhow::Result<Keyring> {
    let (keyring, wrong) = app::open_keyring(config, pool).await?;
    for told in &wrong {
        output::note(told);
    }
    Ok(keyring)
}

/// Who runs the command line: the user who logged in where the kernel kept it, which `sudo` does not change, and the
/// process's own user otherwise. The environment is not asked: everybody sets theirs.
fn operating_system_user() -> String {
    let logged_in = std::fs::read_to_string("/proc/self/loginuid").ok();
    let logged_in = logged_in.and_then(|text| text.trim().parse().ok());
    let own = rustix::process::getuid().as_raw();
    let uid = logged_in.filter(|uid| *uid != NOBODY_LOGGED_IN).unwrap_or(own);
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = name_of(&users, uid).unwrap_or("unknown");
    // The number too: in a container the names may be another machine's.
    format!("{name} ({uid})")
}

/// The name of a user in a file like `/etc/passwd`.
fn name_of(users: &str, uid: u32) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next().filter(|name| !name.is_empty())?;
        let id = fields.nth(1)?.parse::<u32>().ok()?;
        (id == uid).then_some(name)
    })
}

/// Hashes a chosen password at the configured cost, before any transaction begins.
pub async fn hash(config: &SignetConfig, password: &Password) -> anyhow::Result<PasswordHash> {
    let hasher = Hasher::new(app::hasher_settings(&config.password))?;
    Ok(hasher.hash(password, &SystemEntropy).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_number() {
        let users = "root:x:0:0:root:/root:/bin/bash\n\nbroken\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(name_of(users, 0), Some("root"));
        assert_eq!(name_of(users, 1000), Some("ada"));
        assert_eq!(name_of(users, 1), None);
    }
}
