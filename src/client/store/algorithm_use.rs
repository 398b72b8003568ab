//! Owns the statement on both tables that asks for a signature algorithm.

use crate::client::algorithm_use::AlgorithmUser;
use crate::db::{DatabaseError, PgConnection};

pub(in crate::client) async fn first_algorithm_user(
    connection: &mut PgConnection,
    algorithm: &str,
) -> Result<Option<AlgorithmUser>, DatabaseError> {
    let found = sqlx::query_as!(
        AlgorithmUser,
        r#"select 'client' as "kind!", a.client_id as "id!"
           from auth.oauth_applications a
           where $1 in (a.metadata ->> 'id_token_signed_response_alg',
                        a.metadata ->> 'access_token_signed_response_alg')
           union all
           select 'resource', r.identifier
           from auth.resources r
           where r.access_token_signed_response_alg = $1
           order by 1, 2
           limit 1"#,
        algorithm,
    )
    .fetch_optional(connection)
    .await?;
    Ok(found)
}
