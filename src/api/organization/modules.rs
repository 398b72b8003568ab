//! Owns `/api/v1/organizations/{organization}/modules…`: what a role may do with which module.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::refusal::Refusal;
use crate::tenancy::MemberRole;
use crate::tenancy::module::{self, ModuleAccess, ModuleId, ModulePermission};

/// What a role may do, as the claim `modules` says it: module to `r`, `rw` or `rwa`. The rule is the claim's own.
pub async fn effective(
    caller: Caller,
    Path((organization, role)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let role = MemberRole::parse(&role).map_err(Refusal::invalid)?;
    let organization = caller.organization(&organization)?;
    let mut work = caller.begin().await?;
    let found = module::effective(&mut work, &caller.actor(), &organization, &role).await?;
    work.commit().await?;
    let modules: Map<String, Value> = found
        .into_iter()
        .map(|(module, access)| (module.to_string(), json!(access.letters())))
        .collect();
    Ok(Json(json!({ "role": role.as_str(), "modules": modules })).into_response())
}

/// What a role may do with a module: `none`, `read`, `write` or `admin`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    access: String,
}

/// Sets an explicit entry: it wins over what the role has otherwise, also where it takes away.
pub async fn set(
    caller: Caller,
    Path((organization, role, module)): Path<(String, String, String)>,
    Body(entry): Body<Entry>,
) -> Result<Response, Refusal> {
    let access = ModuleAccess::parse(&entry.access)
        .ok_or_else(|| Refusal::invalid("access: none, read, write or admin"))?;
    let permission = ModulePermission {
        role: MemberRole::parse(&role).map_err(Refusal::invalid)?,
        module: ModuleId::parse(&module)?,
        access,
    };
    let organization = caller.organization(&organization)?;
    let mut work = caller.begin().await?;
    module::set(&mut work, &caller.actor(), &organization, &permission).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Takes an explicit entry away.
pub async fn clear(
    caller: Caller,
    Path((organization, role, module)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let role = MemberRole::parse(&role).map_err(Refusal::invalid)?;
    let module = ModuleId::parse(&module)?;
    let organization = caller.organization(&organization)?;
    let mut work = caller.begin().await?;
    module::clear(&mut work, &caller.actor(), &organization, (&role, &module)).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
