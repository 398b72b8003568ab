//! Owns `/api/v1/organizations/active`: which organization an unbound grant of this session speaks of next.

use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::refusal::Refusal;
use crate::base::id::OrganizationId;
use crate::session;

/// The organization to switch to; null for none in particular.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Switch {
    organization: Option<String>,
}

/// Switches the session's active organization. Tokens that exist keep theirs; the next refresh of an unbound grant
/// has the new one.
pub async fn switch(caller: Caller, Body(switch): Body<Switch>) -> Result<Response, Refusal> {
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
    Ok(Json(json!({ "organization": organization })).into_response())
}
