//! Owns the decision what comes next for a request: a pure function of the request and what is proven. The default
//! is never "next": a step is passed only by its own proof.

use super::consent::{Consent, ConsentPlace};
use super::request::{AuthorizationRequest, ExpectedSubject};
use crate::authentication::assurance::{self, Demand};
use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::client::Client;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::prompt::Prompt;
use crate::session::{LiveSession, Standing};

/// The organization that was asked for is not one of the person's.
pub const NOT_JOINED: ProtocolError = ProtocolError::new(
    ErrorCode::AccessDenied,
    "not a member of the requested organization",
);

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NextStep<'a> {
    /// The person must prove who they are.
    Login,
    /// The person must confirm what the client gets.
    Consent,
    /// Nothing is missing: the code is for this session.
    Issue(&'a LiveSession),
    /// The client gets an error.
    Refuse(ProtocolError),
}

/// What the decision is made from.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The checked request.
    pub request: &'a AuthorizationRequest,
    /// Its client.
    pub client: &'a Client,
    /// The browser's live session.
    pub session: Option<&'a LiveSession>,
    /// What this person confirmed for this client before, where it matters.
    pub consent: Option<&'a Consent>,
    /// When the request arrived.
    pub asked_at: Timestamp,
    /// Who confirmed in this flow.
    pub consented_by: Option<&'a UserId>,
    /// Whether plain-http loopback redirect URIs are trusted as much as https: development only.
    pub trust_loopback: bool,
    /// The request's present.
    pub now: Timestamp,
}

/// Decides the next step.
#[must_use]
pub fn next(situation: Situation<'_>) -> NextStep<'_> {
    let silent = situation.request.prompt.none;
    let refuse = |code, description| NextStep::Refuse(ProtocolError::new(code, description));
    let asks_in_vain = || refuse(ErrorCode::LoginRequired, "nobody is signed in as asked");
    let essential_acr = situation
        .request
        .claims
        .as_ref()
        .map(ClaimsRequest::essential_acr)
        .unwrap_or_default();
    // No proof would help, so that none is asked for: a sign-in would only loop.
    if !assurance::can_reach(&essential_acr) {
        return refuse(
            ErrorCode::UnmetAuthenticationRequirements,
            "no way to sign in here reaches an essential acr",
        );
    }
    let Some(session) = situation.session else {
        return if silent { asks_in_vain() } else { NextStep::Login };
    };
    if !satisfies(situation, session, &essential_acr) {
        return if silent { asks_in_vain() } else { NextStep::Login };
    }
    if !is_expected(situation.request, session) {
        // After a login in this very flow, another login page would only loop.
        return if silent || logged_in_here(situation, session) {
            refuse(
                ErrorCode::LoginRequired,
                "another person is signed in than the request names",
            )
        } else {
            NextStep::Login
        };
    }
    if session.session.standing != Standing::Active {
        return refuse(
            ErrorCode::AccessDenied,
            "this account may not sign in to applications yet",
        );
    }
    // Nobody is asked to confirm what could not be given.
    if situation
        .consent
        .is_some_and(|consent| consent.place == ConsentPlace::NotJoined)
    {
        return NextStep::Refuse(NOT_JOINED);
    }
    match missing_consent(situation, session) {
        None => NextStep::Issue(session),
        Some(code) if silent => refuse(code, "the person must confirm first"),
        Some(_) => NextStep::Consent,
    }
}

/// Whether the proof was given after the request arrived: for it, then.
fn logged_in_here(situation: Situation<'_>, session: &LiveSession) -> bool {
    session.session.assurance.auth_time >= situation.asked_at
}

/// Whether the session's proof is fresh enough: `prompt=login` and `max_age=0` want one from this very flow.
fn satisfies(situation: Situation<'_>, session: &LiveSession, essential_acr: &[String]) -> bool {
    let prompt = situation.request.prompt;
    let demand = Demand {
        asked_at: situation.asked_at,
        // Whoever is to choose an account, or to make one, must be able to give another one's proof.
        prompt: Prompt {
            login: prompt.login || prompt.select_account || prompt.create,
            ..prompt
        },
        max_age: situation.request.max_age,
        essential_acr,
    };
    assurance::satisfies(&session.session.assurance, demand, situation.now)
}

fn is_expected(request: &AuthorizationRequest, session: &LiveSession) -> bool {
    match &request.expected_subject {
        None => true,
        Some(ExpectedSubject::Person(user_id)) => *user_id == session.session.user_id,
    }
}

/// Why a confirmation is missing, if it is.
fn missing_consent(situation: Situation<'_>, session: &LiveSession) -> Option<ErrorCode> {
    let Situation { request, client, .. } = situation;
    let confirmed_here = situation.consented_by == Some(&session.session.user_id);
    if request.prompt.consent && !confirmed_here {
        return Some(ErrorCode::ConsentRequired);
    }
    let proves_receiver = proves_receiver(request, situation.trust_loopback);
    if client.metadata.token_endpoint_auth_method == ClientAuthenticationMethod::None
        && !proves_receiver
        && !confirmed_here
    {
        // Any application on the device can claim a loopback port or a private-use scheme (RFC 8252 §8.6).
        return Some(ErrorCode::InteractionRequired);
    }
    if client.metadata.first_party && proves_receiver {
        return None;
    }
    // Also what was confirmed in this flow: a slug may mean another organization by now, and a consent may be withdrawn.
    let covered = situation
        .consent
        .and_then(|consent| consent.confirmed.as_ref())
        .is_some_and(|confirmed| request.to_confirm().is_subset(confirmed));
    (!covered).then_some(ErrorCode::ConsentRequired)
}

/// Whether what the person confirmed before can matter: a first-party client is asked for nothing where its redirect
/// URI proves who gets the code.
#[must_use]
pub fn asks_for_consent(request: &AuthorizationRequest, client: &Client, trust_loopback: bool) -> bool {
    !(client.metadata.first_party && proves_receiver(request, trust_loopback))
}

/// Whether nobody but the client can receive what is sent there.
fn proves_receiver(request: &AuthorizationRequest, trust_loopback: bool) -> bool {
    let redirect_uri = &request.target.redirect_uri;
    redirect_uri.is_https() || (trust_loopback && redirect_uri.is_loopback())
}
