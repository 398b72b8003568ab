//! Owns `/api/v1/internal/org/{organization}/member/{user}` and `/api/v1/internal/users/{user}/memberships`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::authentication::service_key::ServiceScope;
use crate::base::id::{OrganizationId, UserId};
use crate::db::work::Circumstances;
use crate::http::edge::{Edge, Visit};
use crate::http::extract::service_key;
use crate::http::respond::failure::Failure;
use crate::tenancy::{MemberRole, membership};

/// Whether a person has joined an organization and may act there, and as what: `{"isMember", "role"}`. An organization
/// or a person that does not exist, is suspended or shut out, is no membership.
pub async fn member(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Response, Response> {
    let organization = OrganizationId::read(&organization);
    let found = active(
        &edge,
        visit,
        &headers,
        (&UserId::read(&user), Some(&organization)),
    )
    .await?;
    let role = found.first().map(|(_, role)| role.as_str());
    Ok(Json(json!({ "isMember": role.is_some(), "role": role })).into_response())
}

/// Every organization that a person has joined: `{"userId", "memberships": [{"organizationId", "role"}]}`.
pub async fn of_user(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Path(user): Path<String>,
) -> Result<Response, Response> {
    let user = UserId::read(&user);
    let memberships: Vec<Value> = active(&edge, visit, &headers, (&user, None))
        .await?
        .into_iter()
        .map(|(organization, role)| json!({ "organizationId": organization, "role": role.as_str() }))
        .collect();
    Ok(Json(json!({ "userId": user, "memberships": memberships })).into_response())
}

async fn active(
    edge: &Edge,
    visit: Circumstances,
    headers: &HeaderMap,
    (user, organization): (&UserId, Option<&OrganizationId>),
) -> Result<Vec<(OrganizationId, MemberRole)>, Response> {
    service_key::require(edge, headers, &visit, ServiceScope::MembershipRead)
        .await
        .map_err(IntoResponse::into_response)?;
    let request_id = visit.origin.request_id.clone();
    let failed = |error| Failure::from(error).problem(&request_id).into_response();
    let mut work = edge.app.repeatable(visit).await.map_err(failed)?;
    membership::active(&mut work, user, organization)
        .await
        .map_err(failed)
}
