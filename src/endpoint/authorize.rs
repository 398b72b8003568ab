//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2).
//!
//! Round trips with a live session: 1 statement for the session, 1 for the standing consent unless the client is
//! first-party, 1 to issue the code; no signature. Without a session: 1 to store the request. A POST stores the
//! checked request and sends the browser on with GET, which alone reads the session: a cross-site POST carries no
//! Lax cookie.

use std::borrow::Cow;
use std::sync::Arc;

use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use http::header::SET_COOKIE;

use crate::authorization::check::order::{self, Checks};
use crate::authorization::code::Issued;
use crate::authorization::consent::{self, Consent};
use crate::authorization::interaction::{self, NextStep, Situation};
use crate::authorization::parameters::Parameters;
use crate::authorization::request::{AuthorizationError, AuthorizationRequest, CheckedRequest};
use crate::authorization::sent_response::SentResponse;
use crate::authorization::waiting;
use crate::base::handle::Handle;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::http::extract::browser::{Browser, FlowCookie};
use crate::http::extract::flow::{Flow, Word};
use crate::http::extract::form::{Form, Query};
use crate::http::extract::params::{Params, ParamsError};
use crate::http::respond::authorization::{Sent, answer, answer_error, error_page};
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect::AuthorizationResponse;
use crate::http::respond::refusal::{self, Asker};
use crate::i18n::{Locale, Wish};
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};
use crate::session::LiveSession;

/// A request in the query.
pub async fn get(browser: Browser, Query(params): Query) -> Result<Response, PageError> {
    let (client, CheckedRequest { request, left_out }) = checked(&browser, params).await?;
    let step = Inquiry {
        client: &client,
        request: &request,
        flow: None,
    };
    let mut response = decide(&browser, step).await.into_response();
    refusal::remark(
        &mut response,
        &Asker::Registered(client.client_id.clone()),
        left_out,
    );
    Ok(response)
}

/// A request in a form: stored, then answered by [`resume`], which sees the flow cookie that a cross-site POST does not
/// carry.
pub async fn post(browser: Browser, Form(params): Form) -> Result<Response, PageError> {
    let (client, CheckedRequest { request, left_out }) = checked(&browser, params).await?;
    let stored = store(&browser, &request, None).await;
    let sent_on =
        stored.map(|handle| InteractionPage::Continue.redirect(browser.state.app.issuer(), handle.expose()));
    let mut response = sent_on.map_err(PageError::from).into_response();
    refusal::remark(
        &mut response,
        &Asker::Registered(client.client_id.clone()),
        left_out,
    );
    Ok(response)
}

/// The dispatcher of an interaction: decides what comes next from stored state alone.
pub async fn resume(browser: Browser, flow: Flow) -> Response {
    let inquiry = Inquiry {
        client: &flow.client,
        request: &flow.waiting.request,
        flow: Some(&flow),
    };
    flow.bind(decide(&browser, inquiry).await.into_response())
}

/// A checked request with its client, and where it waited.
#[derive(Clone, Copy)]
struct Inquiry<'a> {
    client: &'a Client,
    request: &'a AuthorizationRequest,
    flow: Option<&'a Flow>,
}

impl Inquiry<'_> {
    /// The language that the request asks for.
    fn wish(&self, browser: &Browser) -> Option<Wish> {
        let at = self.flow.map(|flow| flow.waiting.asked_at);
        self.request.wish(at.unwrap_or(browser.context.now))
    }
}

