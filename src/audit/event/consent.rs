//! Owns what is recorded of what people allow clients.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{ClientId, OrganizationId, UserId};

/// Where a consent counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentedPlace {
    /// The organization; none: whichever is active.
    pub organization: Option<OrganizationId>,
    /// The resource; none: this server itself.
    pub resource: Option<String>,
}

/// A person allowed a client something, or no longer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentEvent {
    /// A person allowed a client these scopes in one place.
    Granted {
        user: UserId,
        client: ClientId,
        place: ConsentedPlace,
        scopes: Vec<String>,
    },
    /// A person, or an operator for them, took consent back: in one place, or everywhere.
    Withdrawn {
        user: UserId,
        client: ClientId,
        place: Option<ConsentedPlace>,
    },
}

impl Event for ConsentEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Granted {
                user,
                client,
                place,
                scopes,
            } => Entry::new(
                "CONSENT_GRANTED",
                json!({ "scopes": scopes, "org_id": place.organization, "resource": place.resource }),
            )
            .user(user)
            .client(client),
            Self::Withdrawn { user, client, place } => {
                let metadata = place.as_ref().map_or_else(
                    || json!({}),
                    |place| json!({ "org_id": place.organization, "resource": place.resource }),
                );
                Entry::new("CONSENT_WITHDRAWN", metadata)
                    .user(user)
                    .client(client)
            }
        }
    }
}
