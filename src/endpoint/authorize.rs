//! The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2).
//!
//! Round trips with a live session: 1 statement for the session, 1 for the standing consent unless the client is
//! first-party, 1 to issue the code; no signature. Without a session: 1 to store the request. A POST stores the
//! checked request and sends the browser on with GET, which alone reads the session: a cross-site POST carries no
//! Lax cookie.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::authorization::check::order::{self, Checks};
use crate::authorization::code::{self, Issued};
use crate::authorization::consent::Consent;
use crate::authorization::context;
use crate::authorization::interaction::{self, NextStep, Situation};
use crate::authorization::parameters::Parameters;
use crate::authorization::request::{
    AuthorizationError, AuthorizationRequest, CheckedRequest, ExpectedSubject, ResponseTarget,
};
use crate::authorization::sent_response::SentResponse;
use crate::authorization::waiting;
use crate::base::handle::Handle;
use crate::client::Client;
use crate::db::DatabaseError;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::flow::{self, FoundFlow, Word, session_cookie};
use crate::http::extract::form::{Form, Query};
use crate::http::extract::params::{Params, ParamsError};
use crate::http::respond::authorization::{Sent, answer, answer_error, error_page, gone};
use crate::http::respond::failure::Failure;
use crate::http::respond::refusal::{self, Asker};
use crate::http::respond::{interaction_page, redirect};
use crate::protocol::error::{ErrorCode, ProtocolError, Refusal};
use crate::session::LiveSession;

/// A request in the query.
pub async fn get(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let (client, CheckedRequest { request, left_out }) = match checked(&state, &context, params).await {
        Ok(checked) => checked,
        Err(response) => return response,
    };
    let asker = Asker::Registered(client.client_id.clone());
    let flow = Flow {
        client,
        request,
        waiting: None,
    };
    let mut response = proceed(&state, context, &headers, flow).await;
    refusal::remark(&mut response, &asker, left_out);
    response
}

/// A request in a form: stored, then answered by [`resume`].
pub async fn post(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Form(params): Form,
) -> Response {
    let (client, CheckedRequest { request, left_out }) = match checked(&state, &context, params).await {
        Ok(checked) => checked,
        Err(response) => return response,
    };
    let request_id = context.origin.request_id.clone();
    let mut response = match wait(&state, context, &headers, &request, FlowCookie::Later).await {
        Ok(stored) => stored.send_to(&state, interaction_page::InteractionPage::Continue),
        Err(error) => Failure::from(error).page(&state.layout, &request_id),
    };
    let asker = Asker::Registered(client.client_id.clone());
    refusal::remark(&mut response, &asker, left_out);
    response
}

