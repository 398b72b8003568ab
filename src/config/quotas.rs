//! Owns how much one person or one organization may have. Zero is no limit.

use serde::{Deserialize, Serialize};

/// `[quotas]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaSettings {
    /// Shared organizations that one person has made and that are not deleted. Handing one over gives nothing back.
    pub organizations_per_person: u32,
    /// Workspaces of one organization that are not archived.
    pub workspaces_per_organization: u32,
    /// Those among them that were made by one member who may make some, but does not manage them all.
    pub workspaces_per_member: u32,
    /// Invitations of one organization that wait for an answer.
    pub pending_invitations_per_organization: u32,
    /// Domains that one organization claims, proven or not.
    pub domains_per_organization: u32,
}

impl Default for QuotaSettings {
    fn default() -> Self {
        Self {
            organizations_per_person: 50,
            workspaces_per_organization: 500,
            workspaces_per_member: 20,
            pending_invitations_per_organization: 500,
            domains_per_organization: 100,
        }
    }
}
