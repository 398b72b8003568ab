//! Owns ID tokens (OpenID Connect Core §2, §3.1.3.6) and the reading of one as a hint (§3.1.2.1,
//! RP-Initiated Logout §2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha512};

use super::access_token;
use super::token_issuer::{MintError, TokenIssuer};
use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, SessionId, UserId};
use crate::base::secret::Secret;
use crate::claims::assemble::{self, Draft, GrantFacts, IdTokenContents, TokenFrame};
use crate::client::Client;
use crate::protocol::algorithm::Algorithm;
use crate::protocol::scope::Scope;
use crate::signing::key_set::{KeySet, VerificationError};

/// The `typ` header of our ID tokens.
pub const TYPE: &str = "JWT";

/// What an ID token says beside the grant.
#[derive(Debug)]
pub struct IdTokenContent<'a> {
    /// Echoed from the authorization request.
    pub nonce: Option<&'a str>,
    /// The access token that is delivered beside it.
    pub access_token: Option<&'a Secret>,
    /// Standard claims that were asked for in the ID token.
    pub standard: Map<String, Value>,
    /// What the grant may say now.
    pub scope: &'a Scope,
}

fn frame<'a>(token_issuer: &'a TokenIssuer, client: &'a Client, now: Timestamp) -> TokenFrame<'a> {
    TokenFrame {
        issuer: token_issuer.issuer.as_str(),
        audience: client.client_id.as_str(),
        now,
        lifetime: token_issuer.settings.id_token(),
        claim_names: None,
        user_role_alias: false,
    }
}

fn extras<'a>(client: &Client, content: IdTokenContent<'a>) -> IdTokenContents<'a> {
    IdTokenContents {
        nonce: content.nonce,
        standard: content.standard,
        scope: content.scope,
        tenancy: client.has_full_id_token(),
    }
}

/// The claims of an ID token that is not minted yet, for whoever is asked about them; without `at_hash`.
#[must_use]
pub fn draft(
    token_issuer: &TokenIssuer,
    client: &Client,
    grant: &GrantFacts,
    content: IdTokenContent<'_>,
    now: Timestamp,
) -> Draft {
    let extras = extras(client, content);
    assemble::draft_id_token(&frame(token_issuer, client, now), grant, extras)
}

/// Mints an ID token: one signature.
pub fn mint(
    token_issuer: &TokenIssuer,
    keys: &KeySet,
    client: &Client,
    grant: &GrantFacts,
    content: IdTokenContent<'_>,
    now: Timestamp,
) -> Result<Secret, MintError> {
    let frame = frame(token_issuer, client, now);
    let algorithm = client.metadata.id_token_signed_response_alg;
    let delivered = content.access_token;
    let mut claims = assemble::id_token(&frame, grant, extras(client, content))?;
    if let Some(access_token) = delivered {
        claims.insert(
            "at_hash".to_owned(),
            json!(half_hash(algorithm, access_token.expose())),
        );
    }
    Ok(Secret::new(keys.sign(algorithm, TYPE, &claims)?))
}

/// The left half of the hash that belongs to the ID token's algorithm (Core §3.1.3.6).
fn half_hash(algorithm: Algorithm, text: &str) -> String {
    let hash = match algorithm {
        Algorithm::RS256 | Algorithm::ES256 => Sha256::digest(text.as_bytes()).to_vec(),
        Algorithm::EdDsa => Sha512::digest(text.as_bytes()).to_vec(),
    };
    URL_SAFE_NO_PAD.encode(hash.get(..hash.len() / 2).unwrap_or_default())
}

/// Whom an ID token that came back as a hint speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The person.
    pub user_id: UserId,
    /// The client it was issued to.
    pub client_id: ClientId,
    /// The session it was issued in.
    pub session_id: Option<SessionId>,
}

/// Reads a hint: our signature, our issuer, however long ago. `None` for anything else; an error if its key is ours and
/// does not open here, which says nothing of the hint.
pub fn read_hint(token_issuer: &TokenIssuer, text: &str) -> Result<Option<Hint>, VerificationError> {
    match token_issuer.keys.current().verify_hint(text, TYPE) {
        Ok(claims) => Ok(hint_of(&claims, token_issuer.issuer.as_str())),
        Err(error @ VerificationError::UnopenedKey) => Err(error),
        Err(VerificationError::Jws(_) | VerificationError::UnknownKey | VerificationError::Type) => Ok(None),
    }
}

fn hint_of(claims: &Map<String, Value>, issuer: &str) -> Option<Hint> {
    let text_of = |name: &str| claims.get(name).and_then(Value::as_str);
    // An access token for a resource may have the same `typ`; it names its client, as no ID token does.
    if text_of("iss") != Some(issuer) || claims.contains_key(access_token::CLIENT_ID) {
        return None;
    }
    Some(Hint {
        user_id: UserId::from_text(text_of("sub")?),
        client_id: ClientId::from_text(text_of("aud")?),
        session_id: text_of("sid").map(SessionId::from_text),
    })
}
