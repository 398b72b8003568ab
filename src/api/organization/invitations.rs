//! Owns `/api/v1/organizations/{organization}/invitations…`, and `/api/v1/invitations/…` for whoever holds a token. An
//! invitation leads to an organization that the application may not speak of yet, so an application that may speak of
//! one only is refused; and none joins in the person's name: they confirm it on a page of ours.

use axum::Json;
use axum::extract::Path;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::view::{self, Joined};
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::page::List;
use crate::api::refusal::Refusal;
use crate::base::handle::{Handle, Kind};
use crate::base::id::InvitationId;
use crate::base::secret::Secret;
use crate::http::extract::form::Query;
use crate::http::respond::interaction_page;
use crate::tenancy::invitation::{self, InvitationEnd, InvitationError, Offer, SentInvitation};
use crate::tenancy::{Invitation, JoinsAs, MemberRole, NewInvitation, WorkspaceCreation};
use crate::user::EmailAddress;

/// The invitations of an organization, in pages.
pub async fn list(caller: Caller, Path(id): Path<String>, Query(query): Query) -> Result<Response, Refusal> {
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
    let actor = caller.actor();
    let found = invitation::list(&mut work, &actor, &organization, after.as_ref(), page.limit).await?;
    work.commit().await?;
    let key = |invitation: &Invitation| invitation.id.to_string();
    let shown = view::page(&list, &page, keys, &found, (key, view::invitation))?;
    Ok(Json(shown).into_response())
}

/// Whom to ask, and as what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct New {
    email: String,
    role: Option<String>,
    #[serde(default)]
    can_create_workspaces: bool,
}

/// Asks an address to join. The token is shown this once: it goes to the address, and gives nothing to anybody who
/// has not proven that address.
pub async fn create(
    caller: Caller,
    Path(id): Path<String>,
    Body(new): Body<New>,
) -> Result<Response, Refusal> {
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
    let sent = invitation::create(&mut work, &caller.actor(), &organization, &new, caller.quotas()).await?;
    work.commit().await?;
    Ok((StatusCode::CREATED, Json(shown_once(&sent))).into_response())
}

/// Gives an invitation a new token and a new time; the old token is dead.
pub async fn resend(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, id) = (caller.organization(&organization)?, InvitationId::read(&id));
    let mut work = caller.begin().await?;
    let sent = invitation::resend(
        &mut work,
        &caller.actor(),
        &organization,
        &id,
        None,
        caller.quotas(),
    )
    .await?;
    work.commit().await?;
    Ok(Json(shown_once(&sent)).into_response())
}

/// Takes an invitation back.
pub async fn revoke(
    caller: Caller,
    Path((organization, id)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let (organization, id) = (caller.organization(&organization)?, InvitationId::read(&id));
    let mut work = caller.begin().await?;
    invitation::revoke(&mut work, &caller.actor(), &organization, &id).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// An invitation's token, in the body: a path would stand in logs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    token: Secret,
}

impl Presented {
    fn handle(&self) -> Result<Handle, Refusal> {
        Handle::parse(Kind::Invitation, self.token.expose())
            .ok_or_else(|| InvitationError::UnknownToken.into())
    }
}

/// What an invitation says, for whoever holds its token.
pub async fn look(caller: Caller, Body(presented): Body<Presented>) -> Result<Response, Refusal> {
    caller.require_every_organization()?;
    let token = presented.handle()?;
    let mut work = caller.begin().await?;
    let found = invitation::find(&mut work, &token).await?;
    work.commit().await?;
    let found = found.ok_or(InvitationError::UnknownToken)?;
    Ok(Json(json!({
        "organization_name": found.organization_name,
        "email": found.email,
        "role": found.role.as_str(),
        "expires_at": found.expires_at,
        "over": found.end.map(InvitationEnd::name),
    }))
    .into_response())
}

/// Says where the person confirms that they join; once they have, where they joined and as what.
pub async fn accept(caller: Caller, Body(presented): Body<Presented>) -> Result<Response, Refusal> {
    caller.require_every_organization()?;
    let token = presented.handle()?;
    let mut work = caller.begin().await?;
    let offer = invitation::offer(&mut work, &token, &caller.user).await?;
    work.commit().await?;
    Ok(match offer {
        Offer::Joined(accepted) => Json(Joined {
            organization_id: &accepted.organization_id,
            role: accepted.role.as_str(),
        })
        .into_response(),
        Offer::Waits(_) => {
            let page = interaction_page::invitation_url(caller.state.app.issuer(), token.expose());
            (StatusCode::ACCEPTED, Json(json!({ "confirm_at": page }))).into_response()
        }
    })
}

/// Declines.
pub async fn reject(caller: Caller, Body(presented): Body<Presented>) -> Result<Response, Refusal> {
    caller.require_every_organization()?;
    let token = presented.handle()?;
    let mut work = caller.begin().await?;
    invitation::reject(&mut work, &token, &caller.user).await?;
    work.commit().await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn shown_once(sent: &SentInvitation) -> Value {
    json!({ "id": sent.id, "token": sent.token.expose(), "expires_at": sent.expires_at })
}
