//! Owns the statement on both tables that asks for a signature algorithm.

use crate::client::algorithm_use::{AlgorithmUser, AlgorithmUserKind};
use crate::db::{DatabaseError, PgConnection};

pub(in crate::client) async fn algorithm_users(
    connection: &mut PgConnection,
    algorithm: &str,
) -> Result<Vec<AlgorithmUser>, DatabaseError> {
    let rows = sqlx::query!(
        r#"select false as "is_client!", r.identifier as "id!"
           from auth.resources r
           where r.access_token_signed_response_alg = $1
           union all
           select true, a.client_id
           from auth.oauth_applications a
           where $1 in (a.metadata ->> 'id_token_signed_response_alg',
                        a.metadata ->> 'access_token_signed_response_alg')
           order by 1, 2
           limit 1000"#,
        algorithm,
    )
    .fetch_all(connection)
    .await?;
    let users = rows.into_iter().map(|row| AlgorithmUser {
        kind: if row.is_client {
            AlgorithmUserKind::Client
        } else {
            AlgorithmUserKind::Resource
        },
        id: row.id,
    });
    Ok(users.collect())
}
