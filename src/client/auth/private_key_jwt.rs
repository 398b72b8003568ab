//! Owns `private_key_jwt` (RFC 7523 §2.2 and §3, OpenID Connect Core §9): a JWT that the client signs with a key whose
//! public part we know. It is for us alone (RFC 10070), for minutes, and for one use. The key decides what may have been
//! signed (RFC 8725 §3.1); what the header brings along or points to is refused before.

use std::time::Duration;

use serde_json::{Map, Value};

use super::proof::{Authenticator, NotProven, other_method};
use crate::base::clock::{self, Timestamp};
use crate::client::Client;
use crate::jose::{ForeignJws, JwsError};
use crate::protocol::client_authentication::ClientAuthenticationMethod;

/// How far ahead `exp` may be: what is used is remembered until then.
const LONGEST_LIFE: Duration = Duration::from_mins(5);
/// How far a client's clock may be ahead of ours.
const SKEW: Duration = Duration::from_secs(10);
/// The longest `jti`, in characters.
const LONGEST_ID: usize = 256;
/// What such a token may say that it is; older clients say nothing, or only that it is a JWT.
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// What is wrong with an assertion, in words for the log. It holds nothing of the assertion but names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// It says to be something else.
    #[error("its typ is another one than JWT or client-authentication+jwt")]
    Type,
    /// The client said that it uses one algorithm only.
    #[error("it is signed with {used}, the client is registered for {registered}")]
    Algorithm {
        /// What its header says.
        used: &'static str,
        /// What the client is registered for.
        registered: &'static str,
    },
    /// Neither form nor signature is as it must be.
    #[error(transparent)]
    Signature(#[from] JwsError),
    /// It is from or about somebody else.
    #[error("{0} is not the client's id")]
    Client(&'static str),
    /// It was made for another server, or for several.
    #[error("aud is not the issuer, as a text of its own")]
    Audience,
    /// It would be one for ever.
    #[error("exp is missing")]
    NoExpiry,
    /// It is over.
    #[error("it has expired")]
    Expired,
    /// It would have to be remembered for too long.
    #[error("exp is more than 5 minutes ahead")]
    TooLong,
    /// A clock is wrong, or it was made in advance.
    #[error("{0} is in the future")]
    Early(&'static str),
    /// A time that is no number.
    #[error("{0} is not a number of seconds")]
    Time(&'static str),
    /// It could be used again.
    #[error("jti is missing, or not a text of 1 to 256 characters")]
    NoId,
    /// It was used before.
    #[error("it was used before")]
    Replayed,
}

/// What is kept of an assertion that is in order.
struct Accepted<'a> {
    id: &'a str,
    expires_at: Timestamp,
}

pub(super) async fn prove(
    authenticator: &Authenticator,
    client: &Client,
    assertion: &ForeignJws,
    now: Timestamp,
) -> Result<(), NotProven> {
    let metadata = &client.metadata;
    if metadata.token_endpoint_auth_method != ClientAuthenticationMethod::PrivateKeyJwt {
        return Err(other_method(
            client,
            ClientAuthenticationMethod::PrivateKeyJwt.name(),
        ));
    }
    check_header(client, assertion)?;
    let claims = signed_claims(authenticator, client, assertion, now).await?;
    let accepted = check_claims(authenticator, client, claims, now)?;
    // Last, so that only what would be accepted is remembered.
    let first = authenticator
        .used
        .use_once(&client.client_id, accepted.id, accepted.expires_at)
        .await?;
    if first {
        Ok(())
    } else {
        Err(AssertionError::Replayed.into())
    }
}

fn check_header(client: &Client, assertion: &ForeignJws) -> Result<(), AssertionError> {
    if !assertion.is_of_type_or_none(&TYPES) {
        return Err(AssertionError::Type);
    }
    match client.metadata.token_endpoint_auth_signing_alg {
        Some(registered) if registered != assertion.algorithm() => Err(AssertionError::Algorithm {
            used: assertion.algorithm().name(),
            registered: registered.name(),
        }),
        _ => Ok(()),
    }
}

/// What one of the client's keys has signed: one of those that were registered, or that it publishes.
async fn signed_claims<'t>(
    authenticator: &Authenticator,
    client: &Client,
    assertion: &'t ForeignJws,
    now: Timestamp,
) -> Result<&'t Map<String, Value>, NotProven> {
    let verified = if let Some(keys) = &client.metadata.jwks {
        keys.verify(assertion)
    } else if let Some(uri) = &client.metadata.jwks_uri {
        let published = &authenticator.published;
        published.verify(&client.client_id, uri, assertion, now).await?
    } else {
        Err(JwsError::NoKey)
    };
    Ok(verified.map_err(AssertionError::Signature)?)
}

fn check_claims<'a>(
    authenticator: &Authenticator,
    client: &Client,
    claims: &'a Map<String, Value>,
    now: Timestamp,
) -> Result<Accepted<'a>, AssertionError> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    for name in ["iss", "sub"] {
        if text(name) != Some(client.client_id.as_str()) {
            return Err(AssertionError::Client(name));
        }
    }
    let audience = text("aud").ok_or(AssertionError::Audience)?;
    let endpoint = client.metadata.token_endpoint_as_audience && audience == authenticator.token_endpoint;
    if audience != authenticator.issuer && !endpoint {
        return Err(AssertionError::Audience);
    }
    let latest = clock::after(now, SKEW);
    for name in ["iat", "nbf"] {
        if time(claims, name)?.is_some_and(|time| time > latest) {
            return Err(AssertionError::Early(name));
        }
    }
    let expires_at = time(claims, "exp")?.ok_or(AssertionError::NoExpiry)?;
    if now >= expires_at {
        return Err(AssertionError::Expired);
    }
    if expires_at > clock::after(latest, LONGEST_LIFE) {
        return Err(AssertionError::TooLong);
    }
    let id = text("jti").filter(|id| (1..=LONGEST_ID).contains(&id.chars().count()));
    Ok(Accepted {
        id: id.ok_or(AssertionError::NoId)?,
        expires_at,
    })
}

/// A time of a claim (RFC 7519 §2); what is beyond all times is the end of them.
fn time(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Timestamp>, AssertionError> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    let seconds = value.as_f64().ok_or(AssertionError::Time(name))?;
    let milliseconds = seconds * 1000.0;
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a cast saturates, and the ends of it are beyond all times"
    )]
    let whole = milliseconds.floor() as i64;
    Ok(Some(Timestamp::from_timestamp_millis(whole).unwrap_or(
        if whole < 0 {
            Timestamp::MIN_UTC
        } else {
            Timestamp::MAX_UTC
        },
    )))
}
