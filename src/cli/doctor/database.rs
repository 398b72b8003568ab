//! Whether the database is one that this version may serve.

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::db::migrate::SchemaError;
use crate::db::{PgConnection, migrate, platform, told};

pub(super) async fn schema(connection: &mut PgConnection) -> Checked {
    match migrate::check(connection).await {
        Ok(()) => Ok("has everything that this version needs".to_owned()),
        Err(SchemaError::Database(error)) => Err(error.into()),
        Err(error) => Err(Problem::new(FindingId::SchemaBehind, told(&error))),
    }
}

pub(super) async fn platform(connection: &mut PgConnection) -> Checked {
    if platform::read(connection).await?.development {
        return Err(Problem::new(
            FindingId::Development,
            "this database was made by `signet dev`: `signet serve` refuses it",
        ));
    }
    Ok("not a development database".to_owned())
}
