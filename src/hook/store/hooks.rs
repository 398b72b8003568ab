//! `auth.token_hooks`, and what the database knows of the shipped function.

use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::id::{HookId, UserId};
use crate::db::{DatabaseError, PgConnection, constraint};
use crate::hook::definition::Settings;
use crate::hook::sealed_keys::Row;
use crate::protocol::claims::Output;
use crate::sealing::Sealed;

/// Why a hook was not written.
pub(in crate::hook) enum WriteError {
    /// The name is taken.
    Taken,
    /// Anything else.
    Database(DatabaseError),
}

impl From<sqlx::Error> for WriteError {
    fn from(error: sqlx::Error) -> Self {
        if constraint::violated(&error) == Some("token_hooks_name_key") {
            Self::Taken
        } else {
            Self::Database(error.into())
        }
    }
}

/// `auth.custom_access_token_hook(jsonb)` as it stands.
pub(in crate::hook) struct HookFunction {
    /// Its body.
    pub(in crate::hook) body: String,
    /// Whether the comment that a migration left says that this very body was shipped.
    pub(in crate::hook) marked: bool,
}

/// The function; none if it was dropped.
pub(in crate::hook) async fn hook_function(
    connection: &mut PgConnection,
) -> Result<Option<HookFunction>, DatabaseError> {
    let function = sqlx::query_as!(
        HookFunction,
        r#"select p.prosrc as "body!",
            coalesce(obj_description(p.oid, 'pg_proc')
                = 'signet: shipped ' || encode(sha256(convert_to(p.prosrc, 'UTF8')), 'hex'), false) as "marked!"
           from pg_proc p
           where p.oid = to_regprocedure('auth.custom_access_token_hook(jsonb)')"#
    )
    .fetch_optional(connection)
    .await?;
    Ok(function)
}

/// Every hook in the order in which they are asked.
pub(in crate::hook) async fn all(connection: &mut PgConnection) -> Result<Vec<Row>, DatabaseError> {
    let rows = sqlx::query_as!(
        Row,
        "select id, name, kind, target, enabled, position, mode, outputs, overwrite, may_raise, timeout_ms, on_failure,
             secrets_sealed, kek_id, shadow
         from auth.token_hooks
         order by position, name"
    )
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The hook of a name or id.
pub(in crate::hook) async fn find(
    connection: &mut PgConnection,
    reference: &str,
) -> Result<Option<Row>, DatabaseError> {
    let row = sqlx::query_as!(
        Row,
        "select id, name, kind, target, enabled, position, mode, outputs, overwrite, may_raise, timeout_ms, on_failure,
             secrets_sealed, kek_id, shadow
         from auth.token_hooks
         where id = $1 or name = $1
         for update",
        reference,
    )
    .fetch_optional(connection)
    .await?;
    Ok(row)
}

/// Writes a new hook.
pub(in crate::hook) async fn insert(
    connection: &mut PgConnection,
    id: &HookId,
    settings: &Settings,
    sealed: Option<&Sealed>,
    now: Timestamp,
) -> Result<(), WriteError> {
    sqlx::query!(
        "insert into auth.token_hooks (
             id, name, kind, target, enabled, position, mode, outputs, overwrite, may_raise, timeout_ms, on_failure,
             secrets_sealed, kek_id, shadow, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16)",
        id.as_str(),
        settings.name,
        settings.target.kind(),
        settings.target.address(),
        settings.enabled,
        settings.position,
        settings.mode.name(),
        &outputs(settings),
        &list(&settings.overwrite),
        &list(&settings.may_raise),
        milliseconds(settings),
        settings.on_failure.name(),
        sealed.map(|sealed| sealed.bytes.as_slice()),
        sealed.map(|sealed| sealed.kek_id.as_str()),
        settings.shadow,
        now,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes a hook anew. Says whether it is there.
pub(in crate::hook) async fn update(
    connection: &mut PgConnection,
    id: &HookId,
    settings: &Settings,
    sealed: Option<&Sealed>,
    now: Timestamp,
) -> Result<bool, WriteError> {
    let updated = sqlx::query!(
        "update auth.token_hooks
         set name = $2, kind = $3, target = $4, enabled = $5, position = $6, mode = $7, outputs = $8, overwrite = $9,
             may_raise = $10, timeout_ms = $11, on_failure = $12, secrets_sealed = $13, kek_id = $14, shadow = $15,
             updated_at = $16
         where id = $1",
        id.as_str(),
        settings.name,
        settings.target.kind(),
        settings.target.address(),
        settings.enabled,
        settings.position,
        settings.mode.name(),
        &outputs(settings),
        &list(&settings.overwrite),
        &list(&settings.may_raise),
        milliseconds(settings),
        settings.on_failure.name(),
        sealed.map(|sealed| sealed.bytes.as_slice()),
        sealed.map(|sealed| sealed.kek_id.as_str()),
        settings.shadow,
        now,
    )
    .execute(connection)
    .await?;
    Ok(updated.rows_affected() == 1)
}

/// Disables a hook and leaves everything else of its row as it is. Says whether it is there.
pub(in crate::hook) async fn disable(
    connection: &mut PgConnection,
    id: &HookId,
    now: Timestamp,
) -> Result<bool, DatabaseError> {
    let disabled = sqlx::query!(
        "update auth.token_hooks
         set enabled = false, updated_at = $2
         where id = $1",
        id.as_str(),
        now,
    )
    .execute(connection)
    .await?;
    Ok(disabled.rows_affected() == 1)
}

/// Removes a hook. Says whether it was there.
pub(in crate::hook) async fn delete(
    connection: &mut PgConnection,
    id: &HookId,
) -> Result<bool, DatabaseError> {
    let deleted = sqlx::query!("delete from auth.token_hooks where id = $1", id.as_str())
        .execute(connection)
        .await?;
    Ok(deleted.rows_affected() == 1)
}

/// The event of one question.
pub(in crate::hook) async fn event(
    connection: &mut PgConnection,
    user_id: &UserId,
    claims: &Value,
    request: &Value,
) -> Result<Value, DatabaseError> {
    let event = sqlx::query_scalar!(
        r#"select auth.token_event($1, $2, $3) as "event!""#,
        user_id.as_str(),
        claims,
        request,
    )
    .fetch_one(connection)
    .await?;
    Ok(event)
}

/// What the built-in hook says of a person.
pub(in crate::hook) async fn facts(
    connection: &mut PgConnection,
    user_id: &UserId,
    organization: Option<&str>,
    scopes: &[String],
) -> Result<Option<Value>, DatabaseError> {
    let facts = sqlx::query_scalar!(
        "select auth.member_claims($1, $2, null, $3)",
        user_id.as_str(),
        organization,
        scopes,
    )
    .fetch_one(connection)
    .await?;
    Ok(facts)
}

/// A person's organizations, as userinfo lists them.
pub(in crate::hook) async fn organizations(
    connection: &mut PgConnection,
    user_id: &UserId,
) -> Result<Value, DatabaseError> {
    let organizations = sqlx::query_scalar!(
        r#"select auth.member_organizations($1) as "organizations!""#,
        user_id.as_str(),
    )
    .fetch_one(connection)
    .await?;
    Ok(organizations)
}

fn outputs(settings: &Settings) -> Vec<String> {
    let names = settings.outputs.iter().copied().map(Output::name);
    names.map(str::to_owned).collect()
}

fn list(names: &std::collections::BTreeSet<String>) -> Vec<String> {
    names.iter().cloned().collect()
}

fn milliseconds(settings: &Settings) -> i32 {
    i32::try_from(settings.timeout.as_millis()).unwrap_or(i32::MAX)
}
