//! Owns what a claim on a domain is, and what its proof in the DNS looks like.

use super::error::DomainError;
use super::name::DomainName;
use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};
use crate::tenancy::authority::Rank;
use crate::tenancy::member::JoinsAs;

/// A claim on a domain, proven or not.
#[derive(Debug, Clone)]
pub struct DomainClaim {
    /// Whose.
    pub organization_id: OrganizationId,
    /// On what.
    pub domain: DomainName,
    /// What the proof says. It is published, so it is no secret; it proves nothing for another organization or domain.
    pub proof_token: String,
    /// Since when the organization owns the domain.
    pub verified_at: Option<Timestamp>,
    /// As what people join whose proven address is there; none: they do not.
    pub auto_join: Option<JoinsAs>,
    /// The member who said so, and stands for it; none: an operator or a service.
    pub auto_join_set_by: Option<UserId>,
    /// Whether nobody joins although it is said as what: whoever said so may not give that any more. It is asked anew
    /// whenever a claim is shown and whenever somebody would join.
    pub auto_join_paused: bool,
    /// Which member claimed it.
    pub created_by: Option<UserId>,
    /// When it was claimed.
    pub created_at: Timestamp,
}

impl DomainClaim {
    /// The name of the text record that proves the claim.
    #[must_use]
    pub fn record_name(&self) -> String {
        record_name(&self.domain)
    }

    /// What it says.
    #[must_use]
    pub fn record_value(&self) -> String {
        record_value(&self.proof_token)
    }
}

pub(super) fn record_name(domain: &DomainName) -> String {
    format!("_signet-challenge.{domain}")
}

pub(super) fn record_value(token: &str) -> String {
    format!("signet-domain-verification={token}")
}

/// Refuses a role that manages others.
pub(super) fn check_role(joins: Option<&JoinsAs>) -> Result<(), DomainError> {
    if joins.is_some_and(|joins| Rank::of(&joins.role) >= Rank::Admin) {
        return Err(DomainError::AutoJoinRole);
    }
    Ok(())
}
