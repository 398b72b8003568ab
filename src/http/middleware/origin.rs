//! Owns the origin of a request's work (`base::origin`): made once, lent to the endpoint, and handed back beside the
//! reply, so that a harness can see whether a transaction was left unfinished.

use axum::extract::Request;
use http::HeaderMap;
use http::header::USER_AGENT;

use super::client_ip::ClientAddress;
use super::request_id::RequestId;
use crate::base::origin::Origin;

/// How much of a user agent is kept.
const USER_AGENT_LIMIT: usize = 512;

/// Puts an [`Origin`] among the extensions of the request; it goes among those of the reply too.
pub(super) fn attach(request: &mut Request) -> Origin {
    let extensions = request.extensions();
    let address = extensions.get::<ClientAddress>().and_then(|address| address.0);
    let origin = Origin::of_request(
        RequestId::of(extensions).to_owned(),
        address,
        user_agent(request.headers()),
    );
    request.extensions_mut().insert(origin.clone());
    origin
}

/// The user agent without control characters, cut to size.
fn user_agent(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(USER_AGENT)?;
    let text = String::from_utf8_lossy(value.as_bytes());
    let kept: String = text
        .chars()
        .filter(|character| !character.is_control())
        .take(USER_AGENT_LIMIT)
        .collect();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn a_user_agent_is_plain_and_short() {
        let mut headers = HeaderMap::new();
        assert_eq!(user_agent(&headers), None);
        let long = [b"a\tb\xff".as_slice(), &[b'x'; 4000]].concat();
        headers.insert(USER_AGENT, HeaderValue::from_bytes(&long).unwrap());
        let kept = user_agent(&headers).unwrap();
        assert!(kept.starts_with("ab\u{fffd}x"));
        assert_eq!(kept.chars().count(), USER_AGENT_LIMIT);
    }
}
