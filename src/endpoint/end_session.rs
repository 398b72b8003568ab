//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0).
//!
//! A hint that proves the browser's own session ends it at once. Anything else asks the person first. A redirect
//! happens only to a URI that the client registered, and only when a hint or the client's name says which client.
//! One statement for the session, a transaction of two to end it.

use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};

use crate::audit::{self, Event};
use crate::authorization::context;
use crate::base::handle::Handle;
use crate::base::id::ClientId;
use crate::db::DatabaseError;
use crate::db::work::Circumstances;
use crate::http::edge::{Edge, Visit};
use crate::http::extract::cookies::CookieName;
use crate::http::extract::flow::{self, session_cookie};
use crate::http::extract::form::{Form, Query};
use crate::http::extract::params::{Params, ParamsError};
use crate::http::respond::authorization::{cross_site, error_page};
use crate::http::respond::failure::Failure;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::redirect;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::session::{self, EndReason, LiveSession};
use crate::signing::server_key::Purpose;
use crate::token::id_token::{self, Hint};
use crate::web::logout::{LogoutConfirmPage, SignedOutPage};

/// Where the confirmation page posts to.
pub const CONFIRM_PATH: &str = "/oauth2/logout/confirm";

/// A checked logout request.
struct LogoutRequest {
    hint: Option<Hint>,
    client_id: Option<ClientId>,
    /// A registered URI, with `state` added.
    return_to: Option<String>,
    /// What the confirmation page carries on: `post_logout_redirect_uri`, state, `client_id`.
    fields: Vec<(&'static str, String)>,
}

/// A request in the query.
pub async fn get(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    begin(&edge, visit, &headers, params).await
}

/// A request in a form: sent on as a GET, which alone reads the session. A form of another site carries no Lax
/// cookie, so it would find nobody to sign out.
pub async fn post(State(edge): State<Edge>, Visit(visit): Visit, Form(params): Form) -> Response {
    let params = match params {
        Ok(params) => params,
        Err(error) => {
            let reported = ProtocolError::new(ErrorCode::InvalidRequest, error.description());
            return error_page(&edge, error.status(), reported, &visit.origin.request_id);
        }
    };
    let carried: Vec<(&str, &str)> = PARAMETERS
        .iter()
        .filter_map(|name| Some((*name, params.get(name)?)))
        .collect();
    redirect::see_other(&redirect::with_query(
        &edge.app.issuer().url("/oauth2/logout"),
        &carried,
    ))
}

/// The parameters of a logout request (RP-Initiated Logout §2).
const PARAMETERS: [&str; 6] = [
    "id_token_hint",
    "logout_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
];

/// The person's own word, from our page and about their own session.
pub async fn confirm(
    State(edge): State<Edge>,
    Visit(visit): Visit,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    let request_id = visit.origin.request_id.clone();
    let refused = || cross_site(&edge, &request_id);
    if let Err(response) = flow::require_own_page(&edge, &headers, &request_id) {
        return response;
    }
    let Ok(params) = params else { return refused() };
    let Some(handle) = session_cookie(&edge, &headers) else {
        return signed_out(&edge, None);
    };
    if !is_own_form(&edge, &handle, params.get("csrf").unwrap_or_default()) {
        return refused();
    }
    let request = match check(&edge, &visit, &params).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    match live_session(&edge, visit.clone(), Some(&handle)).await {
        Err(error) => Failure::from(error).page(&edge.layout, &request_id),
        Ok(None) => signed_out(&edge, request.return_to.as_deref()),
        Ok(Some(session)) => end(&edge, visit, &session, &request).await,
    }
}

async fn begin(
    edge: &Edge,
    visit: Circumstances,
    headers: &HeaderMap,
    params: Result<Params, ParamsError>,
) -> Response {
    let request_id = visit.origin.request_id.clone();
    let params = match params {
        Ok(params) => params,
        Err(error) => {
            let reported = ProtocolError::new(ErrorCode::InvalidRequest, error.description());
            return error_page(edge, error.status(), reported, &request_id);
        }
    };
    let request = match check(edge, &visit, &params).await {
        Ok(request) => request,
        Err(response) => return response,
    };
    let handle = session_cookie(edge, headers);
    let session = match live_session(edge, visit.clone(), handle.as_ref()).await {
        Ok(session) => session,
        Err(error) => return Failure::from(error).page(&edge.layout, &request_id),
    };
    match (session, handle, &request.hint) {
        // Without a session there is nothing to end; a proven client gets its browser back.
        (None, _, hint) => signed_out(edge, hint.as_ref().and(request.return_to.as_deref())),
        (Some(session), _, Some(hint)) if hint.session_id.as_ref() == Some(&session.session.id) => {
            end(edge, visit, &session, &request).await
        }
        (Some(session), Some(handle), _) => ask(edge, &session, &handle, &request),
        (Some(_), None, _) => signed_out(edge, None),
    }
}

/// Checks the parameters. A hint that is not ours, or a URI that is not registered, is an error page: nothing is
/// ended, nobody is redirected.
async fn check(edge: &Edge, visit: &Circumstances, params: &Params) -> Result<LogoutRequest, Response> {
    let request_id = visit.origin.request_id.as_str();
    let refuse = |description| {
        let error = ProtocolError::new(ErrorCode::InvalidRequest, description);
        error_page(edge, StatusCode::BAD_REQUEST, error, request_id)
    };
    let hint = match params.get("id_token_hint") {
        None => None,
        Some(text) => Some(
            id_token::read_hint(edge.app.issuance(), text, visit.now)
                .ok_or_else(|| refuse("id_token_hint is not an ID token of this server"))?,
        ),
    };
    let named = params.get("client_id").map(ClientId::from_text);
    let client_id = match (&hint, named) {
        (Some(hint), Some(named)) if hint.client_id != named => {
            return Err(refuse("client_id is not the client of id_token_hint"));
        }
        (Some(hint), _) => Some(hint.client_id.clone()),
        (None, named) => named,
    };
    let mut request = LogoutRequest {
        hint,
        client_id,
        return_to: None,
        fields: Vec::new(),
    };
    let Some(uri) = params.get("post_logout_redirect_uri") else {
        return Ok(request);
    };
    let Some(client_id) = &request.client_id else {
        return Err(refuse(
            "post_logout_redirect_uri needs id_token_hint or client_id",
        ));
    };
    let failed = |error| Failure::from(error).page(&edge.layout, request_id);
    let client = edge
        .app
        .clients()
        .find(client_id.as_str())
        .await
        .map_err(failed)?;
    // A client that was switched off has no address any more.
    let registered = client
        .filter(|client| !client.disabled)
        .is_some_and(|client| client.post_logout_redirect_uris.iter().any(|known| known == uri));
    if !registered {
        return Err(refuse(
            "post_logout_redirect_uri is not registered for this client",
        ));
    }
    let state = params.get("state");
    let added: Vec<(&str, &str)> = state.map(|state| ("state", state)).into_iter().collect();
    request.return_to = Some(redirect::with_query(uri, &added));
    request.fields = vec![
        ("post_logout_redirect_uri", uri.to_owned()),
        ("client_id", client_id.to_string()),
    ];
    request
        .fields
        .extend(state.map(|state| ("state", state.to_owned())));
    Ok(request)
}

async fn live_session(
    edge: &Edge,
    visit: Circumstances,
    handle: Option<&Handle>,
) -> Result<Option<LiveSession>, DatabaseError> {
    if handle.is_none() {
        return Ok(None);
    }
    let mut work = edge.app.single(visit).await?;
    context::session(&mut work, handle, edge.app.session_lifetimes()).await
}

async fn end(edge: &Edge, visit: Circumstances, session: &LiveSession, request: &LogoutRequest) -> Response {
    let request_id = visit.origin.request_id.clone();
    let ended = async {
        let mut work = edge.app.begin(visit).await?;
        if session::end(&mut work, &session.session.id, EndReason::Logout).await? {
            let event = Event::Logout {
                user: session.session.user_id.clone(),
                session: session.session.id.clone(),
                client: request.client_id.clone(),
            };
            audit::record(&mut work, event).await?;
        }
        work.commit().await
    };
    if let Err(error) = ended.await {
        Failure::from(error).page(&edge.layout, &request_id)
    } else {
        let mut response = signed_out(edge, request.return_to.as_deref());
        if let Some(cookie) = edge.cookies.remove(CookieName::Session) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

fn ask(edge: &Edge, session: &LiveSession, handle: &Handle, request: &LogoutRequest) -> Response {
    let issuer = edge.app.issuer();
    let csrf = match edge
        .app
        .issuance()
        .keys
        .current()
        .tag(Purpose::Csrf, &csrf_parts(handle))
    {
        Ok((number, tag)) => format!("{number}.{}", hex(tag.as_bytes())),
        Err(error) => {
            tracing::error!(error = %error, "no form token could be made");
            return Failure::Broken.page(&edge.layout, "");
        }
    };
    let mut fields: Vec<(&str, &str)> = request
        .fields
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    fields.push(("csrf", &csrf));
    let person = &session.person;
    let page = LogoutConfirmPage {
        layout: &edge.layout,
        user_name: Some(if person.name.is_empty() {
            &person.email
        } else {
            &person.name
        }),
        action: &format!("{}{CONFIRM_PATH}", issuer.path()),
        fields: &fields,
        cancel: &issuer.url("/account"),
    };
    // The form ends in a redirect to the client's registered URI, which is https or this machine.
    let form_action = request
        .return_to
        .as_deref()
        .map(crate::protocol::redirect_uri::RedirectUri::from_matched);
    page::html(
        &page,
        form_action
            .as_ref()
            .map_or(FormAction::Own, FormAction::ThenClient),
    )
}

/// A form token is the session handle's tag: only who holds the cookie was given it.
fn is_own_form(edge: &Edge, handle: &Handle, presented: &str) -> bool {
    let Some((number, tag)) = presented.split_once('.') else {
        return false;
    };
    let Ok(number) = number.parse() else { return false };
    let parsed: Option<Vec<u8>> = (0..tag.len() / 2)
        .map(|index| u8::from_str_radix(tag.get(index * 2..index * 2 + 2)?, 16).ok())
        .collect();
    let Some(tag) = parsed.and_then(|bytes| crate::base::digest::Digest::from_bytes(&bytes)) else {
        return false;
    };
    edge.app
        .issuance()
        .keys
        .current()
        .verify_tag(Purpose::Csrf, number, &csrf_parts(handle), &tag)
}

fn csrf_parts(handle: &Handle) -> [Vec<u8>; 2] {
    [b"logout".to_vec(), handle.expose().as_bytes().to_vec()]
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn signed_out(edge: &Edge, return_to: Option<&str>) -> Response {
    if let Some(uri) = return_to {
        redirect::see_other(uri)
    } else {
        let page = SignedOutPage {
            layout: &edge.layout,
            home: &edge.app.issuer().url("/login"),
        };
        page::html(&page, FormAction::None)
    }
}
