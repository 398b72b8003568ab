//! Owns the statement on both tables that asks for signature algorithms.

use crate::client::algorithm_use::{AlgorithmUser, AlgorithmUserKind};
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;

pub(in crate::client) async fn algorithm_users(
    connection: &mut PgConnection,
    algorithms: &[Algorithm],
) -> Result<Vec<AlgorithmUser>, DatabaseError> {
    let names: Vec<&str> = algorithms.iter().map(|algorithm| algorithm.name()).collect();
    let rows = sqlx::query!(
        r#"select false as "is_client!", r.identifier as "id!", r.access_token_signed_response_alg as "alg!"
           from auth.resources r
           where r.access_token_signed_response_alg = any($1)
           union
           select true, a.client_id, a.metadata ->> 'id_token_signed_response_alg'
           from auth.oauth_applications a
           where a.metadata ->> 'id_token_signed_response_alg' = any($1)
           union
           select true, a.client_id, a.metadata ->> 'access_token_signed_response_alg'
           from auth.oauth_applications a
           where a.metadata ->> 'access_token_signed_response_alg' = any($1)
           order by 1, 2, 3
           limit 1000"#,
        &names as &[&str],
    )
    .fetch_all(connection)
    .await?;
    let users = rows.into_iter().filter_map(|row| {
        Some(AlgorithmUser {
            kind: if row.is_client {
                AlgorithmUserKind::Client
            } else {
                AlgorithmUserKind::Resource
            },
            id: row.id,
            algorithm: Algorithm::parse(&row.alg)?,
        })
    });
    Ok(users.collect())
}

/// What one client asks for.
pub(in crate::client) async fn algorithms_of_client(
    connection: &mut PgConnection,
    id: &str,
) -> Result<Vec<Algorithm>, DatabaseError> {
    let rows = sqlx::query_scalar!(
        r#"select asked.alg as "alg!"
           from auth.oauth_applications a
           cross join lateral (values
               (a.metadata ->> 'id_token_signed_response_alg'),
               (a.metadata ->> 'access_token_signed_response_alg')) as asked (alg)
           where a.client_id = $1 and asked.alg is not null"#,
        id,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().filter_map(|name| Algorithm::parse(name)).collect())
}

/// What one resource asks for.
pub(in crate::client) async fn algorithm_of_resource(
    connection: &mut PgConnection,
    identifier: &str,
) -> Result<Vec<Algorithm>, DatabaseError> {
    let rows = sqlx::query_scalar!(
        r#"select access_token_signed_response_alg as "alg!"
           from auth.resources
           where identifier = $1 and access_token_signed_response_alg is not null"#,
        identifier,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.iter().filter_map(|name| Algorithm::parse(name)).collect())
}
