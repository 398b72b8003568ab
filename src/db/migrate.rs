//! Owns the schema's migrations, which are compiled into the binary. They run as the owner, never from `serve`.

use sqlx::Connection as _;
use sqlx::migrate::{MigrateError, Migrator};

use super::bootstrap::BootstrapError;
use super::connect::PoolError;
use super::{DatabaseError, PgConnection, sessions};

/// Every migration of this version.
pub static MIGRATIONS: Migrator = sqlx::migrate!();

/// Why the schema is not what this binary needs.
#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    /// A migration failed, or an applied one was edited.
    #[error("a migration failed: {0}")]
    Migrate(#[from] MigrateError),
    /// The database or its roles could not be made.
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The owner's connection was not opened, or is none of its own.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// Migrations are missing.
    #[error("the schema is at version {found}, this binary needs {needed}: run `signet migrate`")]
    Behind {
        /// The newest applied migration; 0 for none.
        found: i64,
        /// The newest migration of this binary.
        needed: i64,
    },
}

/// Brings the database of `owner_url` to this binary's schema.
pub async fn run(owner_url: &str) -> Result<(), SchemaError> {
    let mut connection = sessions::connect_directly(owner_url, "signet migrate").await?;
    MIGRATIONS.run(&mut connection).await?;
    connection.close().await.map_err(DatabaseError::from)?;
    Ok(())
}

/// Refuses a database that lacks a migration. A newer schema is accepted: migrations only add.
pub async fn check(connection: &mut PgConnection) -> Result<(), SchemaError> {
    let needed = MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0);
    let found = sqlx::query_scalar::<_, Option<i64>>(
        "select max(version) from public._sqlx_migrations where success",
    )
    .fetch_one(connection)
    .await
    .or_else(|error| match &error {
        // 42P01: nothing was ever migrated here; 42501: not by this owner.
        sqlx::Error::Database(database) if matches!(database.code().as_deref(), Some("42P01")) => Ok(None),
        _ => Err(DatabaseError::from(error)),
    })?
    .unwrap_or(0);
    if found < needed {
        Err(SchemaError::Behind { found, needed })
    } else {
        Ok(())
    }
}
