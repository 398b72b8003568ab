//! Owns every statement on `auth.oauth_applications`, `auth.oauth_client_secrets` and `auth.resources`.

use std::collections::BTreeMap;
use std::time::Duration;

use sqlx::PgConnection;
use sqlx::types::Json;

use super::error::ClientError;
use super::metadata::NewClient;
use super::registered::{AccessTokenFormat, Client, ClientSummary, ClientType, StoredSecret};
use super::resource::Resource;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::db::{DatabaseError, constraint};
use crate::protocol::algorithm::Algorithm;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::redirect_uri::RedirectUri;
use crate::protocol::scope::Scope;

const APPLICATIONS: &str = "auth.oauth_applications";

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
pub(super) async fn find_client(
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
        access_token_lifetime: seconds(row.access_token_lifetime),
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

fn seconds(column: Option<i32>) -> Option<Duration> {
    column
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs)
}

fn column(lifetime: Option<Duration>) -> Option<i32> {
    lifetime.and_then(|lifetime| i32::try_from(lifetime.as_secs()).ok())
}

fn texts(uris: &[RedirectUri]) -> Vec<String> {
    uris.iter().map(|uri| uri.as_str().to_owned()).collect()
}

/// Writes a new client, unless a user has its id (also a deleted one: tokens of both would have the same subject).
pub(super) async fn insert_client(
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
        column(rest.access_token_lifetime),
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
    .map_err(|error| match constraint::violated(&error) {
        Some("oauth_applications_pkey") => ClientError::AlreadyExists(new.client_id.clone()),
        Some("oauth_applications_default_resource_fkey") => ClientError::UnknownResource {
            field: "default_resource",
        },
        Some("oauth_applications_audience_fkey") => ClientError::UnknownResource { field: "audience" },
        _ => error.into(),
    })?
    .map(drop)
    .ok_or_else(|| ClientError::TakenByUser(new.client_id.clone()))
}

/// Adds a secret.
pub(super) async fn insert_secret(
    connection: &mut PgConnection,
    client_id: &ClientId,
    digest: Digest,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "insert into auth.oauth_client_secrets (client_id, digest, created_at) values ($1, $2, $3)",
        client_id.as_str(),
        digest.as_bytes(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// How the client authenticates; its row stays locked, so that two rotations follow each other.
pub(super) async fn lock_client(
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

/// Ends every secret at `expires_at` at the latest, and forgets those that are dead at `now`.
pub(super) async fn expire_secrets(
    connection: &mut PgConnection,
    client_id: &ClientId,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.oauth_client_secrets
         set expires_at = least(expires_at, $2)
         where client_id = $1",
        client_id.as_str(),
        expires_at,
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!(
        "delete from auth.oauth_client_secrets
         where client_id = $1
           and expires_at <= $2",
        client_id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Switches a client off or on; false if there is none. Switching off twice keeps the first time.
pub(super) async fn set_disabled_at(
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
pub(super) async fn set_revoked_before(
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
pub(super) async fn list_clients(
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

/// The resource of an identifier.
pub(super) async fn find_resource(
    connection: &mut PgConnection,
    identifier: &str,
) -> Result<Option<Resource>, DatabaseError> {
    let row = sqlx::query!(
        r#"select identifier,
                  name,
                  access_token_signed_response_alg as algorithm,
                  access_token_lifetime as lifetime,
                  claim_names as "claim_names: Json<BTreeMap<String, String>>"
           from auth.resources
           where identifier = $1"#,
        identifier,
    )
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let algorithm = row
        .algorithm
        .map(|name| {
            Algorithm::parse(&name).ok_or(DatabaseError::Inconsistent {
                table: "auth.resources",
                problem: "an algorithm that we hold no key of",
            })
        })
        .transpose()?;
    Ok(Some(Resource {
        identifier: row.identifier,
        name: row.name,
        algorithm,
        lifetime: seconds(row.lifetime),
        claim_names: row.claim_names.0,
    }))
}

/// Writes a new resource.
pub(super) async fn insert_resource(
    connection: &mut PgConnection,
    resource: &Resource,
    now: Timestamp,
) -> Result<(), ClientError> {
    sqlx::query!(
        "insert into auth.resources (
             identifier, name, access_token_signed_response_alg, access_token_lifetime, claim_names,
             created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)",
        resource.identifier,
        resource.name,
        resource.algorithm.map(Algorithm::name),
        column(resource.lifetime),
        Json(&resource.claim_names) as _,
        now,
    )
    .execute(connection)
    .await
    .map_err(|error| match constraint::violated(&error) {
        Some("resources_pkey") => ClientError::ResourceExists(resource.identifier.clone()),
        _ => error.into(),
    })?;
    Ok(())
}
