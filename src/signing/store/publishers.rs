//! Owns the statement that asks which keys each running replica publishes, which it signs with, what it opens them with,
//! and what it holds rotations to.

use serde_json::Value;
use sqlx::types::Json;

use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};

/// What a replica said last of its keys.
pub(in crate::signing) struct PublisherRow {
    pub(in crate::signing) host: String,
    pub(in crate::signing) published: Vec<String>,
    pub(in crate::signing) signs: Vec<String>,
    /// The fingerprints of its key-encryption keys.
    pub(in crate::signing) keks: Vec<String>,
    /// What it holds rotations to; none from an older version.
    pub(in crate::signing) key_policy: Option<Value>,
}

#[derive(Debug, serde::Deserialize)]
struct Kek {
    fingerprint: String,
}

/// Every replica that has said since then what it holds. One of an older version says what it has opened, and not which
/// of that it publishes.
pub(in crate::signing) async fn publishers(
    connection: &mut PgConnection,
    since: Timestamp,
) -> Result<Vec<PublisherRow>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select host, coalesce(published, opened) as "published!", coalesce(signs, '{}') as "signs!",
            keks as "keks: Json<Vec<Kek>>", key_policy
        from auth.replicas
        where reported_at > $1
        order by host, id"#,
        since,
    )
    .fetch_all(connection)
    .await?;
    let rows = rows.into_iter().map(|row| PublisherRow {
        host: row.host,
        published: row.published,
        signs: row.signs,
        keks: row.keks.0.into_iter().map(|kek| kek.fingerprint).collect(),
        key_policy: row.key_policy,
    });
    Ok(rows.collect())
}
