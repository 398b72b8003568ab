//! Owns whom and what a preview is about, and what is read before any hook is asked.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::report::{Preview, PreviewError, REFUSED};
use crate::authentication::Assurance;
use crate::authentication::assurance::Proof;
use crate::base::id::{GrantId, OrganizationId, SessionId};
use crate::claims::TokenIssuer;
use crate::claims::preview::Failure;
use crate::claims::subject::{GrantFacts, PersonFacts};
use crate::client::{Client, Resource};
use crate::db::UnitOfWork;
use crate::hook::{Hooks, response};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{ORGANIZATIONS, Scope};
use crate::tenancy;
use crate::user::User;

/// What is asked.
pub struct Asked<'a> {
    /// Whom the token would be about.
    pub user: Box<User>,
    /// For whom it would be.
    pub client: Box<Client>,
    /// The client's default audience, where it has one.
    pub resource: Option<Arc<Resource>>,
    /// The organization that is asked for, by id or slug.
    pub organization: Option<&'a str>,
    /// How the token would come about.
    pub grant_type: GrantType,
}

/// A preview before any hook is asked.
pub struct Prepared {
    pub(super) preview: Preview,
    /// None where no hook would be asked.
    pub(super) subject: Option<Box<Subject>>,
}

/// Whom and what a preview is about.
pub(super) struct Subject {
    pub(super) user: Box<User>,
    pub(super) client: Box<Client>,
    pub(super) resource: Option<Resource>,
    pub(super) grant_type: GrantType,
    pub(super) person: PersonFacts,
    pub(super) facts: GrantFacts,
    pub(super) scope: Scope,
    /// For userinfo, by its scope.
    pub(super) organizations: Option<Value>,
}

/// Reads what a grant would read that began now.
pub async fn prepare(
    work: &mut UnitOfWork,
    token_issuer: &TokenIssuer,
    asked: Asked<'_>,
) -> Result<Prepared, PreviewError> {
    let Asked {
        user,
        client,
        resource,
        organization,
        grant_type,
    } = asked;
    let organization = match organization {
        None => None,
        Some(reference) => Some(
            tenancy::organization::find(work, reference)
                .await?
                .ok_or_else(|| PreviewError::UnknownOrganization(reference.to_owned()))?
                .id,
        ),
    };
    let requested = organization.as_ref().map(OrganizationId::as_str);
    let facts = Hooks::facts(work, &user.id, requested, &client.metadata.scope).await?;
    let audience = resource
        .as_ref()
        .map_or(token_issuer.issuer.as_str(), |resource| &resource.identifier);
    let mut preview = Preview {
        user_id: user.id.to_string(),
        client_id: client.client_id.to_string(),
        audience: audience.to_owned(),
        grant_type: grant_type.name(),
        facts: Map::new(),
        outputs: Vec::new(),
        verdict: REFUSED,
        failure: None,
    };
    let tenancy = match response::read(facts) {
        Err(error) => Err(Failure::from(&error)),
        Ok(tenancy) => closed(&user, &client).map_or(Ok(tenancy), Err),
    };
    let subject = match tenancy {
        Err(failure) => {
            preview.failure = Some(failure);
            None
        }
        Ok(tenancy) => {
            preview.facts.clone_from(&tenancy);
            let scope = client.metadata.scope.clone();
            let organizations = if scope.contains(ORGANIZATIONS) {
                Some(Hooks::organizations(work, &user.id).await?)
            } else {
                None
            };
            Some(Box::new(Subject {
                scope,
                organizations,
                facts: facts_of(work),
                person: PersonFacts {
                    user_id: user.id.clone(),
                    tenancy,
                },
                resource: resource.map(|resource| (*resource).clone()),
                grant_type,
                user,
                client,
            }))
        }
    };
    Ok(Prepared { preview, subject })
}

/// Why no grant of this person and this client is answered, whatever hooks say.
fn closed(user: &User, client: &Client) -> Option<Failure> {
    let (code, reason) = if client.disabled {
        (
            "client_disabled",
            "the client is disabled: no grant of it is answered".to_owned(),
        )
    } else if user.status.may_grant() {
        return None;
    } else {
        let status = user.status.name();
        (
            "account_not_active",
            format!("the account is {status}: no grant of it is answered"),
        )
    };
    Some(Failure {
        code,
        reason,
        is_refusal: true,
    })
}

/// A grant that never was, of a person who has just signed in with a password.
fn facts_of(work: &UnitOfWork) -> GrantFacts {
    let (now, entropy) = (work.now(), work.entropy());
    GrantFacts {
        grant_id: GrantId::new(now, entropy),
        session_id: Some(SessionId::new(now, entropy)),
        assurance: Assurance::of(&[Proof::Password], now),
    }
}
