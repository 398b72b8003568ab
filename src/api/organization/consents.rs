//! Owns `/api/v1/consents…`: what a person allowed applications, and its withdrawal. It speaks of every organization and
//! of other applications, so it needs a scope of its own and the right to all of the person's organizations.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::view;
use crate::api::body::Body;
use crate::api::caller::ConsentCaller;
use crate::api::page::{List, PageError};
use crate::api::refusal::Refusal;
use crate::authorization::consent::{self, ConsentKey, GivenConsent};
use crate::base::id::{ClientId, OrganizationId};
use crate::http::extract::form::Query;

/// What the person allowed, in pages.
pub async fn list(ConsentCaller(caller): ConsentCaller, Query(query): Query) -> Result<Response, Refusal> {
    caller.require_every_organization()?;
    let keys = caller.keys();
    let list = List {
        name: "consents",
        of: "",
        reader: caller.user.as_str(),
    };
    let page = list.read(&query?, keys)?;
    let after = match &page.after {
        None => None,
        Some(text) => Some(key(text).ok_or(PageError::Cursor)?),
    };
    let mut work = caller.begin().await?;
    let given = consent::list(&mut work, &caller.user, after.as_ref(), page.limit).await?;
    work.commit().await?;
    let key = |given: &GivenConsent| text(&given.key);
    Ok(Json(view::page(&list, &page, keys, &given, (key, show))?).into_response())
}

/// What to withdraw.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    client_id: String,
    only: Option<Only>,
}

/// One place.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Only {
    organization_id: Option<String>,
    resource: Option<String>,
}

/// Withdraws what an application was allowed: everywhere, or in one place. What it got there ends at once.
pub async fn withdraw(
    ConsentCaller(caller): ConsentCaller,
    Body(withdrawal): Body<Withdrawal>,
) -> Result<Response, Refusal> {
    caller.require_every_organization()?;
    let client_id = ClientId::from_text(withdrawal.client_id);
    let mut work = caller.begin().await?;
    let withdrawn = match withdrawal.only {
        None => consent::withdraw(&mut work, &caller.user, &client_id).await?,
        Some(only) => {
            let key = ConsentKey {
                client_id,
                organization_id: only.organization_id.as_deref().map(OrganizationId::read),
                resource: only.resource,
            };
            consent::withdraw_one(&mut work, &caller.user, &key).await?
        }
    };
    work.commit().await?;
    if withdrawn {
        Ok(StatusCode::NO_CONTENT.into_response())
    } else {
        Err(Refusal::not_found("consent"))
    }
}

fn show(given: &GivenConsent) -> Value {
    json!({
        "client_id": given.key.client_id,
        "client_name": given.client_name,
        "organization_id": given.key.organization_id,
        "organization_name": given.organization_name,
        "resource": given.key.resource,
        "scopes": given.scopes,
        "granted_at": given.granted_at,
    })
}

/// A key as a cursor carries it.
fn text(key: &ConsentKey) -> String {
    json!([key.client_id, key.organization_id, key.resource]).to_string()
}

fn key(text: &str) -> Option<ConsentKey> {
    let (client_id, organization_id, resource) = serde_json::from_str(text).ok()?;
    Some(ConsentKey {
        client_id,
        organization_id,
        resource,
    })
}
