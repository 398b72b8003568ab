//! Owns access tokens: JWTs after RFC 9068, or opaque references for clients that asked for them. It does not know
//! which grant asked, nor whether what a token speaks of still lives.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::store;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::handle::{Handle, Kind};
use crate::base::id::{ClientId, GrantId, TokenId};
use crate::base::secret::Secret;
use crate::claims::mint::{self, Content, Decided, MintContext, MintRequest};
use crate::claims::subject::Subject;
use crate::claims::{MintError, Recipient, TokenIssuer};
use crate::client::{AccessTokenFormat, Resource, TokenType};
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::scope::Scope;
use crate::signing::error::VerificationError;
use crate::signing::key_set::KeySet;

/// The claim that every access token has (RFC 9068 §2.2) and no ID token: hooks and operators cannot give it to one.
pub(super) const CLIENT_ID: &str = "client_id";

/// What is minted.
#[derive(Clone, Copy)]
pub struct AccessTokenRequest<'a> {
    /// About whom.
    pub subject: Subject<'a>,
    /// For whom.
    pub recipient: Recipient<'a>,
    /// What it is good for.
    pub scope: &'a Scope,
    /// Its id: hooks that were asked beforehand were shown it.
    pub jti: &'a TokenId,
}

impl<'a> AccessTokenRequest<'a> {
    /// The same as the mint path takes it.
    #[must_use]
    pub const fn mint_request(self) -> MintRequest<'a> {
        MintRequest {
            scope: self.scope,
            content: Content::AccessToken {
                subject: self.subject,
                recipient: self.recipient,
                jti: self.jti,
            },
        }
    }
}

/// A new access token.
#[derive(Debug)]
pub struct AccessToken {
    /// What the client receives.
    pub text: Secret,
    /// Its life.
    pub lifetime: Duration,
    /// The claims, for a reference token's row.
    pub claims: Map<String, Value>,
    /// Its `jti`.
    pub jti: TokenId,
    /// Set if the text is a reference: what the row is found by.
    pub reference: Option<Digest>,
}

/// Mints an access token: one signature, or none for a reference.
pub fn mint(
    context: MintContext<'_>,
    request: AccessTokenRequest<'_>,
    decided: Option<&Decided>,
) -> Result<AccessToken, MintError> {
    let MintContext {
        token_issuer, keys, ..
    } = context;
    let claims = mint::claims(token_issuer, request.mint_request(), context.now, decided)?;
    let Recipient { client, resource } = request.recipient;
    let (text, reference) = match client.metadata.access_token_format {
        AccessTokenFormat::Jwt => {
            let algorithm = resource
                .and_then(|resource| resource.algorithm)
                .or(client.metadata.access_token_signed_response_alg)
                .unwrap_or_else(|| keys.access_token_algorithm());
            let typ = token_type(token_issuer, resource).name();
            (Secret::new(keys.sign(algorithm, typ, &claims)?), None)
        }
        AccessTokenFormat::Reference => {
            let handle = Handle::new(Kind::AccessToken, context.entropy);
            (
                Secret::new(handle.expose().to_owned()),
                Some(handle.digest(context.epoch)),
            )
        }
    };
    Ok(AccessToken {
        text,
        lifetime: request.recipient.access_token_lifetime(token_issuer),
        claims,
        jti: request.jti.clone(),
        reference,
    })
}

/// The `typ` of an audience's tokens. Those for ourselves have their own, whatever is registered under our name: where
/// a person is told about themselves, no plain JWT is taken.
fn token_type(token_issuer: &TokenIssuer, resource: Option<&Resource>) -> TokenType {
    resource
        .filter(|resource| resource.identifier != token_issuer.issuer.as_str())
        .map(|resource| resource.token_type)
        .unwrap_or_default()
}

/// Stores what a reference token stands for; a JWT needs no row. One statement, or none.
pub async fn keep(
    work: &mut UnitOfWork,
    token: &AccessToken,
    grant_id: Option<&GrantId>,
    client_id: &ClientId,
) -> Result<(), DatabaseError> {
    store::insert_reference(work, token, grant_id, client_id).await
}

/// A token that somebody presents, before its liveness is asked.
#[derive(Debug)]
pub enum PresentedToken {
    /// A JWT of ours with our issuer, unexpired.
    Jwt(Arc<Map<String, Value>>),
    /// A well-formed reference.
    Reference(Handle),
}

/// Whether the claims of a plain JWT of ours are an access token's: an ID token has the same `typ`, is for a client,
/// and never has `client_id`. None of them is for ourselves.
fn is_plain(issuer: &str, claims: &Map<String, Value>) -> bool {
    let elsewhere = claims
        .get("aud")
        .and_then(Value::as_str)
        .is_some_and(|audience| audience != issuer);
    elsewhere && claims.contains_key(CLIENT_ID)
}

/// Reads a presented access token: signature, type, issuer and time. `None` for everything else; why does not matter
/// to whoever presents it. An error if its key is ours and does not open here: that says nothing of the token.
pub fn read(
    token_issuer: &TokenIssuer,
    keys: &KeySet,
    text: &str,
    now: Timestamp,
) -> Result<Option<PresentedToken>, VerificationError> {
    if let Some(handle) = Handle::parse(Kind::AccessToken, text) {
        return Ok(Some(PresentedToken::Reference(handle)));
    }
    let verified = match keys.verify(text, TokenType::AtJwt.name()) {
        Err(VerificationError::Type) => keys.verify(text, TokenType::Jwt.name()).and_then(|claims| {
            let plain = is_plain(token_issuer.issuer.as_str(), &claims);
            plain.then_some(claims).ok_or(VerificationError::Type)
        }),
        verified => verified,
    };
    let claims = match verified {
        Ok(claims) => claims,
        Err(error @ VerificationError::UnopenedKey) => return Err(error),
        Err(VerificationError::Jws(_) | VerificationError::UnknownKey | VerificationError::Type) => {
            return Ok(None);
        }
    };
    let expires_at = claims.get("exp").and_then(Value::as_i64);
    let ours = claims.get("iss").and_then(Value::as_str) == Some(token_issuer.issuer.as_str());
    let lives = expires_at.is_some_and(|expires_at| now.timestamp() < expires_at);
    Ok((ours && lives).then_some(PresentedToken::Jwt(claims)))
}
