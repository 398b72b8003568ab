//! Owns `/api/v1/organizations/{organization}/members…`. Nobody is made a member unasked: people are invited.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;

use super::view;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::page::List;
use crate::api::refusal::Refusal;
use crate::base::id::UserId;
use crate::http::extract::form::Query;
use crate::tenancy::{Member, MemberRole, WorkspaceCreation, member};

/// Everyone who belongs to an organization or is invited, in pages.
pub async fn list(caller: Caller, Path(id): Path<String>, Query(query): Query) -> Result<Response, Refusal> {
    let organization = caller.organization(&id)?;
    let keys = caller.keys();
    let list = List {
        name: "members",
        of: organization.as_str(),
        reader: caller.user.as_str(),
    };
    let page = list.read(&query?, keys)?;
    let after = page.after.clone().map(UserId::from_text);
    let mut work = caller.begin().await?;
    let members = member::list(
        &mut work,
        &caller.actor(),
        &organization,
        after.as_ref(),
        page.limit,
    )
    .await?;
    work.commit().await?;
    let key = |member: &Member| member.user_id.to_string();
    let shown = view::page(&list, &page, keys, &members, (key, view::member))?;
    Ok(Json(shown).into_response())
}

/// One member.
pub async fn show(
    caller: Caller,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, user) = (caller.organization(&organization)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    let found = member::find(&mut work, &caller.actor(), &organization, &user).await?;
    work.commit().await?;
    let found = found.ok_or_else(|| Refusal::not_found("member"))?;
    Ok(Json(view::member(&found)).into_response())
}

/// What can be changed of a membership.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    role: Option<String>,
    can_create_workspaces: Option<bool>,
}

/// Gives a member another role, or says whether they make workspaces; what is not named stays, but for what another role
/// takes away.
pub async fn change(
    caller: Caller,
    Path((organization, user)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Response, Refusal> {
    let role = change.role.as_deref().map(MemberRole::parse);
    let role = role.transpose().map_err(Refusal::invalid)?;
    let creation = change.can_create_workspaces.map(WorkspaceCreation::of);
    let (organization, user) = (caller.organization(&organization)?, UserId::read(&user));
    let (actor, place) = (caller.actor(), (&organization, &user));
    let mut work = caller.begin().await?;
    if let Some(role) = &role {
        member::set_role(&mut work, &actor, place, role).await?;
    }
    if let Some(creation) = creation {
        member::set_workspace_creation(&mut work, &actor, place, creation).await?;
    }
    let changed = member::find(&mut work, &actor, &organization, &user).await?;
    work.commit().await?;
    let changed = changed.ok_or_else(|| Refusal::not_found("member"))?;
    Ok(Json(view::member(&changed)).into_response())
}

/// Ends a membership: somebody else's, or the caller's own.
pub async fn remove(
    caller: Caller,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, user) = (caller.organization(&organization)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    member::remove(&mut work, &caller.actor(), &organization, &user).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
