//! Owns the statements on `auth.resources`.

use std::collections::BTreeMap;

use sqlx::types::Json;

use super::columns;
use crate::base::clock::Timestamp;
use crate::base::id::ClientId;
use crate::client::error::ClientError;
use crate::client::resource::Resource;
use crate::client::token_type::TokenType;
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::protocol::algorithm::Algorithm;

const fn impossible(problem: &'static str) -> DatabaseError {
    DatabaseError::Inconsistent {
        table: "auth.resources",
        problem,
    }
}

struct Row {
    identifier: String,
    name: String,
    algorithm: Option<String>,
    token_type: String,
    lifetime: Option<i32>,
    claim_names: Json<BTreeMap<String, String>>,
}

impl Row {
    fn read(self) -> Result<Resource, DatabaseError> {
        let algorithm = match self.algorithm {
            None => None,
            Some(name) => Some(
                Algorithm::parse(&name).ok_or_else(|| impossible("an algorithm that we hold no key of"))?,
            ),
        };
        Ok(Resource {
            identifier: self.identifier,
            name: self.name,
            algorithm,
            token_type: TokenType::parse(&self.token_type)
                .ok_or_else(|| impossible("a type of token that is not made"))?,
            lifetime: columns::length(self.lifetime),
            claim_names: self.claim_names.0,
        })
    }
}

/// The resource of an identifier.
pub(in crate::client) async fn find_resource(
    connection: &mut PgConnection,
    identifier: &str,
) -> Result<Option<Resource>, DatabaseError> {
    let row = sqlx::query_as!(
        Row,
        r#"select identifier,
                  name,
                  access_token_signed_response_alg as algorithm,
                  access_token_typ as token_type,
                  access_token_lifetime as lifetime,
                  claim_names as "claim_names: Json<BTreeMap<String, String>>"
           from auth.resources
           where identifier = $1"#,
        identifier,
    )
    .fetch_optional(connection)
    .await?;
    row.map(Row::read).transpose()
}

/// A page of resources, in the order of their identifiers.
pub(in crate::client) async fn list_resources(
    connection: &mut PgConnection,
    after: &str,
    limit: i64,
) -> Result<Vec<Resource>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        r#"select identifier,
                  name,
                  access_token_signed_response_alg as algorithm,
                  access_token_typ as token_type,
                  access_token_lifetime as lifetime,
                  claim_names as "claim_names: Json<BTreeMap<String, String>>"
           from auth.resources
           where identifier > $1
           order by identifier
           limit $2"#,
        after,
        limit,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Row::read).collect()
}

/// Whether there is the resource; its row stays locked, so that two changes follow each other.
pub(in crate::client) async fn lock_resource(
    connection: &mut PgConnection,
    identifier: &str,
) -> Result<bool, DatabaseError> {
    let found = sqlx::query_scalar!(
        "select identifier from auth.resources where identifier = $1 for update",
        identifier,
    )
    .fetch_optional(connection)
    .await?;
    Ok(found.is_some())
}

/// Writes a new resource.
pub(in crate::client) async fn insert_resource(
    connection: &mut PgConnection,
    resource: &Resource,
    now: Timestamp,
) -> Result<(), ClientError> {
    sqlx::query!(
        "insert into auth.resources (
             identifier, name, access_token_signed_response_alg, access_token_typ, access_token_lifetime,
             claim_names, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7)",
        resource.identifier,
        resource.name,
        resource.algorithm.map(Algorithm::name),
        resource.token_type.name(),
        columns::seconds(resource.lifetime),
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

/// Writes everything about a resource but its identifier.
pub(in crate::client) async fn update_resource(
    connection: &mut PgConnection,
    resource: &Resource,
    now: Timestamp,
) -> Result<(), DatabaseError> {
    sqlx::query!(
        "update auth.resources
         set name = $2,
             access_token_signed_response_alg = $3,
             access_token_typ = $4,
             access_token_lifetime = $5,
             claim_names = $6,
             updated_at = $7
         where identifier = $1",
        resource.identifier,
        resource.name,
        resource.algorithm.map(Algorithm::name),
        resource.token_type.name(),
        columns::seconds(resource.lifetime),
        Json(&resource.claim_names) as _,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// The clients that name the resource as their default or as what they are the server of.
pub(in crate::client) async fn clients_of_resource(
    connection: &mut PgConnection,
    identifier: &str,
) -> Result<Vec<ClientId>, DatabaseError> {
    let ids = sqlx::query_scalar!(
        "select client_id
         from auth.oauth_applications
         where default_resource = $1 or audience = $1
         order by client_id",
        identifier,
    )
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(ClientId::from_text).collect())
}

/// Deletes a resource; false if there is none.
pub(in crate::client) async fn delete_resource(
    connection: &mut PgConnection,
    identifier: &str,
) -> Result<bool, DatabaseError> {
    let done = sqlx::query!("delete from auth.resources where identifier = $1", identifier)
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
