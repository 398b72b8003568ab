//! Owns the writes on `auth.oauth_applications`, and its list.

use super::columns::{self, APPLICATIONS};
use crate::base::clock::Timestamp;
use crate::base::id::ClientId;
use crate::client::error::ClientError;
use crate::client::metadata::NewClient;
use crate::client::registered::{ClientSummary, ClientType};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::protocol::algorithm::Algorithm;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::redirect_uri::RedirectUri;

/// Writes a new client, unless a user has its id (also a deleted one: tokens of both would have the same subject).
pub(in crate::client) async fn insert_client(
    connection: &mut PgConnection,
    new: &NewClient,
    now: Timestamp,
) -> Result<(), ClientError> {
    let rest = &new.rest;
    let grant_types: Vec<String> = new
        .grant_types
        .iter()
        .map(|grant| grant.name().to_owned())
        .collect();
    sqlx::query_scalar!(
        r#"insert into auth.oauth_applications (
               client_id, name, type, icon, client_uri, policy_uri, tos_uri, first_party,
               token_endpoint_auth_method, redirect_urls, post_logout_redirect_uris, grant_types, scopes,
               require_pkce, id_token_signed_response_alg, access_token_signed_response_alg,
               access_token_format, access_token_lifetime, default_max_age, default_resource, audience,
               scope_claims_in_id_token, may_introspect, created_at, updated_at)
           select $1::text, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                  $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24::timestamptz, $24
           where not exists (select from auth.users u where u.id = $1)
           returning client_id"#,
        new.client_id.as_str(),
        rest.name,
        rest.client_type.name(),
        rest.icon,
        rest.client_uri,
        rest.policy_uri,
        rest.tos_uri,
        rest.first_party,
        new.authentication.name(),
        &texts(&new.redirect_uris),
        &texts(&new.post_logout_redirect_uris),
        &grant_types,
        &new.scopes.to_vec(),
        rest.require_pkce,
        rest.id_token_algorithm.name(),
        rest.access_token_algorithm.map(Algorithm::name),
        rest.access_token_format.name(),
        columns::seconds(rest.access_token_lifetime),
        rest.default_max_age
            .and_then(|seconds| i32::try_from(seconds).ok()),
        rest.default_resource,
        rest.audience,
        rest.scope_claims_in_id_token,
        rest.may_introspect,
        now,
    )
    .fetch_optional(connection)
    .await
    .map_err(|error| refused(error, &new.client_id))?
    .map(drop)
    .ok_or_else(|| ClientError::TakenByUser(new.client_id.clone()))
}

/// How the client authenticates; its row stays locked, so that two rotations follow each other.
pub(in crate::client) async fn lock_client(
    connection: &mut PgConnection,
    client_id: &ClientId,
) -> Result<Option<ClientAuthenticationMethod>, DatabaseError> {
    sqlx::query_scalar!(
        "select token_endpoint_auth_method from auth.oauth_applications where client_id = $1 for update",
        client_id.as_str(),
    )
    .fetch_optional(connection)
    .await?
    .map(|name| {
        ClientAuthenticationMethod::parse(&name).ok_or(DatabaseError::Inconsistent {
            table: APPLICATIONS,
            problem: "an authentication method that is not offered",
        })
    })
    .transpose()
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
pub(super) fn refused(error: sqlx::Error, client_id: &ClientId) -> ClientError {
    match constraint::violated(&error) {
        Some("oauth_applications_pkey") => ClientError::AlreadyExists(client_id.clone()),
        Some("oauth_applications_default_resource_fkey") => ClientError::UnknownResource {
            field: "default_resource",
        },
        Some("oauth_applications_audience_fkey") => ClientError::UnknownResource { field: "audience" },
        _ => error.into(),
    }
}

/// URIs as the columns hold them.
pub(super) fn texts(uris: &[RedirectUri]) -> Vec<String> {
    uris.iter().map(|uri| uri.as_str().to_owned()).collect()
}
