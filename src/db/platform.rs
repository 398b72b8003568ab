//! Owns the one row that says what this installation is.

use super::DatabaseError;
use super::connection::PgConnection;
use super::place::Place;
use super::unit_of_work::UnitOfWork;
use crate::base::handle::BackupEpoch;

/// The installation.
#[derive(Debug, Clone, Copy)]
pub struct Platform {
    /// Made by `signet dev`: no server for others may use it.
    pub development: bool,
    /// Counts restores.
    pub epoch: BackupEpoch,
    /// Whether it is written down where the data lie.
    pub placed: bool,
}

/// Reads it.
pub async fn read(connection: &mut PgConnection) -> Result<Platform, DatabaseError> {
    let row = sqlx::query!(
        r#"select development, backup_epoch, place is not null as "placed!" from auth.platform"#
    )
    .fetch_one(connection)
    .await?;
    Ok(Platform {
        development: row.development,
        epoch: BackupEpoch(row.backup_epoch),
        placed: row.placed,
    })
}

/// Marks a database as one of `signet dev`.
pub async fn mark_development(connection: &mut sqlx::PgConnection) -> Result<(), DatabaseError> {
    sqlx::query!("update auth.platform set development = true where not development")
        .execute(connection)
        .await?;
    Ok(())
}

/// Where the data lay when that was written down, and where they lie; each is none where nobody has written it, or may
/// ask.
pub async fn places(connection: &mut PgConnection) -> Result<(Option<Place>, Option<Place>), DatabaseError> {
    let row = sqlx::query!("select p.place, auth.place() as found from auth.platform p")
        .fetch_one(connection)
        .await?;
    let read = |columns: Option<Vec<String>>| columns.and_then(Place::read);
    Ok((read(row.place), read(row.found)))
}

/// Writes down where the data lie, unless that was done.
pub async fn note_place(connection: &mut PgConnection) -> Result<(), DatabaseError> {
    sqlx::query!("select auth.note_place(false)")
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes down where the data lie, whatever was written before.
pub async fn keep_place(work: &mut UnitOfWork) -> Result<(), DatabaseError> {
    sqlx::query!("select auth.note_place(true)")
        .execute(work.connection()?)
        .await?;
    Ok(())
}

/// Begins an epoch: every handle, session, grant and token from before is dead with the commit. One statement.
pub async fn begin_epoch(work: &mut UnitOfWork) -> Result<BackupEpoch, DatabaseError> {
    let now = work.now();
    let begun = sqlx::query_scalar!(r#"select auth.begin_backup_epoch($1) as "begun!""#, now)
        .fetch_one(work.connection()?)
        .await?;
    Ok(BackupEpoch(begun))
}
