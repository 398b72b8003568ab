//! Owns the rows of statements for several requests: each by its place in the group.

use serde_json::Value;

use super::row::GrantRow;
use crate::base::clock::Timestamp;
use crate::db::groups::{Placed, place};
use crate::grant::row::GrantedRow;

/// The columns of [`GrantRow`], and the request's number, counted from 1.
pub(super) struct PlacedRow {
    pub(super) place: i64,
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

/// What was granted to whom.
pub(super) fn granted(rows: Vec<PlacedRow>) -> Vec<Placed<GrantedRow>> {
    rows.into_iter()
        .map(|row| (place(row.place), row.unplaced().granted()))
        .collect()
}

impl PlacedRow {
    pub(super) fn unplaced(self) -> GrantRow {
        GrantRow {
            grant_id: self.grant_id,
            user_id: self.user_id,
            session_id: self.session_id,
            scopes: self.scopes,
            claims: self.claims,
            nonce: self.nonce,
            auth_time: self.auth_time,
            amr: self.amr,
            acr: self.acr,
            began: self.began,
            tenancy: self.tenancy,
            person: self.person,
            audience: self.audience,
        }
    }
}
