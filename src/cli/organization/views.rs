//! Owns what is answered about invitations and domains, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::tenancy::domain::{DomainClaim, DomainView};
use crate::tenancy::invitation::InvitationView;
use crate::tenancy::{Invitation, InvitationEnd};

/// Invitations of an organization.
#[derive(Debug, Serialize)]
pub struct InvitationList {
    /// In the order in which they were made.
    pub invitations: Vec<InvitationDetails>,
}

/// An invitation, with what members are not shown.
#[derive(Debug, Serialize)]
pub struct InvitationDetails {
    /// As everybody sees it; `expired` where its time has passed.
    #[serde(flatten)]
    pub invitation: InvitationView,
    /// Who joined by it.
    pub accepted_by: Option<String>,
}

impl InvitationDetails {
    fn new(invitation: Invitation, now: Timestamp) -> Self {
        let end = invitation.status.end(invitation.expires_at, now);
        let accepted_by = invitation.accepted_by.as_ref().map(ToString::to_string);
        let mut shown = InvitationView::from(invitation);
        if end == Some(InvitationEnd::Expired) {
            shown.status = InvitationEnd::Expired.name();
        }
        Self {
            invitation: shown,
            accepted_by,
        }
    }
}

impl InvitationList {
    pub(super) fn new(found: Vec<Invitation>, now: Timestamp) -> Self {
        let shown = found
            .into_iter()
            .map(|invitation| InvitationDetails::new(invitation, now));
        Self {
            invitations: shown.collect(),
        }
    }
}

impl fmt::Display for InvitationList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self
            .invitations
            .iter()
            .map(|InvitationDetails { invitation, .. }| {
                [
                    invitation.id.as_str(),
                    invitation.status,
                    invitation.role.as_str(),
                    invitation.email.as_str(),
                ]
            });
        layout::table(formatter, ["ID", "STATUS", "ROLE", "EMAIL"], rows)
    }
}

/// A claim on a domain of an organization.
#[derive(Debug, Serialize)]
pub struct DomainDetails {
    /// Whose.
    pub organization_id: String,
    /// As everybody sees it.
    #[serde(flatten)]
    pub claim: DomainView,
    /// What a look-up found wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<&'static str>,
}

impl From<DomainClaim> for DomainDetails {
    fn from(claim: DomainClaim) -> Self {
        Self {
            organization_id: claim.organization_id.to_string(),
            claim: claim.into(),
            problem: None,
        }
    }
}

/// Claims of an organization.
#[derive(Debug, Serialize)]
pub struct DomainList {
    /// In the order of the domains.
    pub domains: Vec<DomainDetails>,
}

impl fmt::Display for DomainList {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.domains.iter().map(|DomainDetails { claim, .. }| {
            let state = match (claim.verified_at.is_some(), claim.auto_join_paused) {
                (true, false) => "verified",
                (true, true) => "verified, joining is paused",
                (false, _) => "claimed",
            };
            let joins = claim.auto_join_role.as_deref().unwrap_or("-");
            [claim.domain.as_str(), state, joins, claim.proof.value.as_str()]
        });
        layout::table(formatter, ["DOMAIN", "STATE", "JOINS_AS", "TXT_RECORD"], rows)
    }
}
