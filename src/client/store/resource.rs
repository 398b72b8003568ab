//! Owns the statements on `auth.resources`.

use std::collections::BTreeMap;

use sqlx::types::Json;

use super::columns;
use crate::base::clock::Timestamp;
use crate::client::error::ClientError;
use crate::client::resource::Resource;
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::protocol::algorithm::Algorithm;

/// The resource of an identifier.
pub(in crate::client) async fn find_resource(
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
        lifetime: columns::length(row.lifetime),
        claim_names: row.claim_names.0,
    }))
}

/// Writes a new resource.
pub(in crate::client) async fn insert_resource(
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
