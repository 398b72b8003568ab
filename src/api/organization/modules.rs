//! Owns `/api/v1/organizations/{organization}/modules…`: what a role may do with which module.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::openapi::{ModuleParameter, OrganizationParameter, PersonProblems, RoleParameter};
use crate::api::refusal::Refusal;
use crate::protocol::scope::{ORGANIZATIONS, ORGANIZATIONS_MANAGE};
use crate::tenancy::MemberRole;
use crate::tenancy::module::{self, ModuleAccess, ModuleId, ModulePermission, ModulesView};

/// What a role may do, as the claim modules says it
#[utoipa::path(
    get, path = "/organizations/{organization}/modules/{role}", operation_id = "showModules", tag = "people",
    params(OrganizationParameter, RoleParameter),
    responses((status = 200, description = "The answer", body = ModulesView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn effective(
    caller: Caller,
    Path((organization, role)): Path<(String, String)>,
) -> Result<Json<ModulesView>, Refusal> {
    let role = MemberRole::parse(&role).map_err(Refusal::invalid)?;
    let organization = caller.organization(&organization)?;
    let mut work = caller.begin().await?;
    let found = module::effective(&mut work, &organization, &role).await?;
    work.commit().await?;
    Ok(Json(ModulesView::new(&role, found)))
}

/// What a role may do with a module.
#[derive(Deserialize, ToSchema)]
#[schema(as = ModuleEntry)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What the role may do with it from now on.
    #[schema(value_type = ModuleAccess)]
    access: String,
}

/// Sets an entry: it wins over what the role has otherwise
///
/// Also where it takes away.
#[utoipa::path(
    put, path = "/organizations/{organization}/modules/{role}/{module}", operation_id = "setModule", tag = "people",
    params(OrganizationParameter, RoleParameter, ModuleParameter),
    request_body = Entry,
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn set(
    caller: Caller,
    Path((organization, role, module)): Path<(String, String, String)>,
    Body(entry): Body<Entry>,
) -> Result<StatusCode, Refusal> {
    let access = ModuleAccess::parse(&entry.access)
        .ok_or_else(|| Refusal::invalid("access: none, read, write or admin"))?;
    let permission = ModulePermission {
        role: MemberRole::parse(&role).map_err(Refusal::invalid)?,
        module: ModuleId::parse(&module)?,
        access,
    };
    let organization = caller.organization(&organization)?;
    let mut work = caller.begin().await?;
    module::set(&mut work, &organization, &permission).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an entry away
#[utoipa::path(
    delete, path = "/organizations/{organization}/modules/{role}/{module}", operation_id = "clearModule", tag = "people",
    params(OrganizationParameter, RoleParameter, ModuleParameter),
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn clear(
    caller: Caller,
    Path((organization, role, module)): Path<(String, String, String)>,
) -> Result<StatusCode, Refusal> {
    let role = MemberRole::parse(&role).map_err(Refusal::invalid)?;
    let module = ModuleId::parse(&module)?;
    let organization = caller.organization(&organization)?;
    let mut work = caller.begin().await?;
    module::clear(&mut work, &organization, &role, &module).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
