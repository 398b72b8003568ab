//! Owns the writes on `auth.oauth_applications`, and its list.

use serde_json::{Map, Value};
use sqlx::types::Json;

use super::columns::APPLICATIONS;
use crate::base::clock::Timestamp;
use crate::base::id::ClientId;
use crate::client::error::ClientError;
use crate::client::metadata::{ClientType, NewClient};
use crate::client::registered::ClientSummary;
use crate::db::{DatabaseError, PgConnection, constraint};

/// Writes a new client, unless a user has its id (also a deleted one: tokens of both would have the same subject).
pub(in crate::client) async fn insert_client(
    connection: &mut PgConnection,
    new: &NewClient,
    now: Timestamp,
) -> Result<(), ClientError> {
    sqlx::query_scalar!(
        r#"insert into auth.oauth_applications (client_id, metadata, created_at, updated_at)
           select $1::text, $2::jsonb, $3::timestamptz, $3
           where not exists (select from auth.users u where u.id = $1)
           returning client_id"#,
        new.client_id().as_str(),
        Json(new.metadata().document()) as _,
        now,
    )
    .fetch_optional(connection)
    .await
    .map_err(|error| refused(error, new.client_id()))?
    .map(drop)
    .ok_or_else(|| ClientError::TakenByUser(new.client_id().clone()))
}

/// Writes the fields of a client's document that changed, and takes others away. What is neither stays as it is stored:
/// a newer version may have written it, or read more in it than this one does.
pub(in crate::client) async fn update_client(
    connection: &mut PgConnection,
    client_id: &ClientId,
    written: Map<String, Value>,
    removed: Vec<String>,
    now: Timestamp,
) -> Result<(), ClientError> {
    let done = sqlx::query!(
        "update auth.oauth_applications
         set metadata = (metadata - $3::text[]) || $2,
             updated_at = $4
         where client_id = $1",
        client_id.as_str(),
        Json(written) as _,
        &removed,
        now,
    )
    .execute(connection)
    .await
    .map_err(|error| refused(error, client_id))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(ClientError::Unknown(client_id.clone()))
    }
}

/// Whether there is the client; its row stays locked, so that two changes follow each other.
pub(in crate::client) async fn lock_client(
    connection: &mut PgConnection,
    client_id: &ClientId,
) -> Result<bool, DatabaseError> {
    let found = sqlx::query_scalar!(
        "select client_id from auth.oauth_applications where client_id = $1 for update",
        client_id.as_str(),
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Switches a client off or on; false if there is none. Switching off twice keeps the first time.
pub(in crate::client) async fn set_disabled_at(
    connection: &mut PgConnection,
    client_id: &ClientId,
    disabled_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.oauth_applications
         set disabled_at = case when $2::timestamptz is null then null else coalesce(disabled_at, $2) end,
             updated_at = $3
         where client_id = $1",
        client_id.as_str(),
        disabled_at,
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends everything that the client was granted before `now`; false if there is no such client.
pub(in crate::client) async fn set_revoked_before(
    connection: &mut PgConnection,
    client_id: &ClientId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "update auth.oauth_applications
         set revoked_before = greatest(revoked_before, $2),
             updated_at = $2
         where client_id = $1",
        client_id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Deletes a client with its secrets, grants, consents and waiting requests; false if there is none.
pub(in crate::client) async fn delete_client(
    connection: &mut PgConnection,
    client_id: &ClientId,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!(
        "delete from auth.oauth_applications where client_id = $1",
        client_id.as_str(),
    )
    .execute(connection)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// A page of clients in the order of their ids.
pub(in crate::client) async fn list_clients(
    connection: &mut PgConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<ClientSummary>, DatabaseError> {
    sqlx::query!(
        r#"select client_id, name, type as client_type, first_party, disabled_at is not null as "disabled!"
           from auth.oauth_applications
           where client_id > $1
           order by client_id
           limit $2"#,
        after,
        limit,
    )
    .fetch_all(connection)
    .await?
    .into_iter()
    .map(|row| {
        Ok(ClientSummary {
            client_id: ClientId::from_text(row.client_id),
            name: row.name,
            client_type: ClientType::parse(&row.client_type).ok_or(DatabaseError::Inconsistent {
                table: APPLICATIONS,
                problem: "an unknown type",
            })?,
            first_party: row.first_party,
            disabled: row.disabled,
        })
    })
    .collect()
}

/// What a violated constraint of the table means.
fn refused(error: sqlx::Error, client_id: &ClientId) -> ClientError {
    match constraint::violated(&error) {
        Some("oauth_applications_pkey") => ClientError::AlreadyExists(client_id.clone()),
        Some("oauth_applications_default_resource_fkey") => ClientError::UnknownResource {
            field: "default_resource",
        },
        Some("oauth_applications_audience_fkey") => ClientError::UnknownResource { field: "audience" },
        _ => error.into(),
    }
}
