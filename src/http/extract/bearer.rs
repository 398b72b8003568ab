//! Owns where an access token stands in a request (RFC 6750 §2.1, §2.2): the Authorization header or the form body,
//! never both, never the query. It does not know what a token is worth.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use super::params::Params;
use crate::base::secret::Secret;
use crate::protocol::error::{ErrorCode, ProtocolError};

/// The longest token that is looked at.
const LENGTH_LIMIT: usize = 16 * 1024;

/// Why there is no token to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BearerError {
    /// The request shows none: the answer names no error (RFC 6750 §3.1).
    #[error("no access token")]
    Missing,
    /// Header and body, or two headers (RFC 6750 §2).
    #[error("more than one access token")]
    Several,
    /// Not the characters of §2.1.
    #[error("the access token is malformed")]
    Malformed,
}

impl BearerError {
    /// The code and text for the client; none where no token was shown.
    #[must_use]
    pub const fn protocol_error(self) -> Option<ProtocolError> {
        match self {
            Self::Missing => None,
            Self::Several => Some(ProtocolError::new(
                ErrorCode::InvalidRequest,
                "the access token is presented in more than one way",
            )),
            Self::Malformed => Some(ProtocolError::new(
                ErrorCode::InvalidToken,
                "the access token is malformed",
            )),
        }
    }
}

/// Reads the access token; `body` is there only where the request has a form body.
pub fn read(headers: &HeaderMap, body: Option<&Params>) -> Result<Secret, BearerError> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let header = values.next();
    if values.next().is_some() {
        return Err(BearerError::Several);
    }
    let token = match (header, body.and_then(|params| params.get("access_token"))) {
        (Some(_), Some(_)) => return Err(BearerError::Several),
        (None, None) => return Err(BearerError::Missing),
        (None, Some(token)) => token,
        (Some(value), None) => {
            let text = value.to_str().map_err(|_| BearerError::Malformed)?;
            let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
            // Another scheme presents no bearer token at all.
            if !scheme.eq_ignore_ascii_case("bearer") {
                return Err(BearerError::Missing);
            }
            token.trim_matches(' ')
        }
    };
    let permitted = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
    };
    if token.is_empty() || token.len() > LENGTH_LIMIT || !token.bytes().all(permitted) {
        return Err(BearerError::Malformed);
    }
    Ok(Secret::new(token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn with(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))])
    }

    #[test]
    fn header_or_body_but_not_both() {
        let body = Params::parse(b"access_token=abc.def").unwrap();
        assert_eq!(read(&with("bearer  x.y"), None).unwrap().expose(), "x.y");
        assert_eq!(read(&HeaderMap::new(), Some(&body)).unwrap().expose(), "abc.def");
        assert_eq!(read(&with("Bearer x"), Some(&body)), Err(BearerError::Several));
        assert_eq!(read(&HeaderMap::new(), None), Err(BearerError::Missing));
        assert_eq!(read(&with("Basic eDp5"), None), Err(BearerError::Missing));
        for malformed in ["Bearer", "Bearer ", "Bearer a b", "Bearer \"x\""] {
            assert_eq!(
                read(&with(malformed), None),
                Err(BearerError::Malformed),
                "{malformed}"
            );
        }
    }
}
