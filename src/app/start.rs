//! Owns what a start does on the database before anything is served: it looks for a way to listen, makes missing keys,
//! and publishes the list of modules.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgPool};

use super::error::AppError;
use super::platform::Platform;
use super::rotation::rotation_policy;
use crate::client::algorithm_use::{self, AlgorithmUserKind};
use crate::config::{SignetConfig, SigningSettings};
use crate::db::connect::{self, PoolError};
use crate::db::sessions::{self, Sessions};
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::signing::provisioning;
use crate::signing::rotation::{Policy, Rotation};
use crate::signing::signing_keys::SigningKeys;
use crate::tenancy::module;

/// How long the list of modules may take to become the configured one, somewhat longer than its statement may.
const PUBLISHING_TIME: Duration = Duration::from_secs(310);

const LISTENER: &str = "signet listener";

/// Where changes are listened for: nowhere behind a pooler, unless a way around it is given. That it leads to a pooler
/// too is found out here; that it leads nowhere at the moment does no harm.
pub(super) async fn listening(
    config: &SignetConfig,
    pg_pool: &PgPool,
) -> Result<Option<PgConnectOptions>, AppError> {
    let Some(url) = config.database.listen_url()? else {
        let own = Sessions::configured(&config.database).keep_statements();
        return Ok(own.then(|| (*pg_pool.connect_options()).clone()));
    };
    let answered = tokio::time::timeout(
        config.database.acquire_timeout(),
        sessions::connect_directly(&url, LISTENER),
    );
    match answered.await {
        Ok(Ok(connection)) => drop(connection.close().await),
        Ok(Err(error @ (PoolError::Pooler { .. } | PoolError::Url))) => return Err(error.into()),
        _ => tracing::warn!("database.listen_url does not answer: changes are seen by polls"),
    }
    Ok(Some(
        connect::options(&url)?
            .application_name(LISTENER)
            .options(connect::KEEPALIVE),
    ))
}

/// Loads the keys; makes the missing ones first. Replicas that start together make one set: the database decides. Says
/// by which rules they change.
pub(super) async fn provide_keys(
    platform: &Platform,
    config: &SignetConfig,
    context: RequestContext,
) -> Result<(SigningKeys, Policy), AppError> {
    let (pool, keyring, signing) = (&platform.pool, &platform.keyring, &config.signing);
    let mut connection = pool.acquire().await?;
    let policy = rotation_policy(&mut connection, config).await?;
    let missing = provisioning::missing(&mut connection, signing).await?;
    let (replica, now) = (&platform.replica, context.now);
    if !missing.is_nothing() && missing.adds_to_keys() {
        // Whoever has the wrong key-encryption keys neither begins the log nor publishes a key that nobody else opens.
        let keys = SigningKeys::load_to_sign(&mut connection, keyring, signing, replica, now).await?;
        keys.require_signer()?;
    }
    connection.keep();
    if !missing.is_nothing() {
        let new = missing.generate(keyring, &*context.entropy).await?;
        let mut work = UnitOfWork::begin(pool, context.clone()).await?;
        let rotation = Rotation {
            keyring,
            policy: &policy,
        };
        provisioning::insert(&mut work, rotation, new).await?;
        work.commit().await?;
    }
    let mut connection = pool.acquire().await?;
    let keys = SigningKeys::load_to_sign(&mut connection, keyring, signing, replica, now).await?;
    keys.require_signer()?;
    Ok((keys, policy))
}

/// Tells the log who is registered with an algorithm that is left out; says whether a resource is.
pub(super) async fn unserved_resource(
    connection: &mut PgConnection,
    settings: &SigningSettings,
) -> Result<bool, DatabaseError> {
    let mut resource = false;
    for user in algorithm_use::all(connection, &settings.left_out()).await? {
        resource |= user.kind == AlgorithmUserKind::Resource;
        tracing::error!(
            registered = %user,
            alg = user.algorithm.name(),
            "who is registered with an algorithm that signing.algorithms leaves out gets no token"
        );
    }
    Ok(resource)
}

/// On a connection of its own, since it may take longer than a request's statement may.
pub(super) async fn publish_modules(pg_pool: &PgPool, config: &SignetConfig) -> Result<(), AppError> {
    let publishing = async {
        let mut connection = sqlx::PgConnection::connect_with(&pg_pool.connect_options()).await?;
        let mut transaction = sessions::begin_alone(&mut connection).await?;
        module::publish(&mut transaction, &config.modules.allowlist).await?;
        sessions::commit_alone(transaction).await?;
        Ok(connection.close().await?)
    };
    let published = tokio::time::timeout(PUBLISHING_TIME, publishing).await;
    published.unwrap_or_else(|_| Err(DatabaseError::from(sqlx::Error::PoolTimedOut)))?;
    Ok(())
}
