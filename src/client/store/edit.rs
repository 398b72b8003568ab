//! Owns the statement that changes a registered client.

use super::application::{refused, texts};
use super::columns;
use crate::base::clock::Timestamp;
use crate::client::error::ClientError;
use crate::client::metadata::NewClient;
use crate::db::PgConnection;
use crate::protocol::algorithm::Algorithm;

/// Writes everything that may change of a client, in one statement; its id, its type and its way to authenticate
/// stay.
pub(in crate::client) async fn update_client(
    connection: &mut PgConnection,
    changed: &NewClient,
    now: Timestamp,
) -> Result<(), ClientError> {
    let rest = &changed.rest;
    let grant_types: Vec<String> = changed
        .grant_types
        .iter()
        .map(|grant| grant.name().to_owned())
        .collect();
    let done = sqlx::query!(
        "update auth.oauth_applications
         set name = $2,
             icon = $3,
             client_uri = $4,
             policy_uri = $5,
             tos_uri = $6,
             first_party = $7,
             redirect_urls = $8,
             post_logout_redirect_uris = $9,
             grant_types = $10,
             scopes = $11,
             require_pkce = $12,
             id_token_signed_response_alg = $13,
             access_token_signed_response_alg = $14,
             access_token_format = $15,
             access_token_lifetime = $16,
             default_max_age = $17,
             default_resource = $18,
             audience = $19,
             scope_claims_in_id_token = $20,
             may_introspect = $21,
             updated_at = $22
         where client_id = $1",
        changed.client_id.as_str(),
        rest.name,
        rest.icon,
        rest.client_uri,
        rest.policy_uri,
        rest.tos_uri,
        rest.first_party,
        &texts(&changed.redirect_uris),
        &texts(&changed.post_logout_redirect_uris),
        &grant_types,
        &changed.scopes.to_vec(),
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
    .execute(connection)
    .await
    .map_err(|error| refused(error, &changed.client_id))?;
    if done.rows_affected() == 1 {
        Ok(())
    } else {
        Err(ClientError::Unknown(changed.client_id.clone()))
    }
}
