//! Owns how parts are set up as configuration says; the command line sets up single ones of them.

use std::num::NonZero;

use super::error::AppError;
use crate::authentication::password::{Cost, HasherSettings, PasswordDemands};
use crate::base::fetch::Fetch;
use crate::config::{HookSettings, PasswordSettings, SignetConfig};
use crate::db::connect::PoolSettings;
use crate::db::sessions::Sessions;
use crate::hook::registry::Transports;
use crate::hook::sample::Sampling;
use crate::hook::transport::sql::SqlTransport;

/// How the server connects, as configuration says.
pub fn pool_settings(config: &SignetConfig) -> Result<PoolSettings, AppError> {
    let database = &config.database;
    Ok(PoolSettings {
        url: database.app_url()?,
        size: database.pool_size,
        acquire_timeout: database.acquire_timeout(),
        statement_timeout: database.statement_timeout(),
        sessions: Sessions::configured(database),
    })
}

/// How operators' hooks are reached: SQL ones where `database.hook_url` is set.
pub fn hook_transports(config: &SignetConfig) -> Result<Transports, AppError> {
    let database = &config.database;
    let url = database.hook_url()?;
    Ok(Transports {
        sql: url
            .map(|url| SqlTransport::new(&url, database.hook_pool_size, Sessions::configured(database)))
            .transpose()?,
        fetch: Fetch::new(config.hooks.reach()),
        sampling: sampling(&config.hooks),
    })
}

/// Which questions of hooks are kept, as configuration says.
#[must_use]
pub fn sampling(settings: &HookSettings) -> Sampling {
    Sampling {
        every: settings.sample_every,
        keep: settings.keep_events,
        kept_for: settings.kept_for(),
    }
}

/// How passwords are hashed, as configuration says; no number of permits means one per core.
#[must_use]
pub fn hasher_settings(settings: &PasswordSettings) -> HasherSettings {
    let cores = || std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
    HasherSettings {
        cost: Cost {
            memory: settings.memory_kib,
            passes: settings.iterations,
            lanes: settings.parallelism,
        },
        permits: NonZero::new(settings.permits).unwrap_or_else(cores),
        waiters: settings.queue,
        ..HasherSettings::default()
    }
}

/// What is demanded of passwords that people choose, as configuration says.
#[must_use]
pub(super) fn password_demands(settings: &PasswordSettings) -> PasswordDemands {
    let list = &settings.breached_file;
    PasswordDemands {
        lowest_score: settings.lowest_score,
        breached: (!list.as_os_str().is_empty()).then(|| list.clone()),
    }
}
