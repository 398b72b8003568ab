//! Owns how a client presents its credentials (RFC 6749 §2.3.1, §3.2.1): HTTP Basic, the body, an
//! assertion (RFC 7521 §4.2), or its name alone. It decides which one method was used and verifies nothing.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::params::{Params, decode_component};
use crate::base::id::ClientId;
use crate::base::secret::Secret;
use crate::client::auth::PresentedCredential;
use crate::jose::{ForeignJws, JwsError};
use crate::protocol::client_authentication::JWT_BEARER;
use crate::protocol::error::{ErrorCode, ProtocolError};

/// The longest identifier that any client can have.
const IDENTIFIER_LIMIT: usize = 512;

/// Who a request says its client is, and by what proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedClient {
    /// The client's identifier, not yet looked up.
    pub client_id: ClientId,
    /// What it showed.
    pub credential: PresentedCredential,
}

impl PresentedClient {
    /// Whether the Authorization header was used: then a refusal answers with its scheme (RFC 6749 §5.2).
    #[must_use]
    pub const fn used_basic(&self) -> bool {
        matches!(self.credential, PresentedCredential::Basic(_))
    }
}

/// Why no client can be made out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientCredentialsError {
    /// Neither header nor body names a client.
    #[error("no client is named")]
    Missing,
    /// More than one method, or two names (RFC 6749 §2.3).
    #[error("more than one method of client authentication is used")]
    SeveralMethods,
    /// The Authorization header is not a well-formed Basic one (RFC 7617 §2).
    #[error("the Authorization header is not well-formed Basic")]
    MalformedHeader,
    /// A scheme or a type of assertion that is not offered.
    #[error("this method of client authentication is not offered")]
    Unsupported,
    /// Half of what an assertion takes.
    #[error("client_assertion and client_assertion_type come together")]
    HalfAssertion,
    /// The assertion cannot be read.
    #[error("the client's assertion is refused: {0}")]
    MalformedAssertion(JwsError),
    /// The assertion names nobody, or the body names another client.
    #[error("the client's assertion has no sub, or client_id is another one")]
    AssertedClient,
}

impl ClientCredentialsError {
    /// The code and text for the client.
    #[must_use]
    pub const fn protocol_error(self) -> ProtocolError {
        match self {
            Self::Missing => ProtocolError::new(ErrorCode::InvalidClient, "client authentication is missing"),
            Self::SeveralMethods => ProtocolError::new(
                ErrorCode::InvalidRequest,
                "more than one method of client authentication is used",
            ),
            Self::MalformedHeader => ProtocolError::new(
                ErrorCode::InvalidClient,
                "the Authorization header is not well-formed Basic",
            ),
            Self::Unsupported => ProtocolError::new(
                ErrorCode::InvalidClient,
                "this method of client authentication is not offered",
            ),
            Self::HalfAssertion => ProtocolError::new(
                ErrorCode::InvalidRequest,
                "client_assertion and client_assertion_type come together",
            ),
            Self::MalformedAssertion(_) => {
                ProtocolError::new(ErrorCode::InvalidClient, "client_assertion is not acceptable")
            }
            Self::AssertedClient => ProtocolError::new(
                ErrorCode::InvalidClient,
                "client_assertion does not name the client in sub, or client_id is another one",
            ),
        }
    }

    /// Whether the Authorization header was tried.
    #[must_use]
    pub const fn used_basic(self) -> bool {
        matches!(self, Self::MalformedHeader)
    }
}

/// Reads which client a request presents, and with what.
pub fn read(headers: &HeaderMap, params: &Params) -> Result<PresentedClient, ClientCredentialsError> {
    let named = params.get("client_id");
    let secret = params.get("client_secret");
    let assertion = (
        params.get("client_assertion"),
        params.get("client_assertion_type"),
    );
    let asserted = assertion != (None, None);
    let methods = [headers.contains_key(AUTHORIZATION), secret.is_some(), asserted];
    if methods.into_iter().filter(|used| *used).count() > 1 {
        return Err(ClientCredentialsError::SeveralMethods);
    }
    if asserted {
        return asserting(assertion, named);
    }
    if let Some((client_id, secret)) = basic(headers)? {
        // The name may be repeated in the body, if it is the same one.
        if named.is_some_and(|named| named != client_id) {
            return Err(ClientCredentialsError::SeveralMethods);
        }
        return Ok(PresentedClient {
            client_id: identifier(&client_id).ok_or(ClientCredentialsError::MalformedHeader)?,
            credential: PresentedCredential::Basic(secret),
        });
    }
    let client_id = named
        .and_then(identifier)
        .ok_or(ClientCredentialsError::Missing)?;
    let credential = secret.map_or(PresentedCredential::None, |secret| {
        PresentedCredential::Post(Secret::new(secret.to_owned()))
    });
    Ok(PresentedClient {
        client_id,
        credential,
    })
}

