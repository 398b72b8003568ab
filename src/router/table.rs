//! The table of the front door: every path that is no part of the API's own table, one row for each method, with the
//! limit per address that stands before it. A test walks it: what has no limit sends no statement.

use crate::account::{change, consent, home, invitation, language, login, mailbox, recovery, sign_up};
use crate::api;
use crate::api::openapi::reference;
use crate::endpoint::{
    authorize, client_icon, end_session, introspect, jwks, metadata, revoke, token, userinfo,
};
use crate::http::respond::interaction_page::{INVITATION_PATH, InteractionPage, LANGUAGE_PATH};
use crate::http::route::{Route, get, post};
use crate::web;

/// The limit per address before a row. Rows of one limit are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// None: what is answered from memory, without a statement, costs less than the counting.
    FromMemory,
    /// `limits.token_requests_per_minute_per_address`
    Token,
    /// The same, counted apart: an application that reads userinfo for everybody still gets tokens.
    Userinfo,
    /// `limits.api_requests_per_minute_per_address`
    Api,
    /// `limits.logins_per_minute_per_address`
    Login,
    /// `limits.authorizations_per_minute_per_address`
    Authorize,
}

/// A row: the limit, and what stands behind it.
pub type Row = (Limit, Route);

/// Every row, the API's too.
#[must_use]
pub fn table() -> Vec<Row> {
    [documents(), tokens(), userinfo(), pages(), api(), services()]
        .into_iter()
        .flatten()
        .collect()
}

pub(super) fn documents() -> Vec<Row> {
    vec![
        (
            Limit::FromMemory,
            get("/.well-known/openid-configuration", metadata::get),
        ),
        (Limit::FromMemory, get("/.well-known/jwks.json", jwks::get)),
    ]
}

pub(super) fn tokens() -> Vec<Row> {
    vec![
        (Limit::Token, post("/oauth2/token", token::post)),
        (Limit::Token, post("/oauth2/introspect", introspect::post)),
        (Limit::Token, post("/oauth2/revoke", revoke::post)),
    ]
}

pub(super) fn userinfo() -> Vec<Row> {
    vec![
        (Limit::Userinfo, get("/oauth2/userinfo", userinfo::answer)),
        (Limit::Userinfo, post("/oauth2/userinfo", userinfo::answer)),
    ]
}

pub(super) fn pages() -> Vec<Row> {
    vec![
        (Limit::FromMemory, get("/", home::front)),
        (Limit::Authorize, get("/oauth2/authorize", authorize::get)),
        (Limit::Authorize, post("/oauth2/authorize", authorize::post)),
        (
            Limit::Authorize,
            get(InteractionPage::Continue.path(), authorize::resume),
        ),
        (Limit::Authorize, get(InteractionPage::Login.path(), login::get)),
        (Limit::Login, post(InteractionPage::Login.path(), login::post)),
        (
            Limit::Authorize,
            post(InteractionPage::LoginCancel.path(), login::cancel),
        ),
        (
            Limit::Authorize,
            get(InteractionPage::Consent.path(), consent::get),
        ),
        (
            Limit::Authorize,
            post(InteractionPage::Consent.path(), consent::post),
        ),
        (Limit::Authorize, get(end_session::PATH, end_session::get)),
        (Limit::Authorize, post(end_session::PATH, end_session::post)),
        (
            Limit::Authorize,
            get(end_session::CONFIRM_PATH, end_session::resume),
        ),
        (
            Limit::Authorize,
            post(end_session::CONFIRM_PATH, end_session::confirm),
        ),
        (Limit::Authorize, get(end_session::DONE_PATH, end_session::done)),
        (
            Limit::Authorize,
            get(InteractionPage::SignUp.path(), sign_up::get),
        ),
        (Limit::Login, post(InteractionPage::SignUp.path(), sign_up::post)),
        (Limit::Authorize, get(mailbox::SIGN_UP_CODE, sign_up::code)),
        (Limit::Login, post(mailbox::SIGN_UP_CODE, sign_up::post_code)),
        (Limit::Authorize, get(mailbox::SIGN_UP_FINISH, sign_up::finish)),
        (Limit::Login, post(mailbox::SIGN_UP_FINISH, sign_up::post_finish)),
        (Limit::Authorize, get(mailbox::RECOVERY, recovery::get)),
        (Limit::Login, post(mailbox::RECOVERY, recovery::post)),
        (Limit::Authorize, get(mailbox::RECOVERY_SENT, recovery::sent)),
        (Limit::Authorize, get(mailbox::RECOVERY_FINISH, recovery::finish)),
        (
            Limit::Login,
            post(mailbox::RECOVERY_FINISH, recovery::post_finish),
        ),
        (
            Limit::Authorize,
            get(mailbox::WELL_KNOWN_CHANGE_PASSWORD, change::well_known),
        ),
        (Limit::Authorize, get(mailbox::CHANGE_PASSWORD, change::password)),
        (
            Limit::Login,
            post(mailbox::CHANGE_PASSWORD, change::post_password),
        ),
        (Limit::Authorize, get(mailbox::CHANGE_EMAIL, change::email)),
        (Limit::Login, post(mailbox::CHANGE_EMAIL, change::post_email)),
        (
            Limit::Authorize,
            get(mailbox::CHANGE_EMAIL_FINISH, change::finish_email),
        ),
        (
            Limit::Login,
            post(mailbox::CHANGE_EMAIL_FINISH, change::post_finish_email),
        ),
        (Limit::Authorize, get("/account", home::account)),
        (Limit::Authorize, get(INVITATION_PATH, invitation::get)),
        (Limit::Authorize, post(INVITATION_PATH, invitation::post)),
        (Limit::Authorize, post(LANGUAGE_PATH, language::post)),
        (Limit::Authorize, get(web::client_icon::PATH, client_icon::get)),
    ]
}

/// What stands there in development only: it is no part of the table.
pub(super) fn development() -> Vec<Row> {
    vec![(Limit::FromMemory, get(reference::PATH, reference::get))]
}

pub(super) fn api() -> Vec<Row> {
    api::routes::table()
        .into_iter()
        .map(|route| (Limit::Api, route))
        .collect()
}

pub(super) fn services() -> Vec<Row> {
    vec![(Limit::Api, api::routes::cutoffs())]
}