async fn checked(
    browser: &Browser,
    params: Result<Params, ParamsError>,
) -> Result<(Arc<Client>, CheckedRequest), PageError> {
    let app = &browser.state.app;
    let sent = match params {
        Ok(params) => parameters(&params, Vec::new()),
        Err(ParamsError::Repeated(repeated)) => {
            // What was repeated counts as absent; the checks know what it was.
            let names = repeated.names().map(str::to_owned).collect();
            parameters(repeated.rest(), names)
        }
        Err(error) => return Err(unreadable(browser, &error)),
    };
    let checks = Checks {
        clients: app.clients(),
        resources: app.resources(),
        token_issuer: app.token_issuer(),
    };
    order::check(checks, &sent).await.map_err(|error| match error {
        AuthorizationError::Database(error) => error.into(),
        AuthorizationError::Unredirectable { client, refusal } => {
            let asker = client.map_or_else(|| Asker::sent(sent.get("client_id")), Asker::Registered);
            let sent = Sent {
                asker: &asker,
                redirect_uri: sent.get("redirect_uri"),
                ui_locales: sent.get("ui_locales"),
            };
            PageError::answer(error_page(browser, StatusCode::BAD_REQUEST, &refusal, sent))
        }
        AuthorizationError::Redirectable(target, refusal) => {
            let wish = browser.wish(sent.get("ui_locales").and_then(Locale::first_of));
            PageError::answer(answer_error(browser, wish, &target, refusal))
        }
    })
}

fn unreadable(browser: &Browser, error: &ParamsError) -> PageError {
    let reported: Refusal = ProtocolError::new(ErrorCode::InvalidRequest, error.description()).into();
    let unread = Sent {
        asker: &Asker::Nobody,
        redirect_uri: None,
        ui_locales: None,
    };
    PageError::answer(error_page(browser, error.status(), &reported, unread))
}

fn parameters(params: &Params, repeated: Vec<String>) -> Parameters {
    let single = params
        .names()
        .filter_map(|name| Some((name.to_owned(), params.get(name)?.to_owned())));
    Parameters {
        values: single.filter(|(name, _)| name != "resource").collect(),
        resources: params.all("resource").map(str::to_owned).collect(),
        repeated,
    }
}

/// Takes the next step of a request.
async fn decide(browser: &Browser, inquiry: Inquiry<'_>) -> Result<Response, PageError> {
    let (session, consent) = standing(browser, inquiry).await?;
    let request = in_place(inquiry.request, consent.as_ref());
    let inquiry = Inquiry {
        request: &request,
        ..inquiry
    };
    let known = match inquiry.flow {
        Some(flow) => flow.situation(browser),
        None => browser.situation(inquiry.request, inquiry.client),
    };
    let next = interaction::next(Situation {
        request: inquiry.request,
        session: session.as_ref(),
        consent: consent.as_ref(),
        ..known
    });
    match next {
        NextStep::Issue(session) => issue(browser, inquiry, session).await,
        NextStep::Refuse(error) => refuse(browser, inquiry, error).await,
        NextStep::Consent => ask(browser, inquiry, InteractionPage::Consent).await,
        NextStep::Login => sign_in(browser, inquiry).await,
    }
}

/// The request for what was consented to, whatever a slug means by then.
fn in_place<'a>(
    request: &'a AuthorizationRequest,
    consent: Option<&Consent>,
) -> Cow<'a, AuthorizationRequest> {
    match consent.and_then(|consent| consent.place.organization()) {
        None => Cow::Borrowed(request),
        Some(organization) => Cow::Owned(AuthorizationRequest {
            organization: Some(organization.to_string()),
            ..request.clone()
        }),
    }
}

/// Who is signed in, and what they confirmed before, where that can matter.
async fn standing(
    browser: &Browser,
    Inquiry { client, request, .. }: Inquiry<'_>,
) -> Result<(Option<LiveSession>, Option<Consent>), DatabaseError> {
    let session = browser.session().await?;
    let trust_loopback = browser.state.app.is_development();
    let consent = match &session {
        Some(session) if interaction::asks_for_consent(request, client, trust_loopback) => {
            let mut work = browser.repeatable().await?;
            let confirmed = consent::confirmed(&mut work, &session.session.user_id, request).await?;
            work.commit().await?;
            Some(confirmed)
        }
        _ => None,
    };
    Ok((session, consent))
}

