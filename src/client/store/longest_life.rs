//! Owns the statement on both tables that asks for the longest life of an access token.

use std::time::Duration;

use crate::db::{DatabaseError, PgConnection};

pub(in crate::client) async fn longest_life(
    connection: &mut PgConnection,
) -> Result<Option<Duration>, DatabaseError> {
    let seconds = sqlx::query_scalar!(
        r#"select greatest(
               (select max(access_token_lifetime) from auth.resources),
               (select max(access_token_lifetime) from auth.oauth_applications)
           ) as "seconds: i32""#
    )
    .fetch_one(connection)
    .await?;
    Ok(seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs))
}
