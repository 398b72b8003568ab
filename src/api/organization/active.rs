//! Owns `/api/v1/organizations/active`: which organization an unbound grant of this session speaks of next.

use axum::Json;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::openapi::PersonProblems;
use crate::api::refusal::Refusal;
use crate::base::id::OrganizationId;
use crate::protocol::scope::ORGANIZATIONS_MANAGE;
use crate::session;

/// Which organization is active.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActiveOrganization {
    /// Its id; null: none in particular.
    #[schema(required)]
    organization: Option<String>,
}

/// Says what unbound grants of this session speak of next
///
/// Tokens that exist keep their organization; the next refresh of an unbound grant has the new one.
/// The token needs the right to all of the person's organizations.
#[utoipa::path(
    put, path = "/organizations/active", operation_id = "switchOrganization", tag = "people",
    request_body = ActiveOrganization,
    responses((status = 200, description = "The answer", body = ActiveOrganization), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn switch(
    caller: Caller,
    Body(switch): Body<ActiveOrganization>,
) -> Result<Json<ActiveOrganization>, Refusal> {
    let session = caller.session.clone().ok_or_else(|| {
        Refusal::new(
            StatusCode::CONFLICT,
            "no_session",
            "this grant has outlived its session; ask for an organization at refresh instead",
        )
    })?;
    caller.require_every_organization()?;
    let organization = switch.organization.as_deref().map(OrganizationId::read);
    let mut work = caller.begin().await?;
    let switched = session::switch_organization(&mut work, &session, organization.as_ref()).await?;
    if !switched {
        return Err(Refusal::not_found("organization"));
    }
    work.commit().await?;
    Ok(Json(ActiveOrganization {
        organization: organization.map(|id| id.to_string()),
    }))
}
