//! Owns `/api/v1/organizations/{organization}/members…`. Nobody is made a member unasked: people are invited.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::list_page::ListPage;
use crate::api::openapi::{OrganizationParameter, PageParameters, PersonProblems, UserParameter};
use crate::api::page::List;
use crate::api::refusal::Refusal;
use crate::base::id::UserId;
use crate::http::extract::form::Query;
use crate::protocol::scope::{ORGANIZATIONS, ORGANIZATIONS_MANAGE};
use crate::tenancy::member::MemberView;
use crate::tenancy::{Member, MemberRole, WorkspaceCreation, member};

type MemberPage = ListPage<MemberView>;

/// Who belongs to it or was asked to come
#[utoipa::path(
    get, path = "/organizations/{organization}/members", operation_id = "listMembers", tag = "people",
    params(OrganizationParameter, PageParameters),
    responses((status = 200, description = "The answer", body = MemberPage), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn list(
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query,
) -> Result<Json<MemberPage>, Refusal> {
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
    let members = member::list(&mut work, &organization, after.as_ref(), page.limit).await?;
    work.commit().await?;
    let key = |member: &Member| member.user_id.to_string();
    Ok(Json(ListPage::of(
        &list,
        &page,
        keys,
        members,
        (key, MemberView::from),
    )?))
}

/// One member
#[utoipa::path(
    get, path = "/organizations/{organization}/members/{user}", operation_id = "showMember", tag = "people",
    params(OrganizationParameter, UserParameter),
    responses((status = 200, description = "The answer", body = MemberView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn show(
    caller: Caller,
    Path((organization, user)): Path<(String, String)>,
) -> Result<Json<MemberView>, Refusal> {
    let (organization, user) = (caller.organization(&organization)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    let found = member::find(&mut work, &organization, &user).await?;
    work.commit().await?;
    let found = found.ok_or_else(|| Refusal::not_found("member"))?;
    Ok(Json(found.into()))
}

/// What can be changed of a membership.
#[derive(Deserialize, ToSchema)]
#[schema(as = MemberChange)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// owner, admin, member, viewer, or one of the organization's own
    role: Option<String>,
    /// Whether they make workspaces without managing all of them.
    can_create_workspaces: Option<bool>,
}

/// Gives a member another role, or says whether they make workspaces
///
/// What is not named stays, but for what another role takes away.
#[utoipa::path(
    patch, path = "/organizations/{organization}/members/{user}", operation_id = "changeMember", tag = "people",
    params(OrganizationParameter, UserParameter),
    request_body = Change,
    responses((status = 200, description = "The answer", body = MemberView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn change(
    caller: Caller,
    Path((organization, user)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<Json<MemberView>, Refusal> {
    let role = change.role.as_deref().map(MemberRole::parse);
    let role = role.transpose().map_err(Refusal::invalid)?;
    let creation = change.can_create_workspaces.map(WorkspaceCreation::of);
    let (organization, user) = (caller.organization(&organization)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    if let Some(role) = &role {
        member::set_role(&mut work, &organization, &user, role).await?;
    }
    if let Some(creation) = creation {
        member::set_workspace_creation(&mut work, &organization, &user, creation).await?;
    }
    let changed = member::find(&mut work, &organization, &user).await?;
    work.commit().await?;
    let changed = changed.ok_or_else(|| Refusal::not_found("member"))?;
    Ok(Json(changed.into()))
}

/// Ends a membership: somebody else's, or one's own
#[utoipa::path(
    delete, path = "/organizations/{organization}/members/{user}", operation_id = "removeMember", tag = "people",
    params(OrganizationParameter, UserParameter),
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn remove(
    caller: Caller,
    Path((organization, user)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let (organization, user) = (caller.organization(&organization)?, UserId::read(&user));
    let mut work = caller.begin().await?;
    member::remove(&mut work, &organization, &user).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
