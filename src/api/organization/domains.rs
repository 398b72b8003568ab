//! Owns `/api/v1/organizations/{organization}/domains…`. A look-up in the DNS stands between two transactions.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::view;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::refusal::Refusal;
use crate::tenancy::domain::{self, Settled};
use crate::tenancy::{DomainName, JoinsAs, MemberRole, WorkspaceCreation};

/// Every domain that an organization claims.
pub async fn list(caller: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let mut work = caller.begin().await?;
    let claims = domain::list(&mut work, &caller.actor(), &caller.organization(&id)?).await?;
    work.commit().await?;
    let items: Vec<Value> = claims.iter().map(view::domain).collect();
    Ok(Json(json!({ "items": items, "next_cursor": null })).into_response())
}

/// A domain, and as what people join whose proven address is there.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    domain: String,
    auto_join_role: Option<String>,
    #[serde(default)]
    can_create_workspaces: bool,
}

/// Claims a domain. The answer says which text record proves it.
pub async fn claim(
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<New>,
) -> Result<Response, Refusal> {
    let name = caller.domain(&new.domain)?;
    let joins = joins(new.auto_join_role.as_deref(), new.can_create_workspaces)?;
    let mut work = caller.begin().await?;
    let organization = caller.organization(&id)?;
    let claim = domain::claim(
        &mut work,
        &caller.actor(),
        &organization,
        &name,
        joins.as_ref(),
        caller.quotas(),
    )
    .await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json(view::domain(&claim))).into_response())
}

/// What can be changed of a claim.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    #[serde(deserialize_with = "Option::deserialize")]
    auto_join_role: Option<String>,
    #[serde(default)]
    can_create_workspaces: bool,
}

/// Sets as what people join, and whether they make workspaces then; null: they do not join.
pub async fn change(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Response, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let joins = joins(change.auto_join_role.as_deref(), change.can_create_workspaces)?;
    let mut work = caller.begin().await?;
    domain::set_auto_join(&mut work, &caller.actor(), (&organization, &name), joins.as_ref()).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Looks the proof up.
pub async fn verify(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let actor = caller.actor();
    let mut work = caller.begin().await?;
    let challenge = domain::challenge(&mut work, &actor, &organization, &name).await?;
    work.commit().await?;
    let proof = domain::look_up(caller.state.app.dns(), &challenge)
        .await
        .map_err(|error| {
            tracing::warn!(error = %error, "a domain's proof could not be looked up");
            Refusal::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "dns_unavailable",
                "the DNS gave no answer; try again shortly",
            )
        })?;
    let mut work = caller.begin().await?;
    let settled = domain::settle(&mut work, &actor, &challenge, proof).await?;
    work.commit().await?;
    let (Settled::Verified(claim) | Settled::Lost(claim)) = settled;
    Ok(Json(view::domain(&claim)).into_response())
}

/// Draws another proof; a domain that was owned is owned no longer.
pub async fn renew(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let mut work = caller.begin().await?;
    let claim = domain::renew(&mut work, &caller.actor(), &organization, &name).await?;
    work.commit().await?;
    Ok(Json(view::domain(&claim)).into_response())
}

/// Gives a claim up.
pub async fn release(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let mut work = caller.begin().await?;
    domain::release(&mut work, &caller.actor(), &organization, &name).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn joins(role: Option<&str>, can_create_workspaces: bool) -> Result<Option<JoinsAs>, Refusal> {
    let role = role
        .map(MemberRole::parse)
        .transpose()
        .map_err(Refusal::invalid)?;
    Ok(role.map(|role| JoinsAs {
        role,
        workspace_creation: WorkspaceCreation::of(can_create_workspaces),
    }))
}

impl Caller {
    fn domain(&self, text: &str) -> Result<DomainName, Refusal> {
        DomainName::parse(text, &self.state.app.config().domains.public_mail).map_err(Refusal::invalid)
    }
}
