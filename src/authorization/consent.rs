//! Owns consent: what a person confirmed for a client in one place, and its withdrawal, which ends every grant of that
//! place made before it. A place is one organization or none, and one resource or none; none covers another.

use super::request::AuthorizationRequest;
use super::store::{self, Place};
use super::waiting::WaitingRequest;
use crate::audit::{ConsentEvent, ConsentedPlace};
use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::scope::Scope;

/// How a request stands to what its person confirmed before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Where its tokens would count.
    pub place: ConsentPlace,
    /// What is confirmed for this very place and resource.
    pub confirmed: Option<Scope>,
}

/// Where the tokens of a request would count, for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsentPlace {
    /// No organization was asked for.
    WhicheverIsActive,
    /// The one that was asked for, by id or slug.
    Organization {
        /// Its id.
        id: OrganizationId,
        /// What people call it.
        name: String,
    },
    /// One was asked for that the person has not joined.
    NotJoined,
}

impl ConsentPlace {
    /// The organization that the request is bound to, if it is to one.
    #[must_use]
    pub const fn organization(&self) -> Option<&OrganizationId> {
        match self {
            Self::Organization { id, .. } => Some(id),
            Self::WhicheverIsActive | Self::NotJoined => None,
        }
    }
}

/// What one consent is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentKey {
    /// To whom.
    pub client_id: ClientId,
    /// In which organization; none: whichever is active.
    pub organization_id: Option<OrganizationId>,
    /// For which resource; none: this server itself.
    pub resource: Option<String>,
}

impl ConsentKey {
    pub(super) fn columns(&self) -> (&str, &str, &str) {
        (
            self.client_id.as_str(),
            self.organization_id.as_ref().map_or("", OrganizationId::as_str),
            self.resource.as_deref().unwrap_or_default(),
        )
    }
}

/// A consent that stands, as its person is shown it.
#[derive(Debug, Clone)]
pub struct GivenConsent {
    /// What it is about.
    pub key: ConsentKey,
    /// What the client is called.
    pub client_name: String,
    /// What the organization is called.
    pub organization_name: Option<String>,
    /// What was confirmed.
    pub scopes: Vec<String>,
    /// When it was confirmed last.
    pub granted_at: Timestamp,
}

/// Reads what a person confirmed for a request's client, organization and resource. A first-party client's consent is
/// not asked for.
pub async fn confirmed(
    work: &mut UnitOfWork,
    user_id: &UserId,
    request: &AuthorizationRequest,
) -> Result<Consent, DatabaseError> {
    let organization = request.organization.as_deref();
    let resource = request.resource.as_deref();
    store::consented(work, user_id, &request.target.client_id, organization, resource).await
}

/// Notes that the person confirmed in this flow: the flow's row and the standing consent together. False if the
/// request was finished meanwhile.
pub async fn give(
    work: &mut UnitOfWork,
    waiting: &WaitingRequest,
    user_id: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<bool, DatabaseError> {
    if !store::note_consent(work, waiting, user_id, organization).await? {
        return Ok(false);
    }
    let event = ConsentEvent::Granted {
        user: user_id.clone(),
        client: waiting.client_id.clone(),
        place: ConsentedPlace {
            organization: organization.cloned(),
            resource: waiting.request.resource.clone(),
        },
        scopes: waiting.request.to_confirm().to_vec(),
    };
    crate::audit::record(work, event).await?;
    Ok(true)
}

/// The consents of a person that stand, in the order of their keys.
pub async fn list(
    work: &mut UnitOfWork,
    user_id: &UserId,
    after: Option<&ConsentKey>,
    limit: u16,
) -> Result<Vec<GivenConsent>, DatabaseError> {
    store::list_consents(work, user_id, after, limit).await
}

/// Withdraws everything that a person confirmed for a client, wherever. False if there was nothing.
pub async fn withdraw(
    work: &mut UnitOfWork,
    user_id: &UserId,
    client_id: &ClientId,
) -> Result<bool, DatabaseError> {
    let withdrawn = store::withdraw_consent(work, user_id, client_id, None).await?;
    note(work, withdrawn, user_id, client_id, None).await
}

/// Withdraws one consent, and no other of the same client. False if there was none.
pub async fn withdraw_one(
    work: &mut UnitOfWork,
    user_id: &UserId,
    key: &ConsentKey,
) -> Result<bool, DatabaseError> {
    let place = Place {
        organization: key.organization_id.as_ref(),
        resource: key.resource.as_deref(),
    };
    let withdrawn = store::withdraw_consent(work, user_id, &key.client_id, Some(place)).await?;
    let place = ConsentedPlace {
        organization: key.organization_id.clone(),
        resource: key.resource.clone(),
    };
    note(work, withdrawn, user_id, &key.client_id, Some(place)).await
}

async fn note(
    work: &mut UnitOfWork,
    withdrawn: bool,
    user_id: &UserId,
    client_id: &ClientId,
    place: Option<ConsentedPlace>,
) -> Result<bool, DatabaseError> {
    if withdrawn {
        let event = ConsentEvent::Withdrawn {
            user: user_id.clone(),
            client: client_id.clone(),
            place,
        };
        crate::audit::record(work, event).await?;
    }
    Ok(withdrawn)
}
