//! Owns the question whether `auth.custom_access_token_hook` is still the shipped function. While it is, the inline
//! path gives the same result; once an operator replaces it, it is a hook of theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::PgConnection;

use super::definition::{FunctionName, Hook, Settings, Target};
use super::store;
use crate::base::id::HookId;
use crate::db::DatabaseError;
use crate::protocol::claims::Output;

/// The migration that holds the shipped function.
const MIGRATION: &str = include_str!("../../migrations/0010_epoch.sql");
/// The function.
const FUNCTION: &str = "auth.custom_access_token_hook";

/// The shipped function's body, as `pg_proc.prosrc` holds it.
fn shipped_body() -> Option<&'static str> {
    MIGRATION
        .split("create function auth.custom_access_token_hook")
        .nth(1)?
        .split("$$")
        .nth(1)
}

/// The hook that an operator's replacement is: asked first, additive, fail closed. None while the function is the
/// shipped one. A dropped function is a replacement too, one that cannot be called.
pub(super) async fn replacement(connection: &mut PgConnection) -> Result<Option<Hook>, DatabaseError> {
    let body = store::hook_body(connection).await?;
    if body.as_deref() == shipped_body() {
        return Ok(None);
    }
    let Ok(function) = FunctionName::parse(FUNCTION) else {
        return Ok(None);
    };
    Ok(Some(Hook {
        id: HookId::from_text(FUNCTION),
        settings: Settings {
            enabled: true,
            position: i32::MIN,
            outputs: BTreeSet::from([Output::AccessToken]),
            timeout: Duration::from_secs(2),
            ..Settings::new("custom_access_token_hook", Target::Sql(function))
        },
    }))
}
