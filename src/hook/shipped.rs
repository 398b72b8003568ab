//! Owns the question whether `auth.custom_access_token_hook` is still the shipped function. While it is, the inline
//! path gives the same result; once an operator replaces it, minting fails closed rather than ignoring the operator.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::PgConnection;

use super::answer::HookError;
use super::store;
use crate::db::DatabaseError;

/// The migration that holds the shipped function.
const MIGRATION: &str = include_str!("../../migrations/0010_epoch.sql");

/// The shipped function's body, as `pg_proc.prosrc` holds it.
fn shipped_body() -> Option<&'static str> {
    MIGRATION
        .split("create function auth.custom_access_token_hook")
        .nth(1)?
        .split("$$")
        .nth(1)
}

/// What the last check found.
#[derive(Debug, Clone, Default)]
pub struct ShippedHook {
    replaced: Arc<AtomicBool>,
}

impl ShippedHook {
    /// Reads the function's body and compares it: at start, and whenever hooks change.
    pub async fn check(&self, connection: &mut PgConnection) -> Result<(), DatabaseError> {
        let body = store::hook_body(connection).await?;
        self.replaced
            .store(body.as_deref() != shipped_body(), Ordering::Relaxed);
        Ok(())
    }

    /// Refuses to mint past an operator's function.
    pub fn require(&self) -> Result<(), HookError> {
        if self.replaced.load(Ordering::Relaxed) {
            Err(HookError::Replaced)
        } else {
            Ok(())
        }
    }
}
