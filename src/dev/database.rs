//! Owns a database inside a private cluster: made, given its roles, migrated.

use sqlx::{Connection as _, PgConnection};

use super::postgres::Cluster;
use crate::db::migrate::SchemaError;
use crate::db::{DatabaseError, bootstrap, migrate, platform};

/// Makes the database if it is missing, and brings roles and schema to this version.
pub async fn prepare(cluster: &Cluster, name: &str) -> Result<(), SchemaError> {
    bootstrap::run(&cluster.url("postgres", name)).await?;
    migrate::run(&cluster.url("signet_owner", name)).await
}

/// Marks the database as one that `signet dev` made: as the owner, so that the server itself never can.
pub async fn mark_development(owner_url: &str) -> Result<(), DatabaseError> {
    let mut connection = PgConnection::connect(owner_url).await?;
    platform::mark_development(&mut connection).await?;
    connection.close().await?;
    Ok(())
}
