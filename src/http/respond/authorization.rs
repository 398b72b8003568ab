//! Owns the authorization response (RFC 6749 §4.1.2): by redirect or by form, with `iss` (RFC 9207); and the page that
//! is shown where no redirect is proven.

use axum::response::Response;
use chrono::SecondsFormat;
use http::StatusCode;

use super::page::{self, FormAction};
use super::redirect::{self, AuthorizationResponse};
use super::refusal::{self, Asker};
use crate::authorization::request::ResponseTarget;
use crate::authorization::waiting::{Ending, RequestOver};
use crate::base::display;
use crate::client::Client;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::browser::Browser;
use crate::http::middleware::request_log::LoggedError;
use crate::i18n::{Locale, Wish};
use crate::protocol::error::{ProtocolError, Refusal};
use crate::protocol::issuer::Issuer;
use crate::protocol::response_mode::ResponseMode;
use crate::web::client_card::{ClientCard, LogoImage, WebLink};
use crate::web::error::ErrorPage;
use crate::web::form_post::FormPostPage;
use crate::web::layout::Layout;
use crate::web::request_over::{OverBecause, RequestOverPage};

/// The most characters of a redirect URI that an error page repeats.
const LONGEST_REDIRECT_URI: usize = 500;

/// Answers the client; a page that carries the answer speaks the language that is wished for.
#[must_use]
pub fn answer(
    browser: &Browser,
    wish: Option<Wish>,
    target: &ResponseTarget,
    outcome: AuthorizationResponse<'_>,
) -> Response {
    let issuer = browser.state.app.issuer();
    let parameters = redirect::response_parameters(outcome, target.state.as_deref(), issuer);
    match target.response_mode {
        ResponseMode::Query => {
            redirect::see_other(&redirect::response_url(&target.redirect_uri, &parameters))
        }
        ResponseMode::FormPost => {
            let action = target.redirect_uri.as_str();
            let form = FormPostPage {
                layout: &browser.layout_of(wish),
                action,
                parameters: &parameters,
            };
            page::form_post(&form)
        }
    }
}

/// Answers the client with an error.
#[must_use]
pub fn answer_error(
    browser: &Browser,
    wish: Option<Wish>,
    target: &ResponseTarget,
    refusal: impl Into<Refusal>,
) -> Response {
    let refusal = refusal.into();
    let mut response = answer(browser, wish, target, AuthorizationResponse::Error(refusal.error));
    let code = LoggedError(refusal.error.code.name());
    response.extensions_mut().insert(code);
    refusal::explain(
        &mut response,
        Asker::Registered(target.client_id.clone()),
        &refusal,
    );
    response
}

/// What an error page says for the client's developer: nothing that was not sent.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// The client's name.
    pub asker: &'a Asker,
    /// Where the answer was to go.
    pub redirect_uri: Option<&'a str>,
    /// In which languages the person was to be spoken to.
    pub ui_locales: Option<&'a str>,
}

/// Shows an error that no client can be told.
#[must_use]
pub fn error_page(browser: &Browser, status: StatusCode, refusal: &Refusal, sent: Sent<'_>) -> Response {
    let error = refusal.error;
    let context = &browser.context;
    let layout = browser.layout_of(browser.wish(sent.ui_locales.and_then(Locale::first_of)));
    let request_id = context.origin.request_id.as_str();
    let report = report(context, error, sent);
    let code = error.code.name();
    let page = ErrorPage::authorization(&layout, code, error.description, &report, request_id);
    let mut response = page::refusal(status, &page);
    response.extensions_mut().insert(LoggedError(error.code.name()));
    refusal::explain(&mut response, sent.asker.clone(), refusal);
    response
}

/// The facts of a refusal, one a line, as they are copied into a message.
fn report(context: &RequestContext, error: ProtocolError, sent: Sent<'_>) -> String {
    let time = context.now.to_rfc3339_opts(SecondsFormat::Secs, true);
    let redirect_uri = sent
        .redirect_uri
        .map(|uri| display::quote(uri, LONGEST_REDIRECT_URI));
    let lines = [
        ("client_id", sent.asker.name()),
        ("redirect_uri", redirect_uri.as_deref()),
        ("error", Some(error.code.name())),
        ("parameter", error.parameter),
        ("reason", Some(error.description)),
        ("request id", Some(context.origin.request_id.as_str())),
        ("time", Some(time.as_str())),
    ];
    let lines = lines
        .iter()
        .filter_map(|(name, value)| value.map(|value| format!("{name}: {value}")));
    lines.collect::<Vec<_>>().join("\n")
}

/// Leads on whoever comes back to a request that is over: to the client once more where the answer may be given again,
/// else by a page that shows the way.
#[must_use]
pub fn lead_on(browser: &Browser, client: &Client, over: &RequestOver) -> Response {
    let wish = over.request.wish(over.asked_at);
    let issuer = browser.state.app.issuer();
    let (status, ending) = match &over.ending {
        Ending::Answered(Some(again)) => {
            let again = AuthorizationResponse::Again(again);
            return answer(browser, wish, &over.request.target, again);
        }
        Ending::Answered(None) => (StatusCode::OK, OverBecause::Answered),
        Ending::TooLate => (StatusCode::BAD_REQUEST, OverBecause::TooLate),
    };
    let page = RequestOverPage {
        layout: &browser.layout_of(wish),
        client: ClientCard {
            logo: logo(client, issuer),
            ..ClientCard::named(&client.metadata.client_name)
        },
        ending,
        way_back: client.home().as_deref().and_then(WebLink::parse),
        account: &issuer.url("/account"),
    };
    page::with_status(status, &page, FormAction::None)
}

/// A client's picture: the icon that was fetched, or one that its registration holds itself.
#[must_use]
pub fn logo(client: &Client, issuer: &Issuer) -> Option<LogoImage> {
    match &client.icon {
        Some(icon) => Some(LogoImage::served(issuer.path(), icon)),
        None => LogoImage::parse(client.metadata.logo_uri.as_deref()?),
    }
}

/// Says that an interaction is over, or was never this browser's.
#[must_use]
pub fn gone(state: &AppState, layout: &Layout, request_id: &str) -> Response {
    let account = state.app.issuer().url("/account");
    let page = ErrorPage::interaction_gone(layout, &account, request_id);
    page::with_status(StatusCode::BAD_REQUEST, &page, FormAction::None)
}

/// Says that a form came from elsewhere.
#[must_use]
pub fn cross_site(layout: &Layout, request_id: &str) -> Response {
    let page = ErrorPage::cross_site(layout, request_id);
    page::with_status(StatusCode::FORBIDDEN, &page, FormAction::None)
}
