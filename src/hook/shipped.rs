//! Owns the question whether `auth.custom_access_token_hook` is still the shipped function. While it is, the inline
//! path gives the same result; once an operator replaces it, it is a hook of theirs.

use std::collections::BTreeSet;
use std::time::Duration;

use super::definition::{FunctionName, Hook, Settings, Target};
use super::store;
use crate::base::id::HookId;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::claims::Output;

/// The migrations that hold the shipped function, the newest first. Where an older body stands, no operator wrote it;
/// a newer one is known by the mark that its migration left.
const MIGRATIONS: [&str; 2] = [
    include_str!("../../migrations/0017_since.sql"),
    include_str!("../../migrations/0010_epoch.sql"),
];
/// The function.
const FUNCTION: &str = "auth.custom_access_token_hook";

/// The function's body in a migration, as `pg_proc.prosrc` holds it.
fn body_in(migration: &str) -> Option<&str> {
    let (_, definition) = migration.split_once("function auth.custom_access_token_hook(event jsonb)")?;
    definition.split("$$").nth(1)
}

fn is_shipped(body: &str) -> bool {
    MIGRATIONS
        .iter()
        .any(|migration| body_in(migration) == Some(body))
}

/// The hook that an operator's replacement is: asked first, additive, fail closed. None while the function is the
/// shipped one. A dropped function is a replacement too, one that cannot be called.
pub(super) async fn replacement(connection: &mut PgConnection) -> Result<Option<Hook>, DatabaseError> {
    let function = store::hook_function(connection).await?;
    if function.is_some_and(|function| function.marked || is_shipped(&function.body)) {
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