/// The dispatcher of an interaction: decides what comes next from stored state alone.
pub async fn resume(
    State(state): State<AppState>,
    context: RequestContext,
    headers: HeaderMap,
    Query(params): Query,
) -> Response {
    let found = match flow::find(&state, &context, &headers, params.ok().as_ref(), Word::GoOn).await {
        Ok(found) => found,
        Err(response) => return response,
    };
    let new_cookie = found.new_cookie.clone();
    let flow = Flow {
        client: Arc::clone(&found.client),
        request: found.waiting.request.clone(),
        waiting: Some(found),
    };
    let mut response = proceed(&state, context, &headers, flow).await;
    if let Some(cookie) = new_cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// A checked request with its client, and where it waited.
struct Flow {
    client: Arc<Client>,
    request: AuthorizationRequest,
    waiting: Option<FoundFlow>,
}

async fn checked(
    state: &AppState,
    context: &RequestContext,
    params: Result<Params, ParamsError>,
) -> Result<(Arc<Client>, CheckedRequest), Response> {
    let read = match params {
        Ok(params) => parameters(&params, Vec::new()),
        Err(ParamsError::Repeated(repeated)) => {
            // What was repeated counts as absent; the checks know what it was.
            let names = repeated.names().map(str::to_owned).collect();
            parameters(repeated.rest(), names)
        }
        Err(error) => {
            let reported = ProtocolError::new(ErrorCode::InvalidRequest, error.description());
            let unread = Sent {
                asker: &Asker::Nobody,
                redirect_uri: None,
            };
            return Err(error_page(
                state,
                context,
                (error.status(), &reported.into()),
                unread,
            ));
        }
    };
    let refuse = |asker: &Asker, refusal: &Refusal| {
        let redirect_uri = read.get("redirect_uri");
        let sent = Sent { asker, redirect_uri };
        error_page(state, context, (StatusCode::BAD_REQUEST, refusal), sent)
    };
    let failed =
        |error: DatabaseError| Failure::from(error).page(&state.layout, context.origin.request_id.as_str());
    let client = match asking(state, &read).await.map_err(failed)? {
        Ok(client) => client,
        Err(refusal) => return Err(refuse(&Asker::sent(read.get("client_id")), &refusal)),
    };
    let checks = Checks {
        client: &client,
        resources: state.app.resources(),
        token_issuer: state.app.token_issuer(),
    };
    match order::check(checks, &read).await.map_err(failed)? {
        Ok(checked) => Ok((client, checked)),
        Err(AuthorizationError::Unredirectable(refusal)) => {
            let asker = Asker::Registered(client.client_id.clone());
            Err(refuse(&asker, &refusal))
        }
        Err(AuthorizationError::Redirectable(target, refusal)) => Err(answer_error(state, &target, refusal)),
    }
}

/// The client that asks. Whether there is none or it is switched off, only the log is told.
async fn asking(state: &AppState, read: &Parameters) -> Result<Result<Arc<Client>, Refusal>, DatabaseError> {
    let unknown =
        ProtocolError::new(ErrorCode::InvalidRequest, "client_id is missing or unknown").about("client_id");
    let Some(client_id) = read.get("client_id") else {
        let repeated = read.repeats("client_id");
        let reason = if repeated {
            "client_id is sent more than once"
        } else {
            "client_id is missing"
        };
        return Ok(Err(unknown.because(reason)));
    };
    Ok(match state.app.clients().find(client_id).await? {
        Some(client) if !client.disabled => Ok(client),
        Some(_) => Err(unknown.because("the client is disabled; `signet client enable` lets it in again")),
        None => Err(unknown.because("there is no such client; `signet client list` shows every one")),
    })
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
async fn proceed(state: &AppState, context: RequestContext, headers: &HeaderMap, flow: Flow) -> Response {
    let request_id = context.origin.request_id.clone();
    match decide(state, context, headers, flow).await {
        Ok(response) => response,
        Err(error) => Failure::from(error).page(&state.layout, &request_id),
    }
}

async fn decide(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    flow: Flow,
) -> Result<Response, DatabaseError> {
    let Flow {
        client,
        mut request,
        waiting,
    } = flow;
    let app = &state.app;
    let (session, consent) = standing(state, &context, headers, (&client, &request)).await?;
    if let Some(organization) = consent.as_ref().and_then(|consent| consent.place.organization()) {
        // The code is for what was consented to, whatever a slug means by then.
        request.organization = Some(organization.to_string());
    }
    let next = interaction::next(Situation {
        request: &request,
        client: &client,
        session: session.as_ref(),
        consent: consent.as_ref(),
        asked_at: waiting
            .as_ref()
            .map_or(context.now, |found| found.waiting.asked_at),
        consented_by: waiting
            .as_ref()
            .and_then(|found| found.waiting.consented_by.as_ref()),
        trust_loopback: app.is_development(),
        now: context.now,
    });
    let waiting = waiting.as_ref();
    match (next, &session) {
        (NextStep::Issue, Some(session)) => {
            let mut work = app.single(context.clone()).await?;
            let lifetime = app.config().tokens.code();
            let ticket = waiting.map(FoundFlow::ticket);
            match code::issue(&mut work, &request, &session.session, ticket, lifetime).await? {
                Issued::Code(code) => Ok(answer(
                    state,
                    &request.target,
                    redirect::AuthorizationResponse::Code(code.expose()),
                )),
                Issued::NotJoined => {
                    // What follows needs a connection too: whoever holds one waits for none.
                    drop(work);
                    refuse(state, context, &request.target, waiting, interaction::NOT_JOINED).await
                }
                Issued::Finished => {
                    drop(work);
                    Ok(overtaken(state, &context, waiting).await)
                }
            }
        }
        (NextStep::Refuse(error), _) => refuse(state, context, &request.target, waiting, error).await,
        (NextStep::Consent, _) => {
            ask(
                state,
                context,
                headers,
                (&request, waiting),
                interaction_page::InteractionPage::Consent,
            )
            .await
        }
        (NextStep::Login | NextStep::Issue, _) => sign_in(state, context, headers, &request, waiting).await,
    }
}

/// Who is signed in, and what they confirmed before, where that can matter.
async fn standing(
    state: &AppState,
    context: &RequestContext,
    headers: &HeaderMap,
    (client, request): (&Client, &AuthorizationRequest),
) -> Result<(Option<LiveSession>, Option<Consent>), DatabaseError> {
    let app = &state.app;
    let Some(handle) = session_cookie(state, headers) else {
        return Ok((None, None));
    };
    let session = {
        let mut work = app.repeatable(context.clone()).await?;
        context::session(&mut work, Some(&handle), app.session_lifetimes()).await?
    };
    let consent = match &session {
        Some(session) if interaction::asks_for_consent(request, client, app.is_development()) => {
            let mut work = app.repeatable(context.clone()).await?;
            Some(context::consented(&mut work, session, request).await?)
        }
        _ => None,
    };
    Ok((session, consent))
}

/// Sends the browser to the sign-in page, unless the request names somebody who cannot sign in here: then no sign-in
/// would answer it. One statement for that, where a person is named.
async fn sign_in(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    request: &AuthorizationRequest,
    waiting: Option<&FoundFlow>,
) -> Result<Response, DatabaseError> {
    // Only a hint that we signed is looked up: to whoever makes up a `sub` this would tell who has an account.
    let made_up = request
        .claims
        .as_ref()
        .is_some_and(|claims| matches!(claims.subject(), Ok(Some(_))));
    if let Some(ExpectedSubject::Person(person)) = &request.expected_subject
        && !made_up
    {
        let mut work = state.app.repeatable(context.clone()).await?;
        let possible = context::may_sign_in(&mut work, person).await?;
        work.commit().await?;
        if !possible {
            let error = ProtocolError::new(
                ErrorCode::LoginRequired,
                "nobody who can sign in here is the person that the request names",
            );
            return refuse(state, context, &request.target, waiting, error).await;
        }
    }
    ask(
        state,
        context,
        headers,
        (request, waiting),
        interaction_page::InteractionPage::Login,
    )
    .await
}

/// Sends the browser to a page; a request that does not wait yet is stored first.
async fn ask(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    (request, waiting): (&AuthorizationRequest, Option<&FoundFlow>),
    page: interaction_page::InteractionPage,
) -> Result<Response, DatabaseError> {
    if let Some(found) = waiting {
        return Ok(page.redirect(state.app.issuer(), found.handle.expose()));
    }
    let stored = wait(state, context, headers, request, FlowCookie::Now).await?;
    Ok(stored.send_to(state, page))
}

/// When the browser gets its flow cookie.
enum FlowCookie {
    /// With this answer.
    Now,
    /// With the GET that follows, which sees the cookie that this cross-site POST did not carry.
    Later,
}

struct Stored {
    handle: Handle,
    cookie: Option<HeaderValue>,
}

impl Stored {
    fn send_to(self, state: &AppState, page: interaction_page::InteractionPage) -> Response {
        let mut response = page.redirect(state.app.issuer(), self.handle.expose());
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }
}

async fn wait(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
    request: &AuthorizationRequest,
    flow_cookie: FlowCookie,
) -> Result<Stored, DatabaseError> {
    let (browser, cookie) = match flow_cookie {
        FlowCookie::Later => (None, None),
        FlowCookie::Now => {
            let (handle, cookie) = flow::browser(state, headers, &context);
            (Some(handle.digest(context.epoch)), cookie)
        }
    };
    let mut work = state.app.single(context).await?;
    let lifetime = state.app.config().tokens.interaction();
    let handle = waiting::store(&mut work, request, browser.as_ref(), lifetime).await?;
    Ok(Stored { handle, cookie })
}

/// Answers the client with an error; a waiting request is finished with it.
async fn refuse(
    state: &AppState,
    context: RequestContext,
    target: &ResponseTarget,
    waiting: Option<&FoundFlow>,
    error: ProtocolError,
) -> Result<Response, DatabaseError> {
    if let Some(found) = waiting {
        let mut work = state.app.single(context.clone()).await?;
        let finished = waiting::finish(&mut work, found.ticket(), &SentResponse::error(error)).await?;
        work.commit().await?;
        if !finished {
            return Ok(overtaken(state, &context, waiting).await);
        }
    }
    Ok(answer_error(state, target, error))
}

/// Leads on after a request was answered by a twin of this one.
async fn overtaken(state: &AppState, context: &RequestContext, waiting: Option<&FoundFlow>) -> Response {
    match waiting {
        Some(found) => flow::overtaken(state, context, &found.handle, &found.browser, Word::GoOn).await,
        None => gone(state, &context.origin.request_id),
    }
}
