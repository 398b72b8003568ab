//! Owns the waiting request that a page is about, found by both its handle and the flow cookie of its browser: [`Flow`]
//! is for pages whose address names it, [`FlowForm`] for their forms.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequestParts, Request};
use axum::response::Response;
use http::HeaderValue;
use http::header::SET_COOKIE;
use http::request::Parts;

use super::browser::{Browser, FlowCookie};
use super::form::Query;
use super::own_form::OwnForm;
use super::params::Params;
use crate::authorization::interaction::Situation;
use crate::authorization::request::AuthorizationRequest;
use crate::authorization::waiting::{self, Ending, Found, RequestOver, Ticket, WaitingRequest};
use crate::base::handle::{Handle, Kind};
use crate::client::Client;
use crate::http::app_state::AppState;
use crate::http::respond::authorization::lead_on;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page_error::PageError;
use crate::i18n::Wish;

/// The parameter that names the request.
pub const REQUEST: &str = "request";

/// A waiting request of this browser, with its client.
pub struct Flow {
    /// The request.
    pub waiting: WaitingRequest,
    /// Its handle, for the next page.
    pub handle: Handle,
    /// The browser that it is bound to.
    pub browser: Handle,
    /// Its client, still enabled and still registered for where the answer goes.
    pub client: Arc<Client>,
    new_cookie: Option<HeaderValue>,
}

/// What the person's request says of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// Nothing against it.
    GoOn,
    /// That they refuse: a code that was issued before is not sent again upon that.
    Refuse,
}

impl Flow {
    /// Finds the request that the parameter `request` names, in this browser. One that is over leads on; anything else
    /// is a page that says so. One statement.
    pub async fn find(browser: &Browser, params: &Params, word: Word) -> Result<Self, PageError> {
        Self::of(browser, named(params), word).await
    }

    async fn of(browser: &Browser, handle: Option<Handle>, word: Word) -> Result<Self, PageError> {
        let handle = handle.ok_or(PageError::GONE)?;
        let FlowCookie {
            handle: bound_to,
            new_cookie,
        } = browser.flow_cookie();
        match look(browser, &handle, &bound_to).await? {
            (Found::Waiting(waiting), client) => Ok(Self {
                waiting,
                handle,
                browser: bound_to,
                client,
                new_cookie,
            }),
            (Found::Over(over), client) => Err(over_is(browser, &client, over, word)),
        }
    }

    /// The same, if a request is named at all.
    pub async fn find_if_named(
        browser: &Browser,
        params: &Params,
        word: Word,
    ) -> Result<Option<Self>, PageError> {
        if params.contains(REQUEST) {
            Self::find(browser, params, word).await.map(Some)
        } else {
            Ok(None)
        }
    }

    /// The language that the request asks for.
    #[must_use]
    pub fn wish(&self) -> Option<Wish> {
        self.waiting.request.wish(self.waiting.asked_at)
    }

    /// What finishes the request.
    #[must_use]
    pub const fn ticket(&self) -> Ticket<'_> {
        Ticket {
            digest: &self.waiting.digest,
            browser: &self.browser,
        }
    }

    /// What is known of the request before anybody is known.
    #[must_use]
    pub fn situation(&self, browser: &Browser) -> Situation<'_> {
        Situation {
            asked_at: self.waiting.asked_at,
            consented_by: self.waiting.consented_by.as_ref(),
            ..browser.situation(&self.waiting.request, &self.client)
        }
    }

    /// Sends the browser to another page of the same request.
    #[must_use]
    pub fn go_to(&self, browser: &Browser, page: InteractionPage) -> Response {
        page.redirect(browser.state.app.issuer(), self.handle.expose())
    }

    /// The same answer with the flow cookie, if this browser had none: the request is bound to it now.
    #[must_use]
    pub fn bind(&self, mut response: Response) -> Response {
        if let Some(cookie) = &self.new_cookie {
            response.headers_mut().append(SET_COOKIE, cookie.clone());
        }
        response
    }

    /// Leads on a browser whose request was answered between its finding and its finishing, by a twin of what it sent.
    pub async fn overtaken(&self, browser: &Browser, word: Word) -> Result<Response, PageError> {
        Err(match look(browser, &self.handle, &self.browser).await? {
            (Found::Over(over), client) => over_is(browser, &client, over, word),
            (Found::Waiting(_), _) => PageError::GONE,
        })
    }
}

