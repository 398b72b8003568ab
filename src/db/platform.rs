//! Owns the one row that says what this installation is.

use super::DatabaseError;
use super::connection::PgConnection;
use crate::base::handle::BackupEpoch;

/// The installation.
#[derive(Debug, Clone, Copy)]
pub struct Platform {
    /// Made by `signet dev`: no server for others may use it.
    pub development: bool,
    /// Counts restores.
    pub epoch: BackupEpoch,
}

/// Reads it.
pub async fn read(connection: &mut PgConnection) -> Result<Platform, DatabaseError> {
    let row = sqlx::query!("select development, backup_epoch from auth.platform")
        .fetch_one(connection)
        .await?;
    Ok(Platform {
        development: row.development,
        epoch: BackupEpoch(row.backup_epoch),
    })
}

/// Marks a database as one of `signet dev`.
pub async fn mark_development(connection: &mut sqlx::PgConnection) -> Result<(), DatabaseError> {
    sqlx::query!("update auth.platform set development = true where not development")
        .execute(connection)
        .await?;
    Ok(())
}
