//! Owns the application's paths.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::party::Party;
use super::settings::RelyingPartySettings;
use super::{actions, mailbox, respond};
use crate::base::clock::Clock;
use crate::base::entropy::Entropy;
use crate::base::fetch::Fetch;

/// The largest form that is read.
const FORM_LIMIT: usize = 16 * 1024;

/// The demo application, ready to be served at its own address.
pub fn router(
    settings: RelyingPartySettings,
    fetch: Fetch,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
) -> Router {
    let party = Arc::new(Party::new(settings, fetch, entropy, clock));
    Router::new()
        .route("/", get(actions::home))
        .route("/sign-in", post(actions::sign_in))
        .route("/callback", get(actions::callback))
        .route("/tokens", get(actions::tokens))
        .route("/refresh", post(actions::refresh))
        .route("/sign-out", post(actions::sign_out))
        .route("/signed-out", get(actions::signed_out))
        .route("/mail", get(mailbox::mails))
        .route(respond::stylesheet_path(), get(respond::stylesheet))
        .layer(DefaultBodyLimit::max(FORM_LIMIT))
        .with_state(party)
}
