//! Owns `/api/v1/organizations/{organization}/invitations…`, and `/api/v1/invitations/…` for whoever holds a token. An
//! invitation leads to an organization that the application may not speak of yet, so an application that may speak of
//! one only is refused; and none joins in the person's name: they confirm it on a page of ours.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::list_page::ListPage;
use crate::api::openapi::{InvitationParameter, OrganizationParameter, PageParameters, PersonProblems};
use crate::api::page::List;
use crate::api::refusal::Refusal;
use crate::base::handle::{Handle, Kind};
use crate::base::id::InvitationId;
use crate::base::schema::closed_lists;
use crate::base::secret::Secret;
use crate::http::extract::form::Query;
use crate::http::respond::interaction_page;
use crate::lifecycle::invite::{self, Inviting};
use crate::protocol::scope::{ORGANIZATIONS, ORGANIZATIONS_MANAGE};
use crate::tenancy::invitation::{
    self, InvitationEnd, InvitationError, InvitationView, Offer, SentInvitationView,
};
use crate::tenancy::{Invitation, JoinsAs, MemberRole, NewInvitation, WorkspaceCreation};
use crate::user::EmailAddress;

type InvitationPage = ListPage<InvitationView>;

/// The invitations
#[utoipa::path(
    get, path = "/organizations/{organization}/invitations", operation_id = "listInvitations", tag = "people",
    params(OrganizationParameter, PageParameters),
    responses((status = 200, description = "The answer", body = InvitationPage), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS])),
)]
pub async fn list(
    caller: Caller,
    Path(id): Path<String>,
    Query(query): Query,
) -> Result<Json<InvitationPage>, Refusal> {
    let organization = caller.organization(&id)?;
    let keys = caller.keys();
    let list = List {
        name: "invitations",
        of: organization.as_str(),
        reader: caller.user.as_str(),
    };
    let page = list.read(&query?, keys)?;
    let after = page.after.clone().map(InvitationId::from_text);
    let mut work = caller.begin().await?;
    let found = invitation::list(&mut work, &organization, after.as_ref(), page.limit).await?;
    work.commit().await?;
    let key = |invitation: &Invitation| invitation.id.to_string();
    Ok(Json(ListPage::of(
        &list,
        &page,
        keys,
        found,
        (key, InvitationView::from),
    )?))
}

/// Whom to ask, and as what.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewInvitation)]
#[serde(deny_unknown_fields)]
pub struct New {
    /// The address.
    email: String,
    /// owner, admin, member, viewer, or one of the organization's own
    #[schema(default = "member")]
    role: Option<String>,
    /// Whether whoever joins by it makes workspaces.
    #[serde(default)]
    #[schema(default = false)]
    can_create_workspaces: bool,
}

/// Asks an address to join; the token is shown this once
///
/// It goes to the address, by mail where this server sends mail, and gives nothing to anybody who has not proven that
/// address.
#[utoipa::path(
    post, path = "/organizations/{organization}/invitations", operation_id = "createInvitation", tag = "people",
    params(OrganizationParameter),
    request_body = New,
    responses((status = 201, description = "The answer", body = SentInvitationView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn create(
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<SentInvitationView>), Refusal> {
    let email = EmailAddress::parse(&new.email).map_err(Refusal::invalid)?;
    let role = MemberRole::parse(new.role.as_deref().unwrap_or("member")).map_err(Refusal::invalid)?;
    let workspace_creation = WorkspaceCreation::of(new.can_create_workspaces);
    let joins = JoinsAs {
        role,
        workspace_creation,
    };
    let new = NewInvitation::new(email, joins, None)?;
    let mut work = caller.begin().await?;
    let organization = caller.organization(&id)?;
    let sent = invite::invite(&mut work, &organization, &new, &inviting(&caller)).await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json((&sent).into())))
}

