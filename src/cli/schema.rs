//! Owns what an operator is told when the schema and this binary do not belong together.

use sqlx::migrate::MigrateError;

use crate::db::migrate::{MIGRATIONS, SchemaError};

/// The newest migration of this binary.
pub(super) fn newest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// What went wrong, and what to do.
pub(super) fn advise(error: SchemaError) -> anyhow::Error {
    let newest = newest();
    match error {
        SchemaError::Migrate(MigrateError::VersionMissing(version)) if version > newest => anyhow::anyhow!(
            "the database was migrated by a newer signet: it has migration {version}, the newest of this one is \
             {newest}. Run that newer version's `signet migrate`; nothing was changed, and `signet serve` of this \
             version still works, since migrations only add"
        ),
        SchemaError::Migrate(
            MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version),
        ) => anyhow::anyhow!(
            "the database has a migration {version} that this signet does not have in that form: it was migrated by \
             another build. Run `signet migrate` of the build that made it, or restore a backup"
        ),
        error => error.into(),
    }
}
