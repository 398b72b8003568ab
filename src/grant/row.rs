//! Owns a grant as the statements of this room answer it: every one of them through the same conversion.

use serde_json::{Map, Value};

use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::id::{GrantId, SessionId, UserId};
use crate::client::Resource;
use crate::hook::{HookError, response};
use crate::protocol::scope::Scope;

/// A grant's row: of a code as redeeming it would make it, or of a refresh family.
#[derive(Debug)]
pub(super) struct GrantedRow {
    pub(super) grant_id: GrantId,
    pub(super) user_id: UserId,
    pub(super) session_id: Option<SessionId>,
    pub(super) assurance: Assurance,
    /// When the grant, or the code that it comes from, was made.
    pub(super) began: Timestamp,
    pub(super) scope: Scope,
    /// What the built-in hook answered; `None` is its refusal.
    pub(super) tenancy: Option<Value>,
    /// The `claims` parameter.
    pub(super) claims: Option<Value>,
    /// The person's row, if standard claims go into the ID token.
    pub(super) person: Option<Value>,
    /// The resource that the grant is for; none means the issuer.
    pub(super) audience: Option<Resource>,
    pub(super) nonce: Option<String>,
}

impl GrantedRow {
    /// What the built-in hook says of the membership.
    pub(super) fn tenancy(&self) -> Result<Map<String, Value>, HookError> {
        response::read(self.tenancy.clone())
    }
}
