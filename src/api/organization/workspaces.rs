//! Owns `/api/v1/organizations/{organization}/workspaces…`.

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
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::http::extract::form::Query;
use crate::tenancy::Slug;
use crate::tenancy::workspace::{
    self, NewWorkspace, Workspace, WorkspaceError, WorkspaceMember, WorkspaceRole, members,
};

/// The workspaces that the caller may know of, in pages.
pub async fn list(caller: Caller, Path(id): Path<String>, Query(query): Query) -> Result<Response, Refusal> {
    let organization = caller.organization(&id)?;
    let keys = caller.keys();
    let list = List {
        name: "workspaces",
        of: organization.as_str(),
        reader: caller.user.as_str(),
    };
    let page = list.read(&query?, keys)?;
    let after = page.after.clone().map(WorkspaceId::from_text);
    let mut work = caller.begin().await?;
    let part = (after.as_ref(), page.limit);
    let found = workspace::list(&mut work, &caller.actor(), &organization, part).await?;
    work.commit().await?;
    let key = |workspace: &Workspace| workspace.id.to_string();
    let shown = view::page(&list, &page, keys, &found, (key, view::workspace))?;
    Ok(Json(shown).into_response())
}

/// What makes a workspace.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    name: String,
    slug: Option<String>,
}

/// Makes a workspace whose owner the caller is.
pub async fn create(
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<New>,
) -> Result<Response, Refusal> {
    let slug = new.slug.as_deref().map(Slug::parse).transpose();
    let new = NewWorkspace::new(&new.name, slug.map_err(Refusal::invalid)?, None)?;
    let organization = caller.organization(&id)?;
    let mut work = caller.begin().await?;
    let id = workspace::create(&mut work, &caller.actor(), &organization, &new, caller.quotas()).await?;
    let made = shown(&caller, &mut work, &organization, &id).await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json(view::workspace(&made))).into_response())
}

/// One workspace.
pub async fn show(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, id) = place(&caller, &organization, &id)?;
    let mut work = caller.begin().await?;
    let found = shown(&caller, &mut work, &organization, &id).await?;
    work.commit().await?;
    Ok(Json(view::workspace(&found)).into_response())
}

/// What can be changed of a workspace; what is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    archived: Option<bool>,
}

/// Renames, archives, or takes back from the archive.
pub async fn change(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Response, Refusal> {
    let (organization, id) = place(&caller, &organization, &id)?;
    let actor = caller.actor();
    let mut work = caller.begin().await?;
    if let Some(name) = &change.name {
        workspace::rename(&mut work, &actor, (&organization, &id), name).await?;
    }
    match change.archived {
        Some(true) => workspace::archive(&mut work, &actor, &organization, &id).await?,
        Some(false) => {
            workspace::unarchive(&mut work, &actor, (&organization, &id), caller.quotas()).await?;
        }
        None => {}
    }
    let found = shown(&caller, &mut work, &organization, &id).await?;
    work.commit().await?;
    Ok(Json(view::workspace(&found)).into_response())
}

/// Who is in a workspace, in pages.
pub async fn list_members(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
    Query(query): Query,
) -> Result<Response, Refusal> {
    let (organization, id) = place(&caller, &organization, &id)?;
    let keys = caller.keys();
    let list = List {
        name: "workspace members",
        of: id.as_str(),
        reader: caller.user.as_str(),
    };
    let page = list.read(&query?, keys)?;
    let after = page.after.clone().map(UserId::from_text);
    let mut work = caller.begin().await?;
    let part = (after.as_ref(), page.limit);
    let found = members::list(&mut work, &caller.actor(), (&organization, &id), part).await?;
    work.commit().await?;
    let key = |member: &WorkspaceMember| member.user_id.to_string();
    let shown = view::page(&list, &page, keys, &found, (key, view::workspace_member))?;
    Ok(Json(shown).into_response())
}

/// A place in a workspace.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    role: String,
}

impl Place {
    fn role(&self) -> Result<WorkspaceRole, Refusal> {
        WorkspaceRole::parse(&self.role)
            .ok_or_else(|| Refusal::invalid("role: owner, manager, contributor or viewer"))
    }
}

/// Gives a member of the organization a place, or another role in it.
pub async fn put_member(
    caller: Caller,
    Path((organization, id, user)): Path<(String, String, String)>,
    Body(wanted): Body<Place>,
) -> Result<Response, Refusal> {
    let role = wanted.role()?;
    let ((organization, id), user) = (place(&caller, &organization, &id)?, UserId::read(&user));
    let (actor, at) = (caller.actor(), (&organization, &id));
    let mut work = caller.begin().await?;
    match members::set_role(&mut work, &actor, at, &user, role).await {
        Err(WorkspaceError::NotMember { .. }) => members::add(&mut work, &actor, at, &user, role).await?,
        other => other?,
    }
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Takes a place away: somebody else's, or the caller's own.
pub async fn remove_member(
    caller: Caller,
    Path((organization, id, user)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let ((organization, id), user) = (place(&caller, &organization, &id)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    members::remove(&mut work, &caller.actor(), (&organization, &id), &user).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn place(
    caller: &Caller,
    organization: &str,
    workspace: &str,
) -> Result<(OrganizationId, WorkspaceId), Refusal> {
    let organization = caller.organization(organization)?;
    Ok((organization, WorkspaceId::read(workspace)))
}

async fn shown(
    caller: &Caller,
    work: &mut crate::db::UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
) -> Result<Workspace, Refusal> {
    workspace::find(work, &caller.actor(), organization, id.as_str())
        .await?
        .ok_or_else(|| WorkspaceError::Unknown(id.clone()).into())
}
