//! Owns the statements on `auth.jwks_verifiers`.

use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};

/// A row of `auth.jwks_verifiers`.
pub(in crate::signing) struct VerifierRow {
    pub(in crate::signing) name: String,
    pub(in crate::signing) named: bool,
    pub(in crate::signing) last_fetched_at: Timestamp,
    pub(in crate::signing) fetches: i64,
    pub(in crate::signing) intervals: Vec<i64>,
}

/// Everybody who fetched the key set, whoever has not for the longest time first.
pub(in crate::signing) async fn verifiers(
    connection: &mut PgConnection,
) -> Result<Vec<VerifierRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        VerifierRow,
        "select name, named, last_fetched_at, fetches, intervals
        from auth.jwks_verifiers
        order by last_fetched_at, name
        limit 1000"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
