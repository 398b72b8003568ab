//! Owns a grant's row as every statement of this room answers it.

use serde_json::Value;

use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::id::{GrantId, SessionId, UserId};
use crate::client::Resource;
use crate::db::DatabaseError;
use crate::grant::row::GrantedRow;
use crate::protocol::scope::Scope;

/// The columns of every statement that answers with a grant.
pub(super) struct GrantRow {
    pub(super) grant_id: String,
    pub(super) user_id: String,
    pub(super) session_id: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) claims: Option<Value>,
    pub(super) nonce: Option<String>,
    pub(super) auth_time: Timestamp,
    pub(super) amr: Vec<String>,
    pub(super) acr: String,
    pub(super) began: Timestamp,
    pub(super) tenancy: Option<Value>,
    pub(super) person: Option<Value>,
    pub(super) audience: Option<Value>,
}

impl GrantRow {
    /// The row as the grant room uses it.
    pub(super) fn granted(self) -> Result<GrantedRow, DatabaseError> {
        let audience = self.audience.map(|row| {
            Resource::from_row(row).ok_or(DatabaseError::Inconsistent {
                table: "auth.resources",
                problem: "a row is not a resource",
            })
        });
        Ok(GrantedRow {
            grant_id: GrantId::from_text(self.grant_id),
            user_id: UserId::from_text(self.user_id),
            session_id: self.session_id.map(SessionId::from_text),
            assurance: Assurance {
                auth_time: self.auth_time,
                amr: self.amr,
                acr: self.acr,
            },
            began: self.began,
            scope: Scope::from_tokens(self.scopes),
            tenancy: self.tenancy,
            claims: self.claims,
            person: self.person,
            audience: audience.transpose()?,
            nonce: self.nonce,
        })
    }
}
