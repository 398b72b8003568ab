//! Owns logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.4): they say that a session ended, and nothing else. No
//! hook is asked: there is nothing in one that a hook could say. Its `typ` keeps it apart from every other token.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::base::clock::{self, Timestamp};
use crate::base::id::{SessionId, TokenId, UserId};
use crate::base::secret::Secret;
use crate::claims::{TokenIssuer, subject};
use crate::client::Client;
use crate::signing::error::SigningError;

/// The `typ` header (§2.4).
pub const TYPE: &str = "logout+jwt";

/// The member of `events` (§2.4).
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// How long one is good for: it is used at once, and another attempt brings another (§4).
pub const LIFETIME: Duration = Duration::from_mins(2);

/// What is told.
#[derive(Debug, Clone, Copy)]
pub struct LogoutTokenRequest<'a> {
    /// Who is told.
    pub client: &'a Client,
    /// Whose session ended.
    pub user_id: &'a UserId,
    /// Which.
    pub session_id: &'a SessionId,
    /// The token's own name: receivers may refuse one that they have seen.
    pub jti: &'a TokenId,
}

/// Mints a logout token with the algorithm of the client's ID tokens (§2.6): one signature. It never has a nonce, so that
/// it passes for no ID token.
pub fn mint(
    token_issuer: &TokenIssuer,
    request: LogoutTokenRequest<'_>,
    now: Timestamp,
) -> Result<Secret, SigningError> {
    let claims = claims(token_issuer.issuer.as_str(), request, now);
    let algorithm = request.client.metadata.id_token_signed_response_alg;
    let keys = token_issuer.keys.current();
    Ok(Secret::new(keys.sign(algorithm, TYPE, &claims)?))
}

fn claims(issuer: &str, request: LogoutTokenRequest<'_>, now: Timestamp) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut say = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    say("iss", json!(issuer));
    say("aud", json!(request.client.client_id));
    say("iat", json!(now.timestamp()));
    say("exp", json!(clock::after(now, LIFETIME).timestamp()));
    say("jti", json!(request.jti));
    say("sid", json!(request.session_id));
    say("events", json!({ EVENT: {} }));
    subject::write_person(&mut claims, request.user_id);
    claims
}
