//! The front page, and the account page: who is signed in here. One statement for the session.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use super::mailbox;
use crate::http::app_state::AppState;
use crate::http::extract::browser::{Browser, SignedInPerson};
use crate::http::middleware::request_id::RequestId;
use crate::http::respond::page::{self, FormAction};
use crate::web::account::AccountPage;
use crate::web::error::ErrorPage;
use crate::web::home::HomePage;
use crate::web::layout::PageLink;

/// What this server is.
pub async fn front(browser: Browser) -> Response {
    let issuer = browser.state.app.issuer();
    let page = HomePage {
        layout: &browser.layout(),
        account: &issuer.url("/account"),
        discovery: &issuer.url("/.well-known/openid-configuration"),
    };
    page::html(&page, FormAction::Own)
}

/// Who is signed in; without a session the sign-in page comes first.
pub async fn account(browser: Browser, SignedInPerson(session): SignedInPerson) -> Response {
    let person = &session.person;
    let page = AccountPage {
        layout: &browser.layout_for(None, person),
        display_name: person.display_name(),
        user_name: person.user_name.as_deref(),
        email: Some(&person.email),
        links: &changes(&browser),
        sign_out_action: &format!("{}/oauth2/logout", browser.state.app.issuer().path()),
    };
    page::html(&page, FormAction::Own)
}

/// What a person can change of their account.
fn changes(browser: &Browser) -> Vec<PageLink> {
    let (texts, app) = (mailbox::texts(browser), &browser.state.app);
    let link = |id, path, label: &str| PageLink {
        id,
        address: app.issuer().url(path),
        label: label.to_owned(),
    };
    let email = mailbox::has_mail(app).then(|| {
        link(
            "change-email",
            mailbox::CHANGE_EMAIL,
            texts.mailbox_change_email_title(),
        )
    });
    let password = link(
        "change-password",
        mailbox::CHANGE_PASSWORD,
        texts.mailbox_change_password_title(),
    );
    email.into_iter().chain([password]).collect()
}

/// Nothing stands here.
pub async fn not_found(State(state): State<AppState>, request: axum::extract::Request) -> Response {
    let layout = state.frames.of(request.headers());
    let page = ErrorPage::not_found(&layout, RequestId::of(request.extensions()));
    page::with_status(StatusCode::NOT_FOUND, &page, FormAction::None)
}
