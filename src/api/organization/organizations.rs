//! Owns `/api/v1/organizations` and `/api/v1/organizations/{organization}`.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::list_page::ListPage;
use crate::api::openapi::{OrganizationParameter, PageParameters, PersonProblems};
use crate::api::page::List;
use crate::api::refusal::Refusal;
use crate::base::id::OrganizationId;
use crate::base::schema::closed_lists;
use crate::http::extract::form::Query;
use crate::lifecycle::delete_organization::delete_organization;
use crate::protocol::scope::{ORGANIZATIONS, ORGANIZATIONS_MANAGE};
use crate::tenancy::organization::OrganizationView;
use crate::tenancy::{
    Branding, MemberRole, NewOrganization, Organization, OrganizationError, OrganizationType, Slug,
    organization,
};

type OrganizationPage = ListPage<OrganizationView>;

/// The organizations that the caller has joined
///
/// Each with the caller's role, in pages.
#[utoipa::path(
    get, path = "/organizations", operation_id = "listOrganizations", tag = "people",
    params(PageParameters),
    responses((status = 200, description = "The answer", body = OrganizationPage), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn list(caller: Caller, Query(query): Query) -> Result<Json<OrganizationPage>, Refusal> {
    let keys = caller.keys();
    let list = List {
        name: "organizations",
        of: "",
        reader: caller.user.as_str(),
    };
    let page = list.read(&query?, keys)?;
    let after = page.after.clone().map(OrganizationId::from_text);
    let mut work = caller.begin().await?;
    let joined =
        organization::joined_by(&mut work, &caller.user, caller.only(), after.as_ref(), page.limit).await?;
    work.commit().await?;
    let key = |(organization, _): &(Organization, MemberRole)| organization.id.to_string();
    let show =
        |(organization, role): (Organization, MemberRole)| OrganizationView::joined_as(organization, &role);
    Ok(Json(ListPage::of(&list, &page, keys, joined, (key, show))?))
}

/// What makes an organization.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewOrganization)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// What people call it.
    name: String,
    /// Its short name; made of the name if it is left out.
    slug: Option<String>,
    /// What kind it is; a team if it is left out.
    #[schema(value_type = Option<NewType>)]
    r#type: Option<String>,
}

/// Makes an organization whose owner the caller is
///
/// The token needs the right to all of the person's organizations.
#[utoipa::path(
    post, path = "/organizations", operation_id = "createOrganization", tag = "people",
    request_body = New,
    responses((status = 201, description = "The answer", body = OrganizationView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn create(
    caller: Caller,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<OrganizationView>), Refusal> {
    let slug = new
        .slug
        .as_deref()
        .map(Slug::parse)
        .transpose()
        .map_err(Refusal::invalid)?;
    let organization_type = new.r#type.as_deref().map_or(Ok(OrganizationType::Team), kind)?;
    let new = NewOrganization::new(&new.name, slug, organization_type, None, caller.user.clone())?;
    caller.require_every_organization()?;
    let mut work = caller.begin().await?;
    let id = organization::create(&mut work, &new, caller.quotas()).await?;
    let made = organization::show(&mut work, &id).await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// One organization
#[utoipa::path(
    get, path = "/organizations/{organization}", operation_id = "showOrganization", tag = "people",
    params(OrganizationParameter),
    responses((status = 200, description = "The answer", body = OrganizationView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn show(caller: Caller, Path(id): Path<String>) -> Result<Json<OrganizationView>, Refusal> {
    let id = caller.organization(&id)?;
    let mut work = caller.begin().await?;
    let organization = organization::show(&mut work, &id).await?;
    work.commit().await?;
    Ok(Json(organization.into()))
}

/// What can be changed; what is not named stays.
#[derive(Deserialize, ToSchema)]
#[schema(as = OrganizationChange)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What people call it.
    name: Option<String>,
    /// Its short name.
    slug: Option<String>,
    /// What kind it is.
    #[schema(value_type = Option<NewType>)]
    r#type: Option<String>,
    /// How it looks: the whole of it.
    #[schema(value_type = Option<Map<String, Value>>)]
    branding: Option<Value>,
}

/// Changes what is named: all of it or nothing
#[utoipa::path(
    patch, path = "/organizations/{organization}", operation_id = "changeOrganization", tag = "people",
    params(OrganizationParameter),
    request_body = Change,
    responses((status = 200, description = "The answer", body = OrganizationView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn change(
    caller: Caller,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Json<OrganizationView>, Refusal> {
    let id = caller.organization(&id)?;
    let slug = change
        .slug
        .as_deref()
        .map(Slug::parse)
        .transpose()
        .map_err(Refusal::invalid)?;
    let kind = change.r#type.as_deref().map(kind).transpose()?;
    let branding = change
        .branding
        .map(Branding::parse)
        .transpose()
        .map_err(Refusal::invalid)?;
    let mut work = caller.begin().await?;
    if let Some(name) = &change.name {
        organization::rename(&mut work, &id, name).await?;
    }
    if let Some(slug) = &slug {
        organization::set_slug(&mut work, &id, slug).await?;
    }
    if let Some(kind) = kind {
        organization::set_type(&mut work, &id, kind).await?;
    }
    if let Some(branding) = &branding {
        organization::set_branding(&mut work, &id, branding).await?;
    }
    let organization = organization::show(&mut work, &id).await?;
    work.commit().await?;
    Ok(Json(organization.into()))
}

/// Ends an organization; its tokens die at once
///
/// Its slug stays taken.
#[utoipa::path(
    delete, path = "/organizations/{organization}", operation_id = "deleteOrganization", tag = "people",
    params(OrganizationParameter),
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn delete(caller: Caller, Path(id): Path<String>) -> Result<StatusCode, Refusal> {
    let mut work = caller.begin().await?;
    delete_organization(&mut work, &caller.organization(&id)?).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

fn kind(name: &str) -> Result<OrganizationType, Refusal> {
    match OrganizationType::parse(name) {
        Some(OrganizationType::Personal) => Err(OrganizationError::Personal.into()),
        Some(kind) => Ok(kind),
        None => Err(Refusal::invalid("type: brand, club, family, team or practice")),
    }
}

enum NewType {}

closed_lists! {
    /// What kind of space an organization can be made or become. A personal one comes with its person.
    NewType as "OrganizationType" = OrganizationType::ALL
        .into_iter()
        .filter(|kind| *kind != OrganizationType::Personal)
        .map(OrganizationType::name);
}
