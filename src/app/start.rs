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
use crate::signing::provisioning::{self, Missing};
use crate::signing::rotation::{Policy, Rotation, RotationError, Served, View, note_serving, returning};
use crate::signing::signing_keys::{Replica, SigningKeys};
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
    if !missing.is_nothing() && missing.adds_to_keys() {
        // Whoever has the wrong key-encryption keys neither begins the log nor publishes a key that nobody else opens.
        let keys = SigningKeys::load(&mut connection, keyring, signing).await?;
        keys.require_signer()?;
    }
    connection.keep();
    if !missing.is_nothing() {
        add_keys(platform, &policy, missing, &context).await?;
    }
    let mut connection = pool.acquire().await?;
    // Others may have changed keys meanwhile.
    let now = platform.clock.now();
    let view = View::read(&mut connection, now).await?;
    let replica = Replica {
        id: &platform.replica,
        returning: returning(&view, &policy.clone().strictest(&view)),
        now,
    };
    let keys = SigningKeys::load_to_sign(&mut connection, keyring, signing, replica).await?;
    connection.keep();
    keys.require_signer()?;
    let mut work = UnitOfWork::single(pool, context).await?;
    let served = Served {
        keys: &keys.current(),
        offered: &signing.algorithms,
        cache: policy.cache(),
    };
    note_serving(&mut work, served).await?;
    work.commit().await?;
    Ok((keys, policy))
}

/// Adds the keys that are missing. If others change keys all the while, a server that has keys starts without: what is
/// missing can wait for the driver.
async fn add_keys(
    platform: &Platform,
    policy: &Policy,
    missing: Missing,
    context: &RequestContext,
) -> Result<(), AppError> {
    let keyring = &platform.keyring;
    let can_wait = missing.adds_to_keys();
    let new = missing.generate(keyring, &*context.entropy).await?;
    let mut work = UnitOfWork::begin(&platform.pool, context.clone()).await?;
    let rotation = Rotation { keyring, policy };
    match provisioning::insert(&mut work, rotation, new).await {
        Err(error @ RotationError::Busy) if can_wait => {
            tracing::warn!(error = %error, "next keys are yet to be published");
            work.rollback().await?;
        }
        done => {
            done?;
            work.commit().await?;
        }
    }
    Ok(())
}

/// Tells the log who is registered with an algorithm that nothing is signed with: it is left out, or its first key is yet
/// to be known to verifiers. Says whether a resource is.
pub(super) async fn unserved_resource(
    connection: &mut PgConnection,
    settings: &SigningSettings,
    keys: &SigningKeys,
) -> Result<bool, DatabaseError> {
    let current = keys.current();
    let mut unserved = settings.left_out();
    unserved.extend_from_slice(current.awaited());
    let mut resource = false;
    for user in algorithm_use::all(connection, &unserved).await? {
        resource |= user.kind == AlgorithmUserKind::Resource;
        tracing::error!(
            registered = %user,
            alg = user.algorithm.name(),
            "who is registered with an algorithm that signing.algorithms leaves out, or whose first key is published and \
             does not sign yet, gets no token"
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
