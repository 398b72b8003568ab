//! Owns what is recorded of organizations.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{OrganizationId, UserId};

/// An organization changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrganizationEvent {
    /// It was made, by or for that person.
    Created {
        organization: OrganizationId,
        user: Option<UserId>,
    },
    /// Its name, slug, type, flags or looks changed; `what` says which.
    Updated {
        organization: OrganizationId,
        what: &'static str,
    },
    /// What it pays for changed; none: nothing.
    PlanChanged {
        organization: OrganizationId,
        plan: Option<&'static str>,
    },
    /// What is released to it changed; none: what is released to each person.
    TierChanged {
        organization: OrganizationId,
        tier: Option<&'static str>,
    },
    /// Nobody gets tokens for it.
    Suspended { organization: OrganizationId },
    /// Tokens are issued for it again.
    Resumed { organization: OrganizationId },
    /// Everything that was granted for the organization until now ended.
    TokensRevoked { organization: OrganizationId },
    /// It is gone.
    Deleted { organization: OrganizationId },
}

impl Event for OrganizationEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Created { organization, user } => {
                Entry::new("ORG_CREATED", json!({ "org_id": organization })).user(user.as_ref())
            }
            Self::Updated { organization, what } => {
                Entry::new("ORG_UPDATED", json!({ "org_id": organization, "what": what }))
            }
            Self::PlanChanged { organization, plan } => Entry::new(
                "ORG_PLAN_CHANGED",
                json!({ "org_id": organization, "plan": plan }),
            ),
            Self::TierChanged { organization, tier } => Entry::new(
                "ORG_TIER_CHANGED",
                json!({ "org_id": organization, "tier": tier }),
            ),
            Self::Suspended { organization } => {
                Entry::new("ORG_SUSPENDED", json!({ "org_id": organization }))
            }
            Self::Resumed { organization } => Entry::new("ORG_RESUMED", json!({ "org_id": organization })),
            Self::TokensRevoked { organization } => {
                Entry::new("ORG_TOKENS_REVOKED", json!({ "org_id": organization }))
            }
            Self::Deleted { organization } => Entry::new("ORG_DELETED", json!({ "org_id": organization })),
        }
    }
}
