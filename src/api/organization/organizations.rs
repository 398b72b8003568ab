//! Owns `/api/v1/organizations` and `/api/v1/organizations/{organization}`.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use super::view;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::page::List;
use crate::api::refusal::Refusal;
use crate::base::id::OrganizationId;
use crate::http::extract::form::Query;
use crate::lifecycle::delete_organization::delete_organization;
use crate::tenancy::{
    Branding, MemberRole, NewOrganization, Organization, OrganizationError, OrganizationType, Slug,
    organization,
};

/// The organizations that the caller has joined, each with their role, in pages.
pub async fn list(caller: Caller, Query(query): Query) -> Result<Response, Refusal> {
    let keys = caller.keys();
    let list = List {
        name: "organizations",
        of: "",
        reader: caller.user.as_str(),
    };
    let page = list.read(&query?, keys)?;
    let after = page.after.clone().map(OrganizationId::from_text);
    let mut work = caller.begin().await?;
    let part = (after.as_ref(), page.limit);
    let joined = organization::joined_by(&mut work, &caller.user, caller.only(), part).await?;
    work.commit().await?;
    let key = |(organization, _): &(Organization, MemberRole)| organization.id.to_string();
    let show =
        |(organization, role): &(Organization, MemberRole)| view::organization(organization, Some(role));
    let shown = view::page(&list, &page, keys, &joined, (key, show))?;
    Ok(Json(shown).into_response())
}

/// What makes an organization.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    name: String,
    slug: Option<String>,
    r#type: Option<String>,
}

/// Makes an organization whose owner the caller is.
pub async fn create(caller: Caller, Body(new): Body<New>) -> Result<Response, Refusal> {
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
    let made = organization::show(&mut work, &caller.actor(), &id).await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json(view::organization(&made, None))).into_response())
}

/// One organization that the caller has joined.
pub async fn show(caller: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let id = caller.organization(&id)?;
    let mut work = caller.begin().await?;
    let organization = organization::show(&mut work, &caller.actor(), &id).await?;
    work.commit().await?;
    Ok(Json(view::organization(&organization, None)).into_response())
}

/// What can be changed; what is not named stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    slug: Option<String>,
    r#type: Option<String>,
    branding: Option<Value>,
}

/// Changes an organization: all of it or nothing.
pub async fn change(
    caller: Caller,
    Path(id): Path<String>,
    Body(change): Body<Change>,
) -> Result<Response, Refusal> {
    let id = caller.organization(&id)?;
    let actor = caller.actor();
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
        organization::rename(&mut work, &actor, &id, name).await?;
    }
    if let Some(slug) = &slug {
        organization::set_slug(&mut work, &actor, &id, slug).await?;
    }
    if let Some(kind) = kind {
        organization::set_type(&mut work, &actor, &id, kind).await?;
    }
    if let Some(branding) = &branding {
        organization::set_branding(&mut work, &actor, &id, branding).await?;
    }
    let organization = organization::show(&mut work, &actor, &id).await?;
    work.commit().await?;
    Ok(Json(view::organization(&organization, None)).into_response())
}

/// Ends an organization: its tokens die at once, its slug stays taken.
pub async fn delete(caller: Caller, Path(id): Path<String>) -> Result<Response, Refusal> {
    let mut work = caller.begin().await?;
    delete_organization(&mut work, &caller.actor(), &caller.organization(&id)?).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn kind(name: &str) -> Result<OrganizationType, Refusal> {
    match OrganizationType::parse(name) {
        Some(OrganizationType::Personal) => Err(OrganizationError::Personal.into()),
        Some(kind) => Ok(kind),
        None => Err(Refusal::invalid("type: brand, club, family, team or practice")),
    }
}
