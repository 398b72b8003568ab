//! Owns `/api/v1/consents…`: what a person allowed applications, and its withdrawal. It speaks of every organization and
//! of other applications, so it needs a scope of its own and the right to all of the person's organizations.

use axum::Json;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::ConsentCaller;
use crate::api::list_page::ListPage;
use crate::api::openapi::{PageParameters, PersonProblems};
use crate::api::page::{List, PageError};
use crate::api::refusal::Refusal;
use crate::authorization::consent::{self, ConsentKey, GivenConsent};
use crate::authorization::consent_view::ConsentView;
use crate::base::id::{ClientId, OrganizationId};
use crate::http::extract::form::Query;
use crate::protocol::scope::CONSENTS;

type ConsentPage = ListPage<ConsentView>;

/// What the person allowed applications, one entry for each application, organization and resource
///
/// The token needs the scope `consents`, and the right to all of the person's organizations.
#[utoipa::path(
    get, path = "/consents", operation_id = "listConsents", tag = "people",
    params(PageParameters),
    responses((status = 200, description = "The answer", body = ConsentPage), PersonProblems),
    security(("accessToken" = [CONSENTS])),
)]
pub async fn list(
    ConsentCaller(caller): ConsentCaller,
    Query(query): Query,
) -> Result<Json<ConsentPage>, Refusal> {
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
    Ok(Json(ListPage::of(
        &list,
        &page,
        keys,
        given,
        (key, ConsentView::from),
    )?))
}

/// What to withdraw.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConsentWithdrawal)]
#[serde(deny_unknown_fields)]
pub struct Withdrawal {
    /// From which application.
    client_id: String,
    /// One place; without it, every one.
    only: Option<Only>,
}

/// A place where an application was allowed something.
#[derive(Deserialize, ToSchema)]
#[schema(as = ConsentPlace)]
#[serde(deny_unknown_fields)]
struct Only {
    /// Null: whichever organization is active.
    organization_id: Option<String>,
    /// Null: this server itself.
    resource: Option<String>,
}

/// Withdraws what an application was allowed, everywhere or in one place; what it got there ends at once
///
/// The token needs the scope `consents`, and the right to all of the person's organizations.
#[utoipa::path(
    post, path = "/consents/withdraw", operation_id = "withdrawConsent", tag = "people",
    request_body = Withdrawal,
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [CONSENTS])),
)]
pub async fn withdraw(
    ConsentCaller(caller): ConsentCaller,
    Body(withdrawal): Body<Withdrawal>,
) -> Result<StatusCode, Refusal> {
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
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Refusal::not_found("consent"))
    }
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
