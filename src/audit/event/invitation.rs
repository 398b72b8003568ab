//! Owns what is recorded of invitations to organizations.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{InvitationId, OrganizationId, UserId};

/// Somebody was asked into an organization, or answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvitationEvent {
    /// Somebody was asked to come; to which address is not recorded.
    Created {
        organization: OrganizationId,
        invitation: InvitationId,
        role: String,
    },
    /// It got a new token and a new expiry; the old token is dead.
    Resent {
        organization: OrganizationId,
        invitation: InvitationId,
        role: String,
    },
    /// Nobody can accept it any more.
    Revoked {
        organization: OrganizationId,
        invitation: InvitationId,
    },
    /// A person joined by it.
    Accepted {
        organization: OrganizationId,
        invitation: InvitationId,
        user: UserId,
    },
    /// A person does not want to join.
    Rejected {
        organization: OrganizationId,
        invitation: InvitationId,
        user: UserId,
    },
}

impl Event for InvitationEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Created {
                organization,
                invitation,
                role,
            } => Entry::new(
                "INVITATION_CREATED",
                json!({ "org_id": organization, "invitation_id": invitation, "org_role": role }),
            ),
            Self::Resent {
                organization,
                invitation,
                role,
            } => Entry::new(
                "INVITATION_RESENT",
                json!({ "org_id": organization, "invitation_id": invitation, "org_role": role }),
            ),
            Self::Revoked {
                organization,
                invitation,
            } => Entry::new(
                "INVITATION_REVOKED",
                json!({ "org_id": organization, "invitation_id": invitation }),
            ),
            Self::Accepted {
                organization,
                invitation,
                user,
            } => Entry::new(
                "INVITATION_ACCEPTED",
                json!({ "org_id": organization, "invitation_id": invitation }),
            )
            .user(user),
            Self::Rejected {
                organization,
                invitation,
                user,
            } => Entry::new(
                "INVITATION_REJECTED",
                json!({ "org_id": organization, "invitation_id": invitation }),
            )
            .user(user),
        }
    }
}
