//! Owns `/api/v1/organizations/{organization}/domains…`. A look-up in the DNS stands between two transactions.

use axum::Json;
use axum::extract::Path;
use http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::list_page::ListPage;
use crate::api::openapi::{DomainParameter, OrganizationParameter, PersonProblems};
use crate::api::refusal::Refusal;
use crate::protocol::scope::{ORGANIZATIONS, ORGANIZATIONS_MANAGE};
use crate::tenancy::domain::{self, DomainView, Settled};
use crate::tenancy::{DomainName, JoinsAs, MemberRole, WorkspaceCreation};

type DomainPage = ListPage<DomainView>;

/// The domains that it claims
#[utoipa::path(
    get, path = "/organizations/{organization}/domains", operation_id = "listDomains", tag = "people",
    params(OrganizationParameter),
    responses((status = 200, description = "The answer", body = DomainPage), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn list(caller: Caller, Path(id): Path<String>) -> Result<Json<DomainPage>, Refusal> {
    let mut work = caller.begin().await?;
    let claims = domain::list(&mut work, &caller.organization(&id)?).await?;
    work.commit().await?;
    Ok(Json(ListPage::whole(
        claims.into_iter().map(DomainView::from).collect(),
    )))
}

/// A domain, and as what people join whose proven address is there.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewDomain)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// The domain.
    domain: String,
    /// As what people join: neither owner nor admin; null: they do not.
    auto_join_role: Option<String>,
    /// Whether whoever joins so makes workspaces.
    #[serde(default)]
    #[schema(default = false)]
    can_create_workspaces: bool,
}

/// Claims a domain; the answer has the record that proves it
#[utoipa::path(
    post, path = "/organizations/{organization}/domains", operation_id = "claimDomain", tag = "people",
    params(OrganizationParameter),
    request_body = New,
    responses((status = 201, description = "The answer", body = DomainView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn claim(
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<DomainView>), Refusal> {
    let name = caller.domain(&new.domain)?;
    let joins = joins(new.auto_join_role.as_deref(), new.can_create_workspaces)?;
    let mut work = caller.begin().await?;
    let organization = caller.organization(&id)?;
    let claim = domain::claim(&mut work, &organization, &name, joins.as_ref(), caller.quotas()).await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json(claim.into())))
}

/// What can be changed of a claim.
#[derive(Deserialize, ToSchema)]
#[schema(as = DomainChange)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// As what people join: neither owner nor admin; null: they do not.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    auto_join_role: Option<String>,
    /// Whether whoever joins so makes workspaces.
    #[serde(default)]
    #[schema(default = false)]
    can_create_workspaces: bool,
}

/// Sets as what people join whose address is there; null: they do not
#[utoipa::path(
    patch, path = "/organizations/{organization}/domains/{domain}", operation_id = "changeDomain", tag = "people",
    params(OrganizationParameter, DomainParameter),
    request_body = Change,
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn change(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
    Body(change): Body<Change>,
) -> Result<StatusCode, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let joins = joins(change.auto_join_role.as_deref(), change.can_create_workspaces)?;
    let mut work = caller.begin().await?;
    domain::set_auto_join(&mut work, &organization, &name, joins.as_ref()).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Looks the proof up
#[utoipa::path(
    post, path = "/organizations/{organization}/domains/{domain}/verify", operation_id = "verifyDomain", tag = "people",
    params(OrganizationParameter, DomainParameter),
    responses((status = 200, description = "The answer", body = DomainView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn verify(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
) -> Result<Json<DomainView>, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let mut work = caller.begin().await?;
    let challenge = domain::challenge(&mut work, &organization, &name).await?;
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
    let settled = domain::settle(&mut work, &challenge, proof).await?;
    work.commit().await?;
    let (Settled::Verified(claim) | Settled::Lost(claim)) = settled;
    Ok(Json(claim.into()))
}

/// Draws another proof; a domain that was owned is owned no longer
#[utoipa::path(
    post, path = "/organizations/{organization}/domains/{domain}/renew", operation_id = "renewDomain", tag = "people",
    params(OrganizationParameter, DomainParameter),
    responses((status = 200, description = "The answer", body = DomainView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn renew(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
) -> Result<Json<DomainView>, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let mut work = caller.begin().await?;
    let claim = domain::renew(&mut work, &organization, &name).await?;
    work.commit().await?;
    Ok(Json(claim.into()))
}

/// Gives a claim up
#[utoipa::path(
    delete, path = "/organizations/{organization}/domains/{domain}", operation_id = "releaseDomain", tag = "people",
    params(OrganizationParameter, DomainParameter),
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn release(
    caller: Caller,
    Path((organization, name)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let (organization, name) = (caller.organization(&organization)?, caller.domain(&name)?);
    let mut work = caller.begin().await?;
    domain::release(&mut work, &organization, &name).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
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
