//! Owns what is recorded of domains of organizations.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::OrganizationId;

/// A domain of an organization changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DomainEvent {
    /// An organization says that the domain is its own.
    Claimed {
        organization: OrganizationId,
        domain: String,
    },
    /// Its proof stands in the domain's DNS: the organization owns it.
    Verified {
        organization: OrganizationId,
        domain: String,
    },
    /// Its proof was gone when it was looked for again, or was replaced: nobody joins by it any more.
    Lost {
        organization: OrganizationId,
        domain: String,
    },
    /// The organization no longer claims it.
    Released {
        organization: OrganizationId,
        domain: String,
    },
    /// Who joins by the domain, and as what; none: nobody.
    RoleChanged {
        organization: OrganizationId,
        domain: String,
        role: Option<String>,
    },
}

impl Event for DomainEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Claimed { organization, domain } => Entry::new(
                "DOMAIN_CLAIMED",
                json!({ "org_id": organization, "domain": domain }),
            ),
            Self::Verified { organization, domain } => Entry::new(
                "DOMAIN_VERIFIED",
                json!({ "org_id": organization, "domain": domain }),
            ),
            Self::Lost { organization, domain } => {
                Entry::new("DOMAIN_LOST", json!({ "org_id": organization, "domain": domain }))
            }
            Self::Released { organization, domain } => Entry::new(
                "DOMAIN_RELEASED",
                json!({ "org_id": organization, "domain": domain }),
            ),
            Self::RoleChanged {
                organization,
                domain,
                role,
            } => Entry::new(
                "DOMAIN_ROLE_CHANGED",
                json!({ "org_id": organization, "domain": domain, "org_role": role }),
            ),
        }
    }
}
