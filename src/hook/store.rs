//! What the database knows of the hook.

use sqlx::PgConnection;

use crate::db::DatabaseError;

/// The body of `auth.custom_access_token_hook(jsonb)`; none if it was dropped.
pub(super) async fn hook_body(connection: &mut PgConnection) -> Result<Option<String>, DatabaseError> {
    let body = sqlx::query_scalar!(
        r#"select p.prosrc as "body!"
           from pg_proc p
           where p.oid = to_regprocedure('auth.custom_access_token_hook(jsonb)')"#
    )
    .fetch_optional(connection)
    .await?;
    Ok(body)
}