/// The request that the query names.
impl FromRequestParts<AppState> for Flow {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let Ok(browser) = Browser::from_request_parts(parts, state).await;
        let Ok(Query(params)) = Query::from_request_parts(parts, state).await;
        Self::find(&browser, &params.unwrap_or_default(), Word::GoOn).await
    }
}

/// The same; none if the query names no request.
impl OptionalFromRequestParts<AppState> for Flow {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, PageError> {
        let Ok(browser) = Browser::from_request_parts(parts, state).await;
        let Ok(Query(params)) = Query::from_request_parts(parts, state).await;
        Self::find_if_named(&browser, &params.unwrap_or_default(), Word::GoOn).await
    }
}

/// What a form of an interaction's page says.
pub trait FormAnswer: From<Params> {
    /// Whether the person goes on with it.
    fn word(&self) -> Word;
}

/// A form of an interaction's page: the request that it is about, and what the person answers.
pub struct FlowForm<A> {
    /// The request.
    pub flow: Flow,
    /// The answer.
    pub answer: A,
}

impl<A: FormAnswer + Send> FromRequest<AppState> for FlowForm<A> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, PageError> {
        let (mut parts, body) = request.into_parts();
        let Ok(browser) = Browser::from_request_parts(&mut parts, state).await;
        let OwnForm(params) = OwnForm::from_request(Request::from_parts(parts, body), state).await?;
        let params = params.unwrap_or_default();
        let handle = named(&params);
        let answer = A::from(params);
        let flow = Flow::of(&browser, handle, answer.word()).await?;
        Ok(Self { flow, answer })
    }
}

impl Browser {
    /// What is known of a request that has just arrived.
    #[must_use]
    pub fn situation<'a>(&self, request: &'a AuthorizationRequest, client: &'a Client) -> Situation<'a> {
        Situation {
            request,
            client,
            session: None,
            consent: None,
            asked_at: self.context.now,
            consented_by: None,
            trust_loopback: self.state.app.is_development(),
            now: self.context.now,
        }
    }
}

/// The handle of the request that the parameters name.
fn named(params: &Params) -> Option<Handle> {
    Handle::parse(Kind::AuthorizationRequest, params.get(REQUEST)?)
}

fn over_is(browser: &Browser, client: &Client, over: RequestOver, word: Word) -> PageError {
    let ending = match (over.ending, word) {
        (Ending::Answered(Some(answer)), Word::Refuse) if answer.is_code() => Ending::Answered(None),
        (ending, _) => ending,
    };
    PageError::answer(lead_on(browser, client, &RequestOver { ending, ..over }))
}

/// The request in whatever state it is, and its client.
async fn look(
    browser: &Browser,
    handle: &Handle,
    bound_to: &Handle,
) -> Result<(Found, Arc<Client>), PageError> {
    let mut work = browser.repeatable().await?;
    let found = waiting::find(&mut work, handle, bound_to).await?;
    // The client may have to be read, on a connection of its own: whoever holds one waits for none.
    work.commit().await?;
    let found = found.ok_or(PageError::GONE)?;
    let (client_id, request) = match &found {
        Found::Waiting(waiting) => (&waiting.client_id, &waiting.request),
        Found::Over(over) => (&over.client_id, &over.request),
    };
    let client = browser.state.app.clients().find(client_id.as_str()).await?;
    // What an operator took away meanwhile is gone at once, also for who is half-way through.
    let target = &request.target.redirect_uri;
    let client = client
        .filter(|client| !client.disabled && client.may_redirect_to(target))
        .ok_or(PageError::GONE)?;
    Ok((found, client))
}
