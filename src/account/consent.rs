//! The consent page: what a client asks for, and the person's answer. One statement to find the request, one for the
//! session; an answer costs a transaction of two.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::authorization::context;
use crate::authorization::interaction::{self, Situation};
use crate::authorization::request::RESOURCE_PREFIX;
use crate::authorization::{consent, waiting};
use crate::base::clock::Timestamp;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::db::work::Circumstances;
use crate::http::edge::{Edge, Visit};
use crate::http::extract::flow::{self, FoundFlow, session_cookie};
use crate::http::extract::form::{Form, Query};
use crate::http::respond::authorization::{answer_error, gone};
use crate::http::respond::failure::Failure;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::step::Step;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::{OFFLINE_ACCESS, ORGANIZATION_PREFIX};
use crate::session::LiveSession;
use crate::web::client_card::{ClientCard, LogoImage, WebLink};
use crate::web::consent::{ConsentPage, OfflineAccess};

/// Shows what the client asks for; without a session the sign-in comes first.
pub async fn get(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let (request_id, now) = (visit.origin.request_id.clone(), visit.now);
    let found = match flow::find(&edge, &visit, &headers, params.ok().as_ref()).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    match session(&edge, visit, &headers).await {
        Ok(Some(session)) if is_next(&edge, &found, &session, now) => show(&edge, &found, &session),
        Ok(Some(_)) => Step::Continue.redirect(edge.app.issuer(), found.handle.expose()),
        Ok(None) => Step::Login.redirect(edge.app.issuer(), found.handle.expose()),
        Err(error) => Failure::from(error).page(&edge.layout, &request_id),
    }
}

/// Takes the person's answer.
pub async fn post(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    let request_id = visit.origin.request_id.clone();
    if let Err(response) = flow::require_own_page(&edge, &headers, &request_id) {
        return response;
    }
    let params = params.ok();
    let found = match flow::find(&edge, &visit, &headers, params.as_ref()).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    // Only the word itself allows; a missing or unknown answer refuses.
    let allowed = params.as_ref().and_then(|params| params.get("decision")) == Some("allow");
    let answered = if allowed {
        allow(&edge, visit, &headers, &found).await
    } else {
        deny(&edge, visit, &found).await
    };
    answered.unwrap_or_else(|error| Failure::from(error).page(&edge.layout, &request_id))
}

async fn allow(
    edge: &Edge,
    visit: Circumstances,
    headers: &HeaderMap,
    found: &FoundFlow,
) -> Result<Response, DatabaseError> {
    let Some(session) = session(edge, visit.clone(), headers).await? else {
        return Ok(Step::Login.redirect(edge.app.issuer(), found.handle.expose()));
    };
    if !is_next(edge, found, &session, visit.now) {
        return Ok(Step::Continue.redirect(edge.app.issuer(), found.handle.expose()));
    }
    let request_id = visit.origin.request_id.clone();
    let mut work = edge.app.begin(visit).await?;
    let given = consent::give(&mut work, &found.waiting, &session.session.user_id).await?;
    work.commit().await?;
    if given {
        Ok(Step::Continue.redirect(edge.app.issuer(), found.handle.expose()))
    } else {
        Ok(gone(edge, &request_id))
    }
}

/// Whether it is the person's word that is missing: not before the proof that the request asks for, and not twice.
fn is_next(edge: &Edge, found: &FoundFlow, session: &LiveSession, now: Timestamp) -> bool {
    let waiting = &found.waiting;
    let next = interaction::next(Situation {
        request: &waiting.request,
        client: &found.client,
        session: Some(session),
        consented: None,
        asked_at: waiting.asked_at,
        consented_by: waiting.consented_by.as_ref(),
        trust_loopback: edge.app.is_development(),
        now,
    });
    next == interaction::Step::Consent
}

async fn deny(edge: &Edge, visit: Circumstances, found: &FoundFlow) -> Result<Response, DatabaseError> {
    let request_id = visit.origin.request_id.clone();
    let mut work = edge.app.single(visit).await?;
    if waiting::finish(&mut work, &found.waiting.digest).await? {
        let error = ProtocolError::new(ErrorCode::AccessDenied, "the person refused");
        Ok(answer_error(edge, &found.waiting.request.target, error))
    } else {
        Ok(gone(edge, &request_id))
    }
}

async fn session(
    edge: &Edge,
    visit: Circumstances,
    headers: &HeaderMap,
) -> Result<Option<LiveSession>, DatabaseError> {
    let Some(handle) = session_cookie(edge, headers) else {
        return Ok(None);
    };
    let mut work = edge.app.repeatable(visit).await?;
    context::session(&mut work, Some(&handle), edge.app.session_lifetimes()).await
}

fn show(edge: &Edge, found: &FoundFlow, session: &LiveSession) -> Response {
    let request = &found.waiting.request;
    let confirmed = request.to_confirm();
    let scopes: Vec<&str> = confirmed
        .iter()
        .map(|token| token.strip_prefix(RESOURCE_PREFIX).unwrap_or(token))
        .filter(|scope| *scope != OFFLINE_ACCESS && !scope.starts_with(ORGANIZATION_PREFIX))
        .collect();
    let offline = if request.scope.contains(OFFLINE_ACCESS) {
        OfflineAccess::Asked
    } else {
        OfflineAccess::NotAsked
    };
    let destination = request.target.redirect_uri.form_action_source();
    let person = &session.person;
    let page = ConsentPage {
        layout: &edge.layout,
        client: card(&found.client),
        user_name: if person.name.is_empty() {
            &person.email
        } else {
            &person.name
        },
        scopes: &scopes,
        offline,
        organization: request.organization.as_deref(),
        destination: destination.as_deref(),
        request: found.handle.expose(),
        action: &Step::Consent.action(edge.app.issuer()),
    };
    page::html(&page, FormAction::ThenClient(&request.target.redirect_uri))
}

/// A client as pages show it.
pub(super) fn card(client: &Client) -> ClientCard<'_> {
    ClientCard {
        website: client.client_uri.as_deref().and_then(WebLink::parse),
        policy: client.policy_uri.as_deref().and_then(WebLink::parse),
        terms: client.tos_uri.as_deref().and_then(WebLink::parse),
        logo: client.icon.as_deref().and_then(LogoImage::parse),
        ..ClientCard::named(&client.name)
    }
}
