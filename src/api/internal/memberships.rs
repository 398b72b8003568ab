//! Owns `/api/v1/internal/org/{organization}/member/{user}` and `/api/v1/internal/users/{user}/memberships`.

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::openapi::{OrganizationParameter, ServiceProblems, UserParameter};
use crate::api::refusal::Refusal;
use crate::base::id::{OrganizationId, UserId};
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::service_caller::{MembershipRead, ServiceCaller};
use crate::tenancy::member;

/// A membership, or none.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    /// Whether the person has joined and may act there.
    is_member: bool,
    /// As what.
    #[schema(required)]
    role: Option<String>,
}

/// Every membership of a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Memberships {
    /// The person.
    user_id: String,
    /// Where they have joined.
    memberships: Vec<JoinedOrganization>,
}

/// One membership of a person.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct JoinedOrganization {
    /// The organization.
    organization_id: String,
    /// As what.
    role: String,
}

/// Whether a person has joined an organization, and as what
///
/// The key needs the scope `membership:read`. Who does not exist, is suspended or shut out, has no membership.
#[utoipa::path(
    get, path = "/internal/org/{organization}/member/{user}", operation_id = "serviceMembership", tag = "services",
    params(OrganizationParameter, UserParameter),
    responses((status = 200, description = "The answer", body = Membership), ServiceProblems),
    security(("serviceKey" = ["membership:read"]), ("serviceKeyAsBearer" = ["membership:read"])),
)]
pub async fn member(
    State(state): State<AppState>,
    context: RequestContext,
    Path((organization, user)): Path<(String, String)>,
    _: ServiceCaller<MembershipRead>,
) -> Result<Json<Membership>, Refusal> {
    let organization = OrganizationId::read(&organization);
    let mut work = state.app.repeatable(context).await?;
    let found = member::active(&mut work, &UserId::read(&user), Some(&organization)).await?;
    let role = found.first().map(|(_, role)| role.to_string());
    Ok(Json(Membership {
        is_member: role.is_some(),
        role,
    }))
}

/// Every organization that a person has joined
///
/// The key needs the scope `membership:read`.
#[utoipa::path(
    get, path = "/internal/users/{user}/memberships", operation_id = "serviceMemberships", tag = "services",
    params(UserParameter),
    responses((status = 200, description = "The answer", body = Memberships), ServiceProblems),
    security(("serviceKey" = ["membership:read"]), ("serviceKeyAsBearer" = ["membership:read"])),
)]
pub async fn of_user(
    State(state): State<AppState>,
    context: RequestContext,
    Path(user): Path<String>,
    _: ServiceCaller<MembershipRead>,
) -> Result<Json<Memberships>, Refusal> {
    let user = UserId::read(&user);
    let mut work = state.app.repeatable(context).await?;
    let memberships = member::active(&mut work, &user, None)
        .await?
        .into_iter()
        .map(|(organization, role)| JoinedOrganization {
            organization_id: organization.to_string(),
            role: role.to_string(),
        })
        .collect();
    Ok(Json(Memberships {
        user_id: user.to_string(),
        memberships,
    }))
}
