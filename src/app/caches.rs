//! Owns the list of what this process caches of the database: one entry for each row of `auth.cache_versions`, with how
//! it becomes current again.

use futures_util::future::BoxFuture;

use super::error::AppError;
use super::root::App;
use crate::db::platform;

/// Every cache.
pub(super) const CACHES: [Cache; 6] = [
    Cache {
        name: "clients",
        reload_when: ReloadWhen::VersionMoves,
        reload: |app| {
            app.clients().invalidate();
            Box::pin(std::future::ready(Ok(())))
        },
    },
    Cache {
        name: "resources",
        reload_when: ReloadWhen::VersionMoves,
        reload: |app| Box::pin(reload_resources(app)),
    },
    Cache {
        name: "keys",
        reload_when: ReloadWhen::VersionMoves,
        reload: |app| Box::pin(reload_keys(app)),
    },
    Cache {
        name: "keks",
        reload_when: ReloadWhen::VersionMoves,
        reload: |app| Box::pin(app.follow_keks()),
    },
    Cache {
        name: "hooks",
        // A function can be replaced without any row's version moving.
        reload_when: ReloadWhen::Polled,
        reload: |app| Box::pin(reload_hooks(app)),
    },
    Cache {
        name: "platform",
        reload_when: ReloadWhen::VersionMoves,
        reload: |app| Box::pin(reload_platform(app)),
    },
];

/// Something that is cached. While it cannot be brought current for too long, nothing is minted (`db::changes`).
pub(super) struct Cache {
    /// Its row in `auth.cache_versions`, and what its notifications say.
    pub(super) name: &'static str,
    /// When it is reloaded.
    pub(super) reload_when: ReloadWhen,
    /// Makes it current: reads it again, or forgets what is held.
    pub(super) reload: for<'a> fn(&'a App) -> BoxFuture<'a, Result<(), AppError>>,
}

/// When a cache is reloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReloadWhen {
    /// Once its version has moved.
    VersionMoves,
    /// With every poll too.
    Polled,
}

/// The cache of a name.
pub(super) fn find(name: &str) -> Option<&'static Cache> {
    CACHES.iter().find(|cache| cache.name == name)
}

/// The names of the caches that are reloaded with every poll.
pub(super) fn reloaded_with_every_poll() -> Vec<&'static str> {
    let polled = CACHES
        .iter()
        .filter(|cache| cache.reload_when == ReloadWhen::Polled);
    polled.map(|cache| cache.name).collect()
}

async fn reload_resources(app: &App) -> Result<(), AppError> {
    app.resources().invalidate();
    app.look_for_unserved().await
}

async fn reload_keys(app: &App) -> Result<(), AppError> {
    let mut connection = app.0.platform.pool.acquire_repeatable().await?;
    let keys = &app.token_issuer().keys;
    let now = app.clock().now();
    let before = keys.current();
    keys.reload(&mut connection, app.keyring(), now).await?;
    connection.keep();
    if keys.current().awaited() == before.awaited() {
        return Ok(());
    }
    app.look_for_unserved().await
}

async fn reload_hooks(app: &App) -> Result<(), AppError> {
    let mut connection = app.0.platform.pool.acquire_repeatable().await?;
    let hooks = &app.token_issuer().hooks;
    hooks.reload(&mut connection, app.keyring()).await?;
    connection.keep();
    Ok(())
}

async fn reload_platform(app: &App) -> Result<(), AppError> {
    let mut connection = app.0.platform.pool.acquire_repeatable().await?;
    app.0
        .platform
        .set_epoch(platform::read(&mut connection).await?.epoch);
    connection.keep();
    Ok(())
}
