//! Owns the question whether the roles that somebody names are there, before anything is made for them.

use sqlx::PgConnection;

use super::{Identifier, RlsError};

/// Refuses a name that is no role of this database; `public` is everybody.
pub async fn require(
    connection: &mut PgConnection,
    roles: impl IntoIterator<Item = &Identifier>,
) -> Result<(), RlsError> {
    for role in roles.into_iter().filter(|role| role.as_str() != "public") {
        let there = sqlx::query_scalar!(
            r#"select exists (select from pg_roles where rolname = $1) as "there!""#,
            role.as_str()
        )
        .fetch_one(&mut *connection)
        .await?;
        if !there {
            return Err(RlsError::UnknownRole(role.clone()));
        }
    }
    Ok(())
}
