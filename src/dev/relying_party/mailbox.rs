//! Owns the page that shows the mails which the provider would have sent: its outbox is a folder of this machine. Their
//! links sign people in, so that the page answers to its own name only: another site that has itself resolved to this
//! machine reads nothing.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::header::HOST;
use http::{HeaderMap, StatusCode};

use super::party::Party;
use super::respond::Frame;
use crate::mail::outbox::{self, OutboxMail};

/// The mails, the newest first.
#[derive(Template)]
#[template(path = "demo_mail.html")]
struct MailPage<'a> {
    frame: &'a Frame,
    mails: Vec<ShownMail>,
}

/// A mail, with what in its text is a link.
struct ShownMail {
    mail: OutboxMail,
    lines: Vec<Line>,
}

enum Line {
    Text(String),
    Link(String),
}

/// `GET /mail`
pub(super) async fn mails(State(party): State<Arc<Party>>, headers: HeaderMap) -> Response {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    if host != Some(&party.settings.own_host()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let folder = party.settings.outbox.clone();
    let read = tokio::task::spawn_blocking(move || outbox::read(&folder)).await;
    let mails = read.unwrap_or_default().into_iter().map(|mail| ShownMail {
        lines: mail
            .text
            .lines()
            .map(|line| line_of(line, &party.settings.issuer))
            .collect(),
        mail,
    });
    let page = MailPage {
        frame: &party.frame,
        mails: mails.collect(),
    };
    party.frame.page(StatusCode::OK, &page)
}

/// Only what leads to the provider is a link.
fn line_of(line: &str, issuer: &str) -> Line {
    let whole = line
        .strip_prefix(issuer)
        .is_some_and(|path| path.starts_with('/'));
    if whole && !line.contains(char::is_whitespace) {
        Line::Link(line.to_owned())
    } else {
        Line::Text(line.to_owned())
    }
}
