//! What the database knows of the hook.

use sqlx::PgConnection;

use crate::db::DatabaseError;

/// The body of `auth.custom_access_token_hook(jsonb)`; none if it was dropped.
pub(super) async fn hook_body(connection: &mut PgConnection) -> Result<Option<String>, DatabaseError> {
    let body = sqlx::query_scalar!(
        r#"select p.prosrc as "body!"
           from pg_proc p
           join pg_namespace n on n.oid = p.pronamespace
           where n.nspname = 'auth'
             and p.proname = 'custom_access_token_hook'
             and p.pronargs = 1"#
    )
    .fetch_optional(connection)
    .await?;
    Ok(body)
}
