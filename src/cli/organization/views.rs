//! Owns what is answered about invitations and domains, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::tenancy::domain::DomainClaim;
use crate::tenancy::{Invitation, InvitationEnd};

/// An invitation that is to be sent: the only time that its token is shown.
#[derive(Debug, Serialize)]
pub struct InvitationSent {
    /// Its id.
    pub invitation_id: String,
    /// What its link carries.
    pub token: String,
    /// From when on it gives nothing.
    pub expires_at: Timestamp,
}

/// Invitations of an organization.
#[derive(Debug, Serialize)]
pub struct InvitationList {
    /// In the order in which they were made.
    pub invitations: Vec<InvitationView>,
}

/// An invitation.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the invitation")]
pub struct InvitationView {
    pub invitation_id: String,
    pub email: String,
    pub role: String,
    pub can_create_workspaces: bool,
    /// pending, accepted, rejected, canceled, or expired.
    pub status: &'static str,
    pub invited_by: Option<String>,
    pub expires_at: Timestamp,
    pub accepted_by: Option<String>,
    pub created_at: Timestamp,
}

impl InvitationList {
    pub(super) fn new(found: Vec<Invitation>, now: Timestamp) -> Self {
        let view = |invitation: Invitation| InvitationView {
            invitation_id: invitation.id.to_string(),
            email: invitation.email,
            role: invitation.joins.role.to_string(),
            can_create_workspaces: invitation.joins.workspace_creation.flag(),
            status: match invitation.status.end(invitation.expires_at, now) {
                Some(InvitationEnd::Expired) => InvitationEnd::Expired.name(),
                _ => invitation.status.name(),
            },
            invited_by: invitation.invited_by.map(|user| user.to_string()),
            expires_at: invitation.expires_at,
            accepted_by: invitation.accepted_by.map(|user| user.to_string()),
            created_at: invitation.created_at,
        };
        Self {
            invitations: found.into_iter().map(view).collect(),
        }
    }
}

impl fmt::Display for InvitationList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.invitations.iter().map(|invitation| {
            [
                invitation.invitation_id.as_str(),
                invitation.status,
                invitation.role.as_str(),
                invitation.email.as_str(),
            ]
        });
        layout::table(formatter, ["INVITATION_ID", "STATUS", "ROLE", "EMAIL"], rows)
    }
}

/// A claim on a domain, with the TXT record that proves it.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the claim")]
pub struct DomainView {
    pub org_id: String,
    pub domain: String,
    /// None: claimed, not proven.
    pub verified_at: Option<Timestamp>,
    /// None: nobody joins by their address.
    pub auto_join_role: Option<String>,
    pub can_create_workspaces: Option<bool>,
    /// Whoever set it may not give that any more: nobody joins until somebody sets it again.
    pub auto_join_paused: bool,
    pub record_name: String,
    pub record_type: &'static str,
    pub record_value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
}

impl From<DomainClaim> for DomainView {
    fn from(claim: DomainClaim) -> Self {
        Self {
            org_id: claim.organization_id.to_string(),
            record_name: claim.record_name(),
            record_type: "TXT",
            record_value: claim.record_value(),
            domain: claim.domain.to_string(),
            verified_at: claim.verified_at,
            can_create_workspaces: claim
                .auto_join
                .as_ref()
                .map(|joins| joins.workspace_creation.flag()),
            auto_join_paused: claim.auto_join_paused,
            auto_join_role: claim.auto_join.map(|joins| joins.role.to_string()),
            problem: None,
        }
    }
}

/// Claims of an organization.
#[derive(Debug, Serialize)]
pub struct DomainList {
    /// In the order of the domains.
    pub domains: Vec<DomainView>,
}

impl fmt::Display for DomainList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.domains.iter().map(|claim| {
            let state = match (claim.verified_at.is_some(), claim.auto_join_paused) {
                (true, false) => "verified",
                (true, true) => "verified, joining is paused",
                (false, _) => "claimed",
            };
            let joins = claim.auto_join_role.as_deref().unwrap_or("-");
            [claim.domain.as_str(), state, joins, claim.record_value.as_str()]
        });
        layout::table(formatter, ["DOMAIN", "STATE", "JOINS_AS", "TXT_RECORD"], rows)
    }
}
