//! The consent page: what a client asks for in which place, and the person's answer. One statement to find the request,
//! one for the session, one for the place; an answer costs a transaction of two more. The form says for whom and for
//! which place it was shown: whoever else is signed in by then is shown their own.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use super::signed_in;
use crate::authorization::consent::{Consent, ConsentPlace};
use crate::authorization::interaction::{self, Situation};
use crate::authorization::sent_response::SentResponse;
use crate::authorization::waiting::WaitingRequest;
use crate::authorization::{consent, context, waiting};
use crate::base::clock::Timestamp;
use crate::base::handle::Handle;
use crate::base::id::OrganizationId;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::flow::{self, FoundFlow, Word};
use crate::http::extract::form::{Form, Query};
use crate::http::extract::form_token;
use crate::http::respond::authorization::{answer_error, logo};
use crate::http::respond::failure::Failure;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page::{self, FormAction};
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::issuer::Issuer;
use crate::protocol::scope::OFFLINE_ACCESS;
use crate::session::LiveSession;
use crate::web::client_card::{ClientCard, WebLink};
use crate::web::consent::{ConsentPage, OfflineAccess};

/// Shows what the client asks for; without a session the sign-in comes first.
pub async fn get(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let (request_id, now) = (context.origin.request_id.clone(), context.now);
    let found = match flow::find(&state, &context, &headers, params.ok().as_ref(), Word::GoOn).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    match asked(&state, context, &headers, &found.waiting).await {
        Ok(Some(asked)) if is_next(&state, &found, &asked, now) => show(&state, &found, &asked, &request_id),
        Ok(Some(_)) => InteractionPage::Continue.redirect(state.app.issuer(), found.handle.expose()),
        Ok(None) => InteractionPage::Login.redirect(state.app.issuer(), found.handle.expose()),
        Err(error) => Failure::from(error).page(&state.layout, &request_id),
    }
}

/// Takes the person's answer.
pub async fn post(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    let request_id = context.origin.request_id.clone();
    if let Err(response) = flow::require_own_page(&state, &headers, &request_id) {
        return response;
    }
    let params = params.ok();
    // Only the word itself allows; a missing or unknown answer refuses.
    let allowed = params.as_ref().and_then(|params| params.get("decision")) == Some("allow");
    let word = if allowed { Word::GoOn } else { Word::Refuse };
    let found = match flow::find(&state, &context, &headers, params.as_ref(), word).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let shown_for = params.as_ref().and_then(|params| params.get("shown_for"));
    let answered = if allowed {
        allow(&state, context, &headers, (&found, shown_for)).await
    } else {
        deny(&state, context, &found).await
    };
    answered.unwrap_or_else(|error| Failure::from(error).page(&state.layout, &request_id))
}

async fn allow(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    (found, shown_for): (&FoundFlow, Option<&str>),
) -> Result<Response, DatabaseError> {
    let Some(asked) = asked(state, context.clone(), headers, &found.waiting).await? else {
        return Ok(InteractionPage::Login.redirect(state.app.issuer(), found.handle.expose()));
    };
    if !is_next(state, found, &asked, context.now) {
        return Ok(InteractionPage::Continue.redirect(state.app.issuer(), found.handle.expose()));
    }
    let facts = asked.facts(&found.handle);
    if !form_token::matches(&state.app.token_issuer().keys, &facts, shown_for) {
        tracing::info!(
            user.id = %asked.session.session.user_id,
            client.id = %found.waiting.client_id,
            "a consent form was posted that was shown for somebody or something else: it is shown anew"
        );
        return Ok(InteractionPage::Consent.redirect(state.app.issuer(), found.handle.expose()));
    }
    let mut work = state.app.begin(context.clone()).await?;
    let organization = asked.consent.place.organization();
    let user_id = &asked.session.session.user_id;
    let given = consent::give(&mut work, &found.waiting, user_id, organization).await?;
    work.commit().await?;
    if given {
        Ok(InteractionPage::Continue.redirect(state.app.issuer(), found.handle.expose()))
    } else {
        Ok(flow::overtaken(state, &context, &found.handle, &found.browser, Word::GoOn).await)
    }
}

/// Who is asked, and for which place.
struct Asked {
    session: LiveSession,
    consent: Consent,
}

