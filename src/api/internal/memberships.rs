//! Owns `/api/v1/internal/org/{organization}/member/{user}` and `/api/v1/internal/users/{user}/memberships`.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use crate::authentication::service_key::ServiceScope;
use crate::base::id::{OrganizationId, UserId};
use crate::http::edge::{Edge, Visit};
use crate::http::extract::service_key;
use crate::http::respond::failure::Failure;
use crate::tenancy::administration;

/// Whether a person has joined an organization, and as what: `{"isMember", "role"}`. An organization or a person that
/// does not exist is no membership either.
pub async fn member(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Response, Response> {
    let found = joined(&edge, visit, &headers, UserId::from_text(user)).await?;
    let organization = OrganizationId::from_text(organization);
    let role = found
        .into_iter()
        .find(|(id, _)| *id == organization)
        .map(|(_, role)| role);
    Ok(Json(json!({ "isMember": role.is_some(), "role": role })).into_response())
}

/// Every organization that a person has joined: `{"userId", "memberships": [{"organizationId", "role"}]}`.
pub async fn of_user(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Path(user): Path<String>,
) -> Result<Response, Response> {
    let user = UserId::from_text(user);
    let memberships: Vec<Value> = joined(&edge, visit, &headers, user.clone())
        .await?
        .into_iter()
        .map(|(organization, role)| json!({ "organizationId": organization, "role": role }))
        .collect();
    Ok(Json(json!({ "userId": user, "memberships": memberships })).into_response())
}

async fn joined(
    edge: &Edge,
    visit: crate::db::work::Circumstances,
    headers: &HeaderMap,
    user: UserId,
) -> Result<Vec<(OrganizationId, String)>, Response> {
    let scope = ServiceScope::MembershipRead;
    service_key::require(edge, headers, &visit, scope)
        .await
        .map_err(axum::response::IntoResponse::into_response)?;
    let request_id = visit.origin.request_id.clone();
    let failed = |error| Failure::from(error).problem(&request_id).into_response();
    let mut work = edge.app.single(visit).await.map_err(failed)?;
    let found = administration::joined_by(&mut work, &user)
        .await
        .map_err(failed)?;
    Ok(found
        .into_iter()
        .map(|(organization, role)| (organization.id, role.to_string()))
        .collect())
}
