//! Owns the authorization response (RFC 6749 §4.1.2): by redirect or by form, with `iss` (RFC 9207); and the page that
//! is shown where no redirect is proven.

use axum::response::Response;
use http::StatusCode;

use super::page::{self, FormAction};
use super::redirect::{self, Outcome};
use crate::authorization::request::ResponseTarget;
use crate::authorization::waiting::{Ending, RequestOver};
use crate::client::Client;
use crate::http::edge::Edge;
use crate::http::middleware::request_log::LoggedError;
use crate::protocol::error::ProtocolError;
use crate::protocol::response_mode::ResponseMode;
use crate::web::client_card::{ClientCard, WebLink};
use crate::web::error::ErrorPage;
use crate::web::form_post::FormPostPage;
use crate::web::request_over::{OverBecause, RequestOverPage};

/// Answers the client.
#[must_use]
pub fn answer(edge: &Edge, target: &ResponseTarget, outcome: Outcome<'_>) -> Response {
    let parameters = redirect::response_parameters(outcome, target.state.as_deref(), edge.app.issuer());
    match target.response_mode {
        ResponseMode::Query => {
            redirect::see_other(&redirect::response_url(&target.redirect_uri, &parameters))
        }
        ResponseMode::FormPost => {
            let action = target.redirect_uri.as_str();
            let form = FormPostPage {
                layout: &edge.layout,
                action,
                parameters: &parameters,
            };
            page::form_post(&form)
        }
    }
}

/// Answers the client with an error.
#[must_use]
pub fn answer_error(edge: &Edge, target: &ResponseTarget, error: ProtocolError) -> Response {
    let mut response = answer(edge, target, Outcome::Error(error));
    response.extensions_mut().insert(LoggedError(error.code.name()));
    response
}

/// Shows an error that no client can be told.
#[must_use]
pub fn error_page(edge: &Edge, status: StatusCode, error: ProtocolError, request_id: &str) -> Response {
    let page = ErrorPage::authorization(&edge.layout, error.code.name(), error.description, request_id);
    let mut response = page::with_status(status, &page, FormAction::None);
    response.extensions_mut().insert(LoggedError(error.code.name()));
    response
}

/// Leads on whoever comes back to a request that is over: to the client once more where the answer may be given again,
/// else by a page that shows the way.
#[must_use]
pub fn lead_on(edge: &Edge, client: &Client, over: &RequestOver) -> Response {
    let (status, ending) = match &over.ending {
        Ending::Answered(Some(again)) => return answer(edge, &over.request.target, Outcome::Again(again)),
        Ending::Answered(None) => (StatusCode::OK, OverBecause::Answered),
        Ending::TooLate => (StatusCode::BAD_REQUEST, OverBecause::TooLate),
    };
    let page = RequestOverPage {
        layout: &edge.layout,
        client: ClientCard::named(&client.metadata.client_name),
        ending,
        way_back: client.home().as_deref().and_then(WebLink::parse),
        account: &edge.app.issuer().url("/account"),
    };
    page::with_status(status, &page, FormAction::None)
}

/// Says that an interaction is over, or was never this browser's.
#[must_use]
pub fn gone(edge: &Edge, request_id: &str) -> Response {
    let account = edge.app.issuer().url("/account");
    let page = ErrorPage::interaction_gone(&edge.layout, &account, request_id);
    page::with_status(StatusCode::BAD_REQUEST, &page, FormAction::None)
}

/// Says that a form came from elsewhere.
#[must_use]
pub fn cross_site(edge: &Edge, request_id: &str) -> Response {
    let page = ErrorPage::cross_site(&edge.layout, request_id);
    page::with_status(StatusCode::FORBIDDEN, &page, FormAction::None)
}
