//! Owns ID tokens (OpenID Connect Core §2, §3.1.3.6) and the reading of one as a hint (§3.1.2.1,
//! RP-Initiated Logout §2).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

use super::access_token;
use crate::base::id::{ClientId, SessionId, UserId};
use crate::base::secret::Secret;
use crate::claims::mint::{self, Content, Decided, MintContext, MintRequest};
use crate::claims::subject::{self, GrantFacts, PersonFacts};
use crate::claims::{MintError, Recipient, TokenIssuer};
use crate::protocol::algorithm::Algorithm;
use crate::protocol::scope::Scope;
use crate::signing::error::VerificationError;

/// The `typ` header of our ID tokens.
pub const TYPE: &str = "JWT";

/// What is minted.
#[derive(Clone, Copy)]
pub struct IdTokenRequest<'a> {
    /// About whom.
    pub person: &'a PersonFacts,
    /// The grant that it belongs to.
    pub grant: &'a GrantFacts,
    /// For whom.
    pub recipient: Recipient<'a>,
    /// What the grant may say now.
    pub scope: &'a Scope,
    /// Echoed from the authorization request.
    pub nonce: Option<&'a str>,
    /// Standard claims that were asked for in the ID token.
    pub standard: &'a Map<String, Value>,
}

impl<'a> IdTokenRequest<'a> {
    /// The same as the mint path takes it. What hooks are shown has no `at_hash`: there is no access token yet.
    #[must_use]
    pub const fn mint_request(self) -> MintRequest<'a> {
        MintRequest {
            scope: self.scope,
            content: Content::IdToken {
                person: self.person,
                recipient: self.recipient,
                grant: self.grant,
                nonce: self.nonce,
                standard: self.standard,
            },
        }
    }
}

/// Mints an ID token, beside an access token if there is one: one signature.
pub fn mint(
    context: MintContext<'_>,
    request: IdTokenRequest<'_>,
    access_token: Option<&Secret>,
    decided: Option<&Decided>,
) -> Result<Secret, MintError> {
    let algorithm = request.recipient.client.metadata.id_token_signed_response_alg;
    let mut claims = mint::claims(context.token_issuer, request.mint_request(), context.now, decided)?;
    if let Some(access_token) = access_token {
        claims.insert(
            "at_hash".to_owned(),
            json!(half_hash(algorithm, access_token.expose())),
        );
    }
    Ok(Secret::new(context.keys.sign(algorithm, TYPE, &claims)?))
}

/// The left half of the hash that belongs to the ID token's algorithm (Core §3.1.3.6).
fn half_hash(algorithm: Algorithm, text: &str) -> String {
    let hash = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 => Sha256::digest(text.as_bytes()).to_vec(),
        Algorithm::ES384 => Sha384::digest(text.as_bytes()).to_vec(),
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
        user_id: subject::read_person(claims)?,
        client_id: ClientId::from_text(text_of("aud")?),
        session_id: text_of("sid").map(SessionId::from_text),
    })
}