impl Asked {
    /// What a form is shown for: the request, the person, and the organization that the request means for them.
    fn facts<'a>(&'a self, request: &'a Handle) -> [&'a str; 4] {
        let organization = self.consent.place.organization();
        [
            "consent",
            request.expose(),
            self.session.session.user_id.as_str(),
            organization.map_or("", OrganizationId::as_str),
        ]
    }
}

/// Whether it is the person's word that is missing: not before the proof that the request asks for, and not twice.
fn is_next(state: &AppState, found: &FoundFlow, asked: &Asked, now: Timestamp) -> bool {
    let waiting = &found.waiting;
    let next = interaction::next(Situation {
        request: &waiting.request,
        client: &found.client,
        session: Some(&asked.session),
        consent: Some(&asked.consent),
        asked_at: waiting.asked_at,
        consented_by: waiting.consented_by.as_ref(),
        trust_loopback: state.app.is_development(),
        now,
    });
    next == interaction::NextStep::Consent
}

async fn deny(
    state: &AppState,
    context: RequestContext,
    found: &FoundFlow,
) -> Result<Response, DatabaseError> {
    let error = ProtocolError::new(ErrorCode::AccessDenied, "the person did not allow the access");
    let mut work = state.app.single(context.clone()).await?;
    let finished = waiting::finish(&mut work, found.ticket(), &SentResponse::error(error)).await?;
    work.commit().await?;
    if finished {
        Ok(answer_error(state, &found.waiting.request.target, error))
    } else {
        Ok(flow::overtaken(state, &context, &found.handle, &found.browser, Word::Refuse).await)
    }
}

/// The person of this browser, and how the request stands to what they confirmed before; none if nobody is signed in.
async fn asked(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    waiting: &WaitingRequest,
) -> Result<Option<Asked>, DatabaseError> {
    let Some(session) = signed_in::session(state, context.clone(), headers).await? else {
        return Ok(None);
    };
    let mut work = state.app.repeatable(context).await?;
    let consent = context::consented(&mut work, &session, &waiting.request).await?;
    Ok(Some(Asked { session, consent }))
}

fn show(state: &AppState, found: &FoundFlow, asked: &Asked, request_id: &str) -> Response {
    let request = &found.waiting.request;
    let shown_for = match form_token::make(&state.app.token_issuer().keys, &asked.facts(&found.handle)) {
        Ok(shown_for) => shown_for,
        Err(error) => {
            tracing::error!(error = %error, "no form token could be made");
            return Failure::Broken.page(&state.layout, request_id);
        }
    };
    let confirmed = request.to_confirm();
    let scopes: Vec<&str> = confirmed
        .iter()
        .filter(|scope| *scope != OFFLINE_ACCESS)
        .collect();
    let offline = if request.scope.contains(OFFLINE_ACCESS) {
        OfflineAccess::Asked
    } else {
        OfflineAccess::NotAsked
    };
    let destination = request.target.redirect_uri.receiver();
    let person = &asked.session.person;
    let page = ConsentPage {
        layout: &state.layout,
        client: card(&found.client, state.app.issuer()),
        user_name: if person.name.is_empty() {
            &person.email
        } else {
            &person.name
        },
        scopes: &scopes,
        offline,
        organization: match &asked.consent.place {
            ConsentPlace::Organization { name, .. } => Some(name.as_str()),
            ConsentPlace::WhicheverIsActive | ConsentPlace::NotJoined => None,
        },
        resource: request.resource.as_deref(),
        destination: destination.as_deref(),
        request: found.handle.expose(),
        shown_for: &shown_for,
        action: &InteractionPage::Consent.action(state.app.issuer()),
    };
    page::html(&page, FormAction::LeadsOut)
}

/// A client as pages show it.
pub(super) fn card<'a>(client: &'a Client, issuer: &Issuer) -> ClientCard<'a> {
    ClientCard {
        website: client.metadata.client_uri.as_deref().and_then(WebLink::parse),
        policy: client.metadata.policy_uri.as_deref().and_then(WebLink::parse),
        terms: client.metadata.tos_uri.as_deref().and_then(WebLink::parse),
        logo: logo(client, issuer),
        ..ClientCard::named(&client.metadata.client_name)
    }
}
