//! Owns the application's pages: what each shows, and what it is made from.

use std::borrow::Cow;

use askama::Template;
use serde_json::{Map, Value};

use super::claim_rows::{self, ClaimRow, Highlight};
use super::error::DemoError;
use super::exchange::{SignedIn, UserInfo};
use super::respond::Frame;
use super::token_view::TokenView;
use crate::base::clock::Timestamp;

/// Ways to sign in.
#[derive(Template)]
#[template(path = "demo_home.html")]
pub(super) struct HomePage<'a> {
    pub(super) frame: &'a Frame,
    pub(super) signed_in: bool,
}

/// Everything that a sign-in brought.
#[derive(Template)]
#[template(path = "demo_tokens.html")]
pub(super) struct TokensPage<'a> {
    frame: &'a Frame,
    person: Cow<'a, str>,
    switched_to: Option<&'a str>,
    refreshable: bool,
    lifetime: Option<u64>,
    received_at: String,
    highlights: Vec<Highlight>,
    access_token: Token<'a>,
    id_token: Token<'a>,
    userinfo: Result<String, &'a str>,
}

/// A token, laid out.
struct Token<'a> {
    raw: Cow<'a, str>,
    header: Vec<ClaimRow>,
    claims: Vec<ClaimRow>,
}

impl<'a> TokensPage<'a> {
    /// Lays out what a browser is signed in with.
    pub(super) fn new(frame: &'a Frame, held: &'a SignedIn, now: Timestamp) -> Self {
        let (access_token, access_claims) = Token::new(Cow::Borrowed(held.access_token.secret()), now);
        let (id_token, id_claims) = Token::new(Cow::Owned(held.id_token.to_string()), now);
        Self {
            frame,
            person: person(held, &id_claims),
            switched_to: held.switched_to.as_deref(),
            refreshable: held.refresh_token.is_some(),
            lifetime: held.expires_in.map(|lifetime| lifetime.as_secs()),
            received_at: held.received_at.format("%H:%M:%S UTC").to_string(),
            highlights: claim_rows::highlights(&access_claims),
            access_token,
            id_token,
            userinfo: match &held.userinfo {
                UserInfo::Claims(claims) => {
                    Ok(serde_json::to_string_pretty(claims).unwrap_or_else(|_| claims.to_string()))
                }
                UserInfo::Failed(words) => Err(words),
            },
        }
    }
}

impl<'a> Token<'a> {
    fn new(raw: Cow<'a, str>, now: Timestamp) -> (Self, Map<String, Value>) {
        let (header, claims) =
            TokenView::of(&raw).map_or_else(Default::default, |view| (view.header, view.claims));
        let token = Self {
            raw,
            header: claim_rows::rows(&header, now),
            claims: claim_rows::rows(&claims, now),
        };
        (token, claims)
    }

    /// A reference that only introspection resolves.
    fn is_opaque(&self) -> bool {
        self.claims.is_empty()
    }
}

/// What to call whoever signed in: the best name that was told.
fn person<'a>(held: &'a SignedIn, id_claims: &Map<String, Value>) -> Cow<'a, str> {
    let told = match &held.userinfo {
        UserInfo::Claims(Value::Object(claims)) => claims,
        UserInfo::Claims(_) | UserInfo::Failed(_) => id_claims,
    };
    ["name", "preferred_username", "email"]
        .into_iter()
        .filter_map(|claim| told.get(claim)?.as_str())
        .find(|name| !name.is_empty())
        .map_or(Cow::Borrowed(held.subject.as_str()), |name| {
            Cow::Owned(name.to_owned())
        })
}

/// Something went wrong.
#[derive(Template)]
#[template(path = "demo_problem.html")]
pub(super) struct ProblemPage<'a> {
    frame: &'a Frame,
    message: String,
    code: Option<&'a str>,
    description: Option<&'a str>,
    advice: &'static str,
    causes: Vec<String>,
    signed_in: bool,
}

impl<'a> ProblemPage<'a> {
    /// Tells what went wrong.
    pub(super) fn new(frame: &'a Frame, error: &'a DemoError, signed_in: bool) -> Self {
        let words = error.words();
        let code = words.map(|(code, _)| code);
        Self {
            frame,
            message: error.to_string(),
            code,
            description: words.and_then(|(_, description)| description),
            advice: advice(code),
            causes: error.causes(),
            signed_in,
        }
    }
}

/// What an error code means here, where that is not plain from the code.
fn advice(code: Option<&str>) -> &'static str {
    match code {
        Some("login_required") => {
            "It was asked not to show a page (prompt=none), and nobody is signed in there. Sign in as usual."
        }
        Some("consent_required" | "interaction_required") => {
            "It was asked not to show a page (prompt=none), but has to. Sign in as usual."
        }
        Some("access_denied") => {
            "Consent was declined, or the person has not joined the organization asked for."
        }
        Some("invalid_target") => "The person has not joined the organization asked for.",
        Some("invalid_grant") => {
            "The refresh token has ended: by a sign-out, by an operator, by its age or because it was used twice."
        }
        _ => "",
    }
}

/// The end of a sign-out.
#[derive(Template)]
#[template(path = "demo_signed_out.html")]
pub(super) struct SignedOutPage<'a> {
    pub(super) frame: &'a Frame,
}
