//! Owns what is counted before somebody gets more of it. The count is read in the transaction that writes, after the
//! lock that every other writer of the same kind waits for.

use super::error::TenancyError;
use crate::config::QuotaSettings;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quota {
    /// Shared organizations that one person has made.
    Organizations,
    /// Workspaces of one organization that are not archived.
    Workspaces,
    /// Those among them that one member made who does not manage them all.
    WorkspacesOfMember,
    /// Invitations of one organization that wait for an answer.
    PendingInvitations,
    /// Domains that one organization claims.
    Domains,
}

impl Quota {
    /// What it is, for people.
    #[must_use]
    pub const fn what(self) -> &'static str {
        match self {
            Self::Organizations => "organizations that one person has made",
            Self::Workspaces => "workspaces of one organization that are not archived",
            Self::WorkspacesOfMember => "workspaces that one member made in it and that are not archived",
            Self::PendingInvitations => "pending invitations of one organization",
            Self::Domains => "domains of one organization",
        }
    }

    /// The configuration key that sets it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Organizations => "quotas.organizations_per_person",
            Self::Workspaces => "quotas.workspaces_per_organization",
            Self::WorkspacesOfMember => "quotas.workspaces_per_member",
            Self::PendingInvitations => "quotas.pending_invitations_per_organization",
            Self::Domains => "quotas.domains_per_organization",
        }
    }

    const fn most(self, settings: &QuotaSettings) -> u32 {
        match self {
            Self::Organizations => settings.organizations_per_person,
            Self::Workspaces => settings.workspaces_per_organization,
            Self::WorkspacesOfMember => settings.workspaces_per_member,
            Self::PendingInvitations => settings.pending_invitations_per_organization,
            Self::Domains => settings.domains_per_organization,
        }
    }

    /// Refuses one more beside `others`.
    pub(super) fn admit(self, settings: &QuotaSettings, others: i64) -> Result<(), TenancyError> {
        let most = self.most(settings);
        if most > 0 && others >= i64::from(most) {
            return Err(TenancyError::QuotaReached { quota: self, most });
        }
        Ok(())
    }
}