/// Gives it a new token and a new time; the old token is dead
///
/// Where this server sends mail, the new link is sent to the address.
#[utoipa::path(
    post, path = "/organizations/{organization}/invitations/{invitation}/resend", operation_id = "resendInvitation", tag = "people",
    params(OrganizationParameter, InvitationParameter),
    responses((status = 200, description = "The answer", body = SentInvitationView), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn resend(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Json<SentInvitationView>, Refusal> {
    let (organization, id) = (caller.organization(&organization)?, InvitationId::read(&id));
    let mut work = caller.begin().await?;
    let sent = invite::invite_again(&mut work, (&organization, &id), None, &inviting(&caller)).await?;
    work.commit().await?;
    Ok(Json((&sent).into()))
}

fn inviting(caller: &Caller) -> Inviting<'_, impl Fn(&Handle) -> String> {
    let app = caller.app();
    Inviting {
        quotas: caller.quotas(),
        post: app.post(),
        link: |token: &Handle| interaction_page::invitation_url(app.issuer(), token.expose()),
    }
}

/// Takes an invitation back
#[utoipa::path(
    delete, path = "/organizations/{organization}/invitations/{invitation}", operation_id = "revokeInvitation", tag = "people",
    params(OrganizationParameter, InvitationParameter),
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn revoke(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let (organization, id) = (caller.organization(&organization)?, InvitationId::read(&id));
    let mut work = caller.begin().await?;
    invitation::revoke(&mut work, &organization, &id).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An invitation's token, in the body: a path would stand in logs.
#[derive(Deserialize, ToSchema)]
#[schema(as = PresentedInvitation)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// What the invitation's link carries.
    #[schema(value_type = String)]
    token: Secret,
}

impl Presented {
    fn handle(&self) -> Result<Handle, Refusal> {
        Handle::parse(Kind::Invitation, self.token.expose())
            .ok_or_else(|| InvitationError::UnknownToken.into())
    }
}

/// An invitation, as whoever holds its token sees it.
#[derive(Serialize, ToSchema)]
#[schema(as = FoundInvitation)]
pub struct Found {
    /// What people call the organization.
    organization_name: String,
    /// The address it is for.
    email: String,
    /// The role it gives.
    role: String,
    /// From when on it gives nothing.
    expires_at: DateTime<Utc>,
    /// Why it is over, if it is.
    #[schema(required, value_type = Option<InvitationEnd>)]
    over: Option<&'static str>,
}

closed_lists! {
    /// Why an invitation is over.
    InvitationEnd as "InvitationEnd" = InvitationEnd::ALL.map(InvitationEnd::name);
}

/// What an invitation says, for whoever holds its token
///
/// The token needs the right to all of the person's organizations.
#[utoipa::path(
    post, path = "/invitations/look", operation_id = "lookAtInvitation", tag = "people",
    request_body = Presented,
    responses((status = 200, description = "The answer", body = Found), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn look(caller: Caller, Body(presented): Body<Presented>) -> Result<Json<Found>, Refusal> {
    caller.require_every_organization()?;
    let token = presented.handle()?;
    let mut work = caller.begin().await?;
    let found = invitation::find(&mut work, &token).await?;
    work.commit().await?;
    let found = found.ok_or(InvitationError::UnknownToken)?;
    Ok(Json(Found {
        organization_name: found.organization_name,
        email: found.email,
        role: found.role.to_string(),
        expires_at: found.expires_at,
        over: found.end.map(InvitationEnd::name),
    }))
}

/// The organization that a membership now is in.
#[derive(Serialize, ToSchema)]
pub struct Joined {
    /// Its id.
    organization_id: String,
    /// The person's role there.
    role: String,
}

/// Where a person says that they join.
#[derive(Serialize, ToSchema)]
pub struct Confirmation {
    /// A page of this server, for the person's browser.
    confirm_at: String,
}

/// Where the person confirms that they join; once they have, where they joined. For whoever has proven the invited address
///
/// The token needs the right to all of the person's organizations.
#[utoipa::path(
    post, path = "/invitations/accept", operation_id = "acceptInvitation", tag = "people",
    request_body = Presented,
    responses(
        (status = 200, description = "The person has joined", body = Joined),
        (status = 202, description = "The person has not confirmed yet: send them there", body = Confirmation),
        PersonProblems,
    ),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn accept(caller: Caller, Body(presented): Body<Presented>) -> Result<Response, Refusal> {
    caller.require_every_organization()?;
    let token = presented.handle()?;
    let mut work = caller.begin().await?;
    let offer = invitation::offer(&mut work, &token, &caller.user).await?;
    work.commit().await?;
    Ok(match offer {
        Offer::Joined(accepted) => Json(Joined {
            organization_id: accepted.organization_id.to_string(),
            role: accepted.role.to_string(),
        })
        .into_response(),
        Offer::Waits(_) => {
            let confirm_at = interaction_page::invitation_url(caller.state.app.issuer(), token.expose());
            (StatusCode::ACCEPTED, Json(Confirmation { confirm_at })).into_response()
        }
    })
}

/// Declines; for whoever has proven the invited address
///
/// The token needs the right to all of the person's organizations.
#[utoipa::path(
    post, path = "/invitations/reject", operation_id = "rejectInvitation", tag = "people",
    request_body = Presented,
    responses((status = 204, description = "Done"), PersonProblems),
    security(("accessToken" = [ORGANIZATIONS_MANAGE])),
)]
pub async fn reject(caller: Caller, Body(presented): Body<Presented>) -> Result<StatusCode, Refusal> {
    caller.require_every_organization()?;
    let token = presented.handle()?;
    let mut work = caller.begin().await?;
    invitation::reject(&mut work, &token, &caller.user).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
