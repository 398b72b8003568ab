//! Owns the reading of one client with all its secrets and the name of its icon, which is the statement behind the
//! registry.

use serde_json::{Map, Value};
use sqlx::types::Json;

use super::columns::APPLICATIONS;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::client::metadata::ClientMetadata;
use crate::client::registered::{Client, StoredSecret};
use crate::db::{DatabaseError, PgConnection};

/// What a registered client is in the database, with its secrets.
struct ClientRow {
    client_id: String,
    metadata: Json<Map<String, Value>>,
    disabled: bool,
    revoked_before: Option<Timestamp>,
    icon: Option<Vec<u8>>,
    digests: Vec<Vec<u8>>,
    expiries: Vec<Option<Timestamp>>,
}

/// The client of an id with all its secrets.
pub(in crate::client) async fn find_client(
    connection: &mut PgConnection,
    client_id: &str,
) -> Result<Option<Client>, DatabaseError> {
    sqlx::query_as!(
        ClientRow,
        r#"select a.client_id,
                  a.metadata as "metadata: Json<Map<String, Value>>",
                  a.disabled_at is not null as "disabled!",
                  a.revoked_before,
                  icon.digest as "icon?",
                  secret.digests as "digests!",
                  secret.expiries as "expiries!: Vec<Option<Timestamp>>"
           from auth.oauth_applications a
           cross join lateral (
               select coalesce(array_agg(s.digest order by s.created_at, s.digest), '{}') as digests,
                      coalesce(array_agg(s.expires_at order by s.created_at, s.digest), '{}') as expiries
               from auth.oauth_client_secrets s
               where s.client_id = a.client_id
           ) secret
           left join auth.client_icons icon on icon.client_id = a.client_id and icon.source = a.icon
           where a.client_id = $1"#,
        client_id,
    )
    .fetch_optional(connection)
    .await?
    .map(client)
    .transpose()
}

fn client(row: ClientRow) -> Result<Client, DatabaseError> {
    let impossible = |problem| DatabaseError::Inconsistent {
        table: APPLICATIONS,
        problem,
    };
    let secrets = row
        .digests
        .iter()
        .zip(row.expiries)
        .map(|(bytes, expires_at)| {
            Digest::from_bytes(bytes).map(|digest| StoredSecret { digest, expires_at })
        })
        .collect::<Option<_>>()
        .ok_or_else(|| impossible("a digest that is not 32 bytes long"))?;
    let icon = match row.icon {
        None => None,
        Some(bytes) => Some(
            Digest::from_bytes(&bytes)
                .ok_or_else(|| impossible("an icon's digest that is not 32 bytes long"))?,
        ),
    };
    let metadata = ClientMetadata::read(row.metadata.0).map_err(|error| {
        tracing::error!(client_id = row.client_id, %error, "a stored client cannot be read");
        impossible("metadata that this version cannot read")
    })?;
    Ok(Client {
        client_id: ClientId::from_text(row.client_id),
        metadata,
        secrets,
        disabled: row.disabled,
        revoked_before: row.revoked_before,
        icon,
    })
}
