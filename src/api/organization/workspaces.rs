//! Owns `/api/v1/organizations/{organization}/workspaces…`.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::list_page::ListPage;
use crate::api::openapi::{
    OrganizationParameter, PageParameters, PersonProblems, UserParameter, WorkspaceParameter,
};
use crate::api::page::List;
use crate::api::refusal::Refusal;
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::http::extract::form::Query;
use crate::protocol::scope::{ORGANIZATIONS, ORGANIZATIONS_MANAGE};
use crate::tenancy::Slug;
use crate::tenancy::workspace::{
    self, NewWorkspace, Workspace, WorkspaceError, WorkspaceMember, WorkspaceMemberView, WorkspaceRole,
    WorkspaceView, members,
};

type WorkspacePage = ListPage<WorkspaceView>;
type WorkspaceMemberPage = ListPage<WorkspaceMemberView>;

/// The workspaces that the caller may know of
#[utoipa::path(
    get, path = "/organizations/{organization}/workspaces", operation_id = "listWorkspaces", tag = "people",
    params(OrganizationParameter, PageParameters),
    responses((status = 200, description = "The answer", body = WorkspacePage), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn list(
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query,
) -> Result<Json<WorkspacePage>, Refusal> {
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
    let found = workspace::list(&mut work, &organization, after.as_ref(), page.limit).await?;
    work.commit().await?;
    let key = |workspace: &Workspace| workspace.id.to_string();
    Ok(Json(ListPage::of(
        &list,
        &page,
        keys,
        found,
        (key, WorkspaceView::from),
    )?))
}

/// What makes a workspace.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewWorkspace)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// What people call it.
    name: String,
    /// Its short name; made of the name if it is left out.
    slug: Option<String>,
}

/// Makes a workspace whose owner the caller is
#[utoipa::path(
    post, path = "/organizations/{organization}/workspaces", operation_id = "createWorkspace", tag = "people",
    params(OrganizationParameter),
    request_body = New,
    responses((status = 201, description = "The answer", body = WorkspaceView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn create(
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<WorkspaceView>), Refusal> {
    let slug = new.slug.as_deref().map(Slug::parse).transpose();
    let new = NewWorkspace::new(&new.name, slug.map_err(Refusal::invalid)?, None)?;
    let organization = caller.organization(&id)?;
    let mut work = caller.begin().await?;
    let id = workspace::create(&mut work, &organization, &new, caller.quotas()).await?;
    let made = shown(&mut work, &organization, &id).await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One workspace
#[utoipa::path(
    get, path = "/organizations/{organization}/workspaces/{workspace}", operation_id = "showWorkspace", tag = "people",
    params(OrganizationParameter, WorkspaceParameter),
    responses((status = 200, description = "The answer", body = WorkspaceView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn show(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Json<WorkspaceView>, Refusal> {
    let (organization, id) = place(&caller, &organization, &id)?;
    let mut work = caller.begin().await?;
    let found = shown(&mut work, &organization, &id).await?;
    work.commit().await?;
    Ok(Json(found.into()))
}

/// What can be changed of a workspace; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = WorkspaceChange)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What people call it.
    name: Option<String>,
    /// Whether nobody works in it any more.
    archived: Option<bool>,
}

/// Renames, archives, or takes back from the archive
#[utoipa::path(
    patch, path = "/organizations/{organization}/workspaces/{workspace}", operation_id = "changeWorkspace", tag = "people",
    params(OrganizationParameter, WorkspaceParameter),
    request_body = Change,
    responses((status = 200, description = "The answer", body = WorkspaceView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn change(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Json<WorkspaceView>, Refusal> {
    let (organization, id) = place(&caller, &organization, &id)?;
    let mut work = caller.begin().await?;
    if let Some(name) = &change.name {
        workspace::rename(&mut work, &organization, &id, name).await?;
    }
    match change.archived {
        Some(true) => workspace::archive(&mut work, &organization, &id).await?,
        Some(false) => {
            workspace::unarchive(&mut work, &organization, &id, caller.quotas()).await?;
        }
        None => {}
    }
    let found = shown(&mut work, &organization, &id).await?;
    work.commit().await?;
    Ok(Json(found.into()))
}

/// Who is in it
#[utoipa::path(
    get, path = "/organizations/{organization}/workspaces/{workspace}/members", operation_id = "listWorkspaceMembers", tag = "people",
    params(OrganizationParameter, WorkspaceParameter, PageParameters),
    responses((status = 200, description = "The answer", body = WorkspaceMemberPage), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn list_members(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
    Query(query): Query,
) -> Result<Json<WorkspaceMemberPage>, Refusal> {
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
    let found = members::list(&mut work, &organization, &id, after.as_ref(), page.limit).await?;
    work.commit().await?;
    let key = |member: &WorkspaceMember| member.user_id.to_string();
    let show = WorkspaceMemberView::from;
    Ok(Json(ListPage::of(&list, &page, keys, found, (key, show))?))
}

/// A place in a workspace.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// What the person may do in it.
    #[schema(value_type = WorkspaceRole)]
    role: String,
}

impl Place {
    fn role(&self) -> Result<WorkspaceRole, Refusal> {
        WorkspaceRole::parse(&self.role)
            .ok_or_else(|| Refusal::invalid("role: owner, manager, contributor or viewer"))
    }
}

/// Gives a member of the organization a place, or another role in it
#[utoipa::path(
    put, path = "/organizations/{organization}/workspaces/{workspace}/members/{user}", operation_id = "putWorkspaceMember", tag = "people",
    params(OrganizationParameter, WorkspaceParameter, UserParameter),
    request_body = Place,
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn put_member(
    caller: Caller,
    Path((organization, id, user)): Path<(String, String, String)>,
    Body(wanted): Body<Place>,
) -> Result<StatusCode, Refusal> {
    let role = wanted.role()?;
    let ((organization, id), user) = (place(&caller, &organization, &id)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    match members::set_role(&mut work, &organization, &id, &user, role).await {
        Err(WorkspaceError::NotMember { .. }) => {
            members::add(&mut work, &organization, &id, &user, role).await?;
        }
        other => other?,
    }
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes a place away: somebody else's, or one's own
#[utoipa::path(
    delete, path = "/organizations/{organization}/workspaces/{workspace}/members/{user}", operation_id = "removeWorkspaceMember", tag = "people",
    params(OrganizationParameter, WorkspaceParameter, UserParameter),
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn remove_member(
    caller: Caller,
    Path((organization, id, user)): Path<(String, String, String)>,
) -> Result<StatusCode, Refusal> {
    let ((organization, id), user) = (place(&caller, &organization, &id)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    members::remove(&mut work, &organization, &id, &user).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
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
    work: &mut crate::db::UnitOfWork,
    organization: &OrganizationId,
    id: &WorkspaceId,
) -> Result<Workspace, Refusal> {
    workspace::find(work, organization, id.as_str())
        .await?
        .ok_or_else(|| WorkspaceError::Unknown(id.clone()).into())
}
