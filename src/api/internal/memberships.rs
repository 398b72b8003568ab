//! Owns `/api/v1/internal/org/{organization}/member/{user}` and `/api/v1/internal/users/{user}/memberships`.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::api::refusal::Refusal;
use crate::base::id::{OrganizationId, UserId};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::service_caller::{MembershipRead, ServiceCaller};
use crate::tenancy::member;

/// Whether a person has joined an organization and may act there, and as what: `{"isMember", "role"}`. An organization
/// or a person that does not exist, is suspended or shut out, is no membership.
pub async fn member(
    State(state): State<AppState>,
    context: RequestContext,
    Path((organization, user)): Path<(String, String)>,
    _: ServiceCaller<MembershipRead>,
) -> Result<Json<Value>, Refusal> {
    let organization = OrganizationId::read(&organization);
    let mut work = state.app.repeatable(context).await?;
    let found = member::active(&mut work, &UserId::read(&user), Some(&organization)).await?;
    let role = found.first().map(|(_, role)| role.as_str());
    Ok(Json(json!({ "isMember": role.is_some(), "role": role })))
}

/// Every organization that a person has joined: `{"userId", "memberships": [{"organizationId", "role"}]}`.
pub async fn of_user(
    State(state): State<AppState>,
    context: RequestContext,
    Path(user): Path<String>,
    _: ServiceCaller<MembershipRead>,
) -> Result<Json<Value>, Refusal> {
    let user = UserId::read(&user);
    let mut work = state.app.repeatable(context).await?;
    let memberships: Vec<Value> = member::active(&mut work, &user, None)
        .await?
        .into_iter()
        .map(|(organization, role)| json!({ "organizationId": organization, "role": role.as_str() }))
        .collect();
    Ok(Json(json!({ "userId": user, "memberships": memberships })))
}
