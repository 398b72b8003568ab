//! Owns the statement that asks which keys each running replica has opened, and so publishes.

use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};

/// What a replica said last of the keys that it publishes.
pub(in crate::signing) struct PublisherRow {
    pub(in crate::signing) host: String,
    pub(in crate::signing) opened: Vec<String>,
}

/// Every replica that has said since then what it holds.
pub(in crate::signing) async fn publishers(
    connection: &mut PgConnection,
    since: Timestamp,
) -> Result<Vec<PublisherRow>, DatabaseError> {
    let rows = sqlx::query_as!(
        PublisherRow,
        "select host, opened from auth.replicas where reported_at > $1 order by host, id",
        since,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}