/// Answers the client with a code.
async fn issue(
    browser: &Browser,
    inquiry: Inquiry<'_>,
    session: &LiveSession,
) -> Result<Response, PageError> {
    let ticket = inquiry.flow.map(Flow::ticket);
    let codes = browser.state.app.codes();
    let issued = codes
        .issue(&browser.context, inquiry.request, &session.session, ticket)
        .await?;
    match issued {
        Issued::Code(code) => {
            let code = AuthorizationResponse::Code(code.expose());
            let wish = inquiry.wish(browser);
            Ok(answer(browser, wish, &inquiry.request.target, code))
        }
        Issued::NotJoined => refuse(browser, inquiry, interaction::NOT_JOINED).await,
        Issued::Finished => overtaken(browser, inquiry).await,
    }
}

/// Sends the browser to the sign-in page, unless the request names somebody who cannot sign in here: then no sign-in
/// would answer it. One statement for that, where a person is named.
async fn sign_in(browser: &Browser, inquiry: Inquiry<'_>) -> Result<Response, PageError> {
    // Only a hint that we signed is looked up: to whoever makes up a `sub` this would tell who has an account.
    let claims = inquiry.request.claims.as_ref();
    let made_up = claims.is_some_and(|claims| matches!(claims.subject(), Ok(Some(_))));
    if let Some(expected) = &inquiry.request.expected_subject
        && !made_up
    {
        let mut work = browser.repeatable().await?;
        let possible = expected.may_sign_in(&mut work).await?;
        work.commit().await?;
        if !possible {
            let error = ProtocolError::new(
                ErrorCode::LoginRequired,
                "nobody who can sign in here is the person that the request names",
            );
            return refuse(browser, inquiry, error).await;
        }
    }
    // Where nobody can sign up, the sign-in page says what is possible.
    let creates = inquiry.request.prompt.create && browser.state.app.is_sign_up_open();
    let page = if creates {
        InteractionPage::SignUp
    } else {
        InteractionPage::Login
    };
    ask(browser, inquiry, page).await
}

/// Sends the browser to a page; a request that does not wait yet is stored first.
async fn ask(browser: &Browser, inquiry: Inquiry<'_>, page: InteractionPage) -> Result<Response, PageError> {
    if let Some(flow) = inquiry.flow {
        return Ok(flow.go_to(browser, page));
    }
    let FlowCookie { handle, new_cookie } = browser.flow_cookie();
    let stored = store(browser, inquiry.request, Some(&handle)).await?;
    let mut response = page.redirect(browser.state.app.issuer(), stored.expose());
    if let Some(cookie) = new_cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// Stores a request, bound to a browser if that is known already.
async fn store(
    browser: &Browser,
    request: &AuthorizationRequest,
    bound_to: Option<&Handle>,
) -> Result<Handle, DatabaseError> {
    let bound_to = bound_to.map(|handle| handle.digest(browser.context.epoch));
    let lifetime = browser.state.app.config().tokens.interaction();
    let mut work = browser.single().await?;
    waiting::store(&mut work, request, bound_to.as_ref(), lifetime).await
}

/// Answers the client with an error; a waiting request is finished with it.
async fn refuse(
    browser: &Browser,
    inquiry: Inquiry<'_>,
    error: ProtocolError,
) -> Result<Response, PageError> {
    if let Some(flow) = inquiry.flow {
        let mut work = browser.single().await?;
        let finished = waiting::finish(&mut work, flow.ticket(), &SentResponse::error(error)).await?;
        work.commit().await?;
        if !finished {
            return overtaken(browser, inquiry).await;
        }
    }
    let wish = inquiry.wish(browser);
    Ok(answer_error(browser, wish, &inquiry.request.target, error))
}

/// Leads on after a request was answered by a twin of this one.
async fn overtaken(browser: &Browser, inquiry: Inquiry<'_>) -> Result<Response, PageError> {
    match inquiry.flow {
        Some(flow) => flow.overtaken(browser, Word::GoOn).await,
        None => Err(PageError::GONE),
    }
}
