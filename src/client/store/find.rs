//! Owns the reading of one client with all its secrets, which is the statement behind the registry.

use super::columns::{self, APPLICATIONS};
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::client::registered::{AccessTokenFormat, Client, ClientType, StoredSecret};
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope::Scope;

/// What a registered client is in the database, with its secrets.
#[expect(clippy::struct_excessive_bools, reason = "the columns of a table")]
struct ClientRow {
    client_id: String,
    name: String,
    client_type: String,
    icon: Option<String>,
    client_uri: Option<String>,
    policy_uri: Option<String>,
    tos_uri: Option<String>,
    first_party: bool,
    authentication: String,
    redirect_uris: Vec<String>,
    post_logout_redirect_uris: Vec<String>,
    grant_types: Vec<String>,
    scopes: Vec<String>,
    require_pkce: bool,
    id_token_algorithm: String,
    access_token_algorithm: Option<String>,
    access_token_format: String,
    access_token_lifetime: Option<i32>,
    default_max_age: Option<i32>,
    default_resource: Option<String>,
    audience: Option<String>,
    scope_claims_in_id_token: bool,
    may_introspect: bool,
    disabled: bool,
    revoked_before: Option<Timestamp>,
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
                  a.name,
                  a.type as client_type,
                  a.icon,
                  a.client_uri,
                  a.policy_uri,
                  a.tos_uri,
                  a.first_party,
                  a.token_endpoint_auth_method as authentication,
                  a.redirect_urls as redirect_uris,
                  a.post_logout_redirect_uris,
                  a.grant_types,
                  a.scopes,
                  a.require_pkce,
                  a.id_token_signed_response_alg as id_token_algorithm,
                  a.access_token_signed_response_alg as access_token_algorithm,
                  a.access_token_format,
                  a.access_token_lifetime,
                  a.default_max_age,
                  a.default_resource,
                  a.audience,
                  a.scope_claims_in_id_token,
                  a.may_introspect,
                  a.disabled_at is not null as "disabled!",
                  a.revoked_before,
                  secret.digests as "digests!",
                  secret.expiries as "expiries!: Vec<Option<Timestamp>>"
           from auth.oauth_applications a
           cross join lateral (
               select coalesce(array_agg(s.digest order by s.created_at, s.digest), '{}') as digests,
                      coalesce(array_agg(s.expires_at order by s.created_at, s.digest), '{}') as expiries
               from auth.oauth_client_secrets s
               where s.client_id = a.client_id
           ) secret
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
    let grant_types = row
        .grant_types
        .iter()
        .map(|name| GrantType::parse(name))
        .collect::<Option<_>>()
        .ok_or_else(|| impossible("a grant type that is not served"))?;
    let redirect_uris = row
        .redirect_uris
        .iter()
        .map(|uri| RedirectUri::register(uri))
        .collect::<Result<_, _>>()
        .map_err(|_| impossible("a redirect URI that may not be registered"))?;
    let algorithm =
        |name: &str| Algorithm::parse(name).ok_or_else(|| impossible("an algorithm that we hold no key of"));
    Ok(Client {
        client_id: ClientId::from_text(row.client_id),
        name: row.name,
        client_type: ClientType::parse(&row.client_type).ok_or_else(|| impossible("an unknown type"))?,
        icon: row.icon,
        client_uri: row.client_uri,
        policy_uri: row.policy_uri,
        tos_uri: row.tos_uri,
        first_party: row.first_party,
        authentication: ClientAuthenticationMethod::parse(&row.authentication)
            .ok_or_else(|| impossible("an authentication method that is not offered"))?,
        secrets,
        redirect_uris,
        post_logout_redirect_uris: row.post_logout_redirect_uris,
        grant_types,
        scopes: Scope::from_tokens(row.scopes),
        require_pkce: row.require_pkce,
        id_token_algorithm: algorithm(&row.id_token_algorithm)?,
        access_token_algorithm: row.access_token_algorithm.as_deref().map(algorithm).transpose()?,
        access_token_format: AccessTokenFormat::parse(&row.access_token_format)
            .ok_or_else(|| impossible("an unknown access token format"))?,
        access_token_lifetime: columns::length(row.access_token_lifetime),
        default_max_age: row
            .default_max_age
            .and_then(|seconds| u32::try_from(seconds).ok()),
        default_resource: row.default_resource,
        audience: row.audience,
        scope_claims_in_id_token: row.scope_claims_in_id_token,
        may_introspect: row.may_introspect,
        disabled: row.disabled,
        revoked_before: row.revoked_before,
    })
}
