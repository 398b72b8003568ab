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
