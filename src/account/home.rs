//! The front page, and the account page: who is signed in here. One statement for the session.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::signed_in;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::middleware::request_id::RequestId;
use crate::http::respond::failure::Failure;
use crate::http::respond::page::{self, FormAction};
use crate::http::respond::redirect;
use crate::web::account::AccountPage;
use crate::web::error::ErrorPage;
use crate::web::home::HomePage;

/// What this server is.
pub async fn front(State(state): State<AppState>) -> Response {
    let issuer = state.app.issuer();
    let page = HomePage {
        layout: &state.layout,
        account: &issuer.url("/account"),
        discovery: &issuer.url("/.well-known/openid-configuration"),
    };
    page::html(&page, FormAction::None)
}

/// Who is signed in; without a session the sign-in page comes first.
pub async fn account(State(state): State<AppState>, context: RequestContext, headers: HeaderMap) -> Response {
    let request_id = context.origin.request_id.clone();
    let issuer = state.app.issuer();
    match signed_in::session(&state, context, &headers).await {
        Err(error) => Failure::from(error).page(&state.layout, &request_id),
        Ok(None) => redirect::see_other(&issuer.url("/login")),
        Ok(Some(session)) => {
            let person = &session.person;
            let page = AccountPage {
                layout: &state.layout,
                display_name: if person.name.is_empty() {
                    &person.email
                } else {
                    &person.name
                },
                user_name: person.user_name.as_deref(),
                email: Some(&person.email),
                sign_out_action: &format!("{}/oauth2/logout", issuer.path()),
            };
            page::html(&page, FormAction::Own)
        }
    }
}

/// Nothing stands here.
pub async fn not_found(State(state): State<AppState>, request: axum::extract::Request) -> Response {
    let page = ErrorPage::not_found(&state.layout, RequestId::of(request.extensions()));
    page::with_status(StatusCode::NOT_FOUND, &page, FormAction::None)
}
