//! Owns `/api/v1/internal/org/{organization}/member/{user}` and `/api/v1/internal/users/{user}/memberships`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::authentication::service_key::ServiceScope;
use crate::base::id::{OrganizationId, UserId};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::service_key;
use crate::http::respond::failure::Failure;
use crate::tenancy::{MemberRole, member};

/// Whether a person has joined an organization and may act there, and as what: `{"isMember", "role"}`. An organization
/// or a person that does not exist, is suspended or shut out, is no membership.
pub async fn member(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Response, Response> {
    let organization = OrganizationId::read(&organization);
    let found = active(
        &state,
        context,
        &headers,
        (&UserId::read(&user), Some(&organization)),
    )
    .await?;
    let role = found.first().map(|(_, role)| role.as_str());
    Ok(Json(json!({ "isMember": role.is_some(), "role": role })).into_response())
}

/// Every organization that a person has joined: `{"userId", "memberships": [{"organizationId", "role"}]}`.
pub async fn of_user(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Path(user): Path<String>,
) -> Result<Response, Response> {
    let user = UserId::read(&user);
    let memberships: Vec<Value> = active(&state, context, &headers, (&user, None))
        .await?
        .into_iter()
        .map(|(organization, role)| json!({ "organizationId": organization, "role": role.as_str() }))
        .collect();
    Ok(Json(json!({ "userId": user, "memberships": memberships })).into_response())
}

async fn active(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    (user, organization): (&UserId, Option<&OrganizationId>),
) -> Result<Vec<(OrganizationId, MemberRole)>, Response> {
    service_key::require(state, headers, &context, ServiceScope::MembershipRead)
        .await
        .map_err(IntoResponse::into_response)?;
    let request_id = context.origin.request_id.clone();
    let failed = |error| Failure::from(error).problem(&request_id).into_response();
    let mut work = state.app.repeatable(context).await.map_err(failed)?;
    member::active(&mut work, user, organization)
        .await
        .map_err(failed)
}
