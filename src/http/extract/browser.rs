//! Owns the browser that a request comes from, as its cookies tell it, and who is signed in there. [`BrowserSession`]
//! and [`SignedInPerson`] are for pages that need the session in any case; [`Browser::session`] is for those that find
//! out first whether they do.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Uri};
use url::form_urlencoded;

use super::cookies::CookieName;
use super::csrf::{self, CrossSite};
use super::flow::REQUEST;
use crate::base::handle::{Handle, Kind};
use crate::base::secret::Secret;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use crate::http::app_state::AppState;
use crate::http::respond::interaction_page::InteractionPage;
use crate::http::respond::page_error::PageError;
use crate::http::respond::redirect;
use crate::i18n::{Locale, Wish};
use crate::session::{LiveSession, Person};
use crate::web::layout::Layout;

/// A browser, and the request that it makes.
pub struct Browser {
    /// The server's parts.
    pub state: AppState,
    /// The request's context.
    pub context: RequestContext,
    headers: HeaderMap,
    /// The address of the page that is asked for, below the issuer; none if something is sent.
    here: Option<String>,
}

impl FromRequestParts<AppState> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self {
            state: state.clone(),
            context: RequestContext::from_request_parts(parts, state).await?,
            headers: parts.headers.clone(),
            here: (parts.method == Method::GET).then(|| address(&parts.uri)),
        })
    }
}

/// What an interaction is bound to before anybody is signed in.
pub struct FlowCookie {
    /// The browser's flow handle.
    pub handle: Handle,
    /// The cookie for it, if this browser had none.
    pub new_cookie: Option<HeaderValue>,
}

impl Browser {
    /// The frame of a page that belongs to no request of an application, and that nobody in particular is shown.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.state.frames.of(&self.headers).at(self.here.clone())
    }

    /// The frame of a page for a request that may have a wish.
    #[must_use]
    pub fn layout_of(&self, request: Option<Wish>) -> Layout {
        let frame = self.state.frames.wished(&self.headers, request, None);
        frame.at(self.here.clone())
    }

    /// The same for the person who is signed in.
    #[must_use]
    pub fn layout_for(&self, request: Option<Wish>, person: &Person) -> Layout {
        let frame = self.state.frames.wished(&self.headers, request, person.locale);
        frame.at(self.here.clone())
    }

    /// The wish of a request that arrives now: the first of `ui_locales` that we speak.
    #[must_use]
    pub fn wish(&self, ui_locale: Option<Locale>) -> Option<Wish> {
        ui_locale.map(|locale| Wish {
            locale,
            at: self.context.now,
        })
    }

    /// A cookie's value.
    #[must_use]
    pub fn cookie(&self, name: CookieName) -> Option<Secret> {
        self.state.cookies.read(&self.headers, name)
    }

    /// The session handle, if the cookie has the form of one.
    #[must_use]
    pub fn session_handle(&self) -> Option<Handle> {
        Handle::parse(Kind::Session, self.cookie(CookieName::Session)?.expose())
    }

    /// The flow handle; a new one with its cookie if the browser has none.
    #[must_use]
    pub fn flow_cookie(&self) -> FlowCookie {
        let sent = self.cookie(CookieName::Flow);
        if let Some(handle) = sent.and_then(|text| Handle::parse(Kind::Flow, text.expose())) {
            return FlowCookie {
                handle,
                new_cookie: None,
            };
        }
        let handle = Handle::new(Kind::Flow, &*self.context.entropy);
        let new_cookie = self.state.cookies.set(CookieName::Flow, handle.expose(), None);
        FlowCookie { handle, new_cookie }
    }

    /// The live session: one statement, if there is a cookie for one.
    pub async fn session(&self) -> Result<Option<LiveSession>, DatabaseError> {
        let Some(handle) = self.session_handle() else {
            return Ok(None);
        };
        self.state.app.sessions().find_live(&self.context, &handle).await
    }

    /// Refuses a form that was not sent from a page of ours.
    pub fn require_own_page(&self) -> Result<(), PageError> {
        csrf::require_same_origin(&self.headers, self.state.app.issuer().origin())
            .map_err(|CrossSite| PageError::CROSS_SITE)
    }

    /// A transaction of this request.
    pub async fn begin(&self) -> Result<UnitOfWork, DatabaseError> {
        self.state.app.begin(self.context.clone()).await
    }

    /// A connection for one statement of this request.
    pub async fn single(&self) -> Result<UnitOfWork, DatabaseError> {
        self.state.app.single(self.context.clone()).await
    }

    /// The same for a statement that may come twice.
    pub async fn repeatable(&self) -> Result<UnitOfWork, DatabaseError> {
        self.state.app.repeatable(self.context.clone()).await
    }
}

/// What names a page beside its path, where no waiting request does: what a link is good for, whom a sign-out was for.
const NAMES: [&str; 2] = ["token", "client_id"];

/// Path and query of a page, with nothing in it that somebody may have added to its address.
fn address(uri: &Uri) -> String {
    let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    let (request, others): (Vec<_>, Vec<_>) = query.partition(|(name, _)| name == REQUEST);
    let kept = if request.is_empty() { others } else { request };
    let kept = kept.iter().map(|(name, value)| (&**name, &**value));
    let kept: Vec<_> = kept
        .filter(|(name, _)| *name == REQUEST || NAMES.contains(name))
        .collect();
    redirect::with_query(uri.path(), &kept)
}

/// The live session of the browser, if it has one. One statement, if it has a cookie for one.
pub struct BrowserSession(pub Option<LiveSession>);

impl FromRequestParts<AppState> for BrowserSession {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let Ok(browser) = Browser::from_request_parts(parts, state).await;
        Ok(Self(browser.session().await?))
    }
}

/// Who is signed in in this browser; without a session the sign-in page comes first.
pub struct SignedInPerson(pub LiveSession);

impl FromRequestParts<AppState> for SignedInPerson {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let BrowserSession(session) = BrowserSession::from_request_parts(parts, state).await?;
        let login = || redirect::see_other(&state.app.issuer().url(InteractionPage::Login.path()));
        session.map(Self).ok_or_else(|| PageError::answer(login()))
    }
}