/// The client that an assertion says to come from; its name may be repeated in the body (RFC 7521 §4.2).
fn asserting(
    assertion: (Option<&str>, Option<&str>),
    named: Option<&str>,
) -> Result<PresentedClient, ClientCredentialsError> {
    let (Some(assertion), Some(assertion_type)) = assertion else {
        return Err(ClientCredentialsError::HalfAssertion);
    };
    if assertion_type != JWT_BEARER {
        return Err(ClientCredentialsError::Unsupported);
    }
    let assertion = ForeignJws::parse(assertion).map_err(ClientCredentialsError::MalformedAssertion)?;
    let client_id = assertion
        .unproven_text("sub")
        .filter(|subject| named.is_none_or(|named| named == *subject))
        .and_then(identifier)
        .ok_or(ClientCredentialsError::AssertedClient)?;
    Ok(PresentedClient {
        client_id,
        credential: PresentedCredential::Assertion(Box::new(assertion)),
    })
}

/// Identifier and secret of the Basic scheme, each form-encoded before they were joined (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Result<Option<(String, Secret)>, ClientCredentialsError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(ClientCredentialsError::SeveralMethods);
    }
    let malformed = ClientCredentialsError::MalformedHeader;
    let (scheme, encoded) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(ClientCredentialsError::Unsupported);
    }
    let decoded = STANDARD.decode(encoded.trim()).map_err(|_| malformed)?;
    let joined = zeroize::Zeroizing::new(String::from_utf8(decoded).map_err(|_| malformed)?);
    let (client_id, secret) = joined.split_once(':').ok_or(malformed)?;
    match (decode_component(client_id), decode_component(secret)) {
        (Some(client_id), Some(secret)) if !client_id.is_empty() => {
            Ok(Some((client_id, Secret::new(secret))))
        }
        _ => Err(malformed),
    }
}

/// An identifier of visible characters (RFC 6749 appendix A.1).
fn identifier(text: &str) -> Option<ClientId> {
    let visible = text.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
    (visible && text.len() <= IDENTIFIER_LIMIT).then(|| ClientId::from_text(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(authorization: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_str(authorization).unwrap());
        headers
    }

    fn basic_of(id: &str, secret: &str) -> HeaderMap {
        headers(&format!("Basic {}", STANDARD.encode(format!("{id}:{secret}"))))
    }

    fn params(text: &str) -> Params {
        Params::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn basic_is_form_decoded() {
        let client = read(&basic_of("a%3Ab", "s+%2B%C3%BC"), &params("client_id=a%3Ab")).unwrap();
        assert_eq!(client.client_id.as_str(), "a:b");
        assert_eq!(
            client.credential,
            PresentedCredential::Basic(Secret::new("s +ü".to_owned()))
        );
        assert!(client.used_basic());
    }

    #[test]
    fn the_body_names_a_client_with_or_without_secret() {
        let client = read(&HeaderMap::new(), &params("client_id=web&client_secret=s")).unwrap();
        assert_eq!(
            client.credential,
            PresentedCredential::Post(Secret::new("s".to_owned()))
        );
        let client = read(&HeaderMap::new(), &params("client_id=spa&client_secret=")).unwrap();
        assert_eq!(client.credential, PresentedCredential::None);
        assert_eq!(
            read(&HeaderMap::new(), &params("client_secret=s")),
            Err(ClientCredentialsError::Missing)
        );
    }

    #[test]
    fn several_methods_are_refused() {
        for body in ["client_secret=s", "client_id=other", "client_assertion=x"] {
            assert_eq!(
                read(&basic_of("a", "b"), &params(body)),
                Err(ClientCredentialsError::SeveralMethods),
                "{body}"
            );
        }
        let mut twice = basic_of("a", "b");
        twice.append(AUTHORIZATION, HeaderValue::from_static("Basic YTpi"));
        assert_eq!(
            read(&twice, &params("")),
            Err(ClientCredentialsError::SeveralMethods)
        );
    }

    #[test]
    fn malformed_headers_are_refused() {
        for header in ["Basic", "Basic !!", "Basic YQ==", "Basic OmI=", "Basic YSU6Yg=="] {
            assert_eq!(
                read(&headers(header), &params("")),
                Err(ClientCredentialsError::MalformedHeader),
                "{header}"
            );
        }
        assert_eq!(
            read(&headers("Bearer x"), &params("client_id=a")),
            Err(ClientCredentialsError::Unsupported)
        );
    }
}
