//! Owns whom the client expects: `id_token_hint` (OpenID Connect Core §3.1.2.1) and `sub` in the claims parameter
//! (§5.5.1).

use crate::authorization::request::ExpectedSubject;
use crate::base::clock::Timestamp;
use crate::base::id::UserId;
use crate::client::Client;
use crate::protocol::claims_request::ClaimsRequest;
use crate::token::id_token;
use crate::token::issuance::Issuance;

/// Whom the request expects. A hint that proves nothing expects nobody: it never widens, it never answers silently.
pub(super) fn check(
    issuance: &Issuance,
    client: &Client,
    hint: Option<&str>,
    claims: Option<&ClaimsRequest>,
    now: Timestamp,
) -> Option<ExpectedSubject> {
    let hinted = hint.map(|text| match id_token::read_hint(issuance, text, now) {
        Some(hint) if hint.client_id == client.client_id && !hint.expired => {
            ExpectedSubject::Person(hint.user_id)
        }
        _ => ExpectedSubject::Nobody,
    });
    let named = claims
        .and_then(ClaimsRequest::subject)
        .map(|sub| ExpectedSubject::Person(UserId::from_text(sub)));
    match (hinted, named) {
        (Some(hinted), Some(named)) if hinted != named => Some(ExpectedSubject::Nobody),
        (hinted, named) => hinted.or(named),
    }
}
