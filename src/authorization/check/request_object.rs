//! Owns the one thing that is read of a request object (OpenID Connect Core §6.1): how the client wants to be told that
//! request objects are not supported. A client may say that inside of it only.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

use crate::authorization::parameters::Parameters;
use crate::authorization::request::ResponseTarget;
use crate::base::strict_json;
use crate::protocol::error::{ErrorCode, Refusal};
use crate::protocol::response_mode::ResponseMode;

/// The longest request object that is looked into.
const LONGEST: usize = 16 * 1024;
/// As deep as `claims` of a request nests, and a little more.
const DEPTH: usize = 8;

/// How a client is told that its request object is not read: as the URL says, else as the object itself does.
pub(super) fn told_by(target: ResponseTarget, parameters: &Parameters, refusal: &Refusal) -> ResponseTarget {
    let object = match refusal.error.code {
        ErrorCode::RequestNotSupported if parameters.get("response_mode").is_none() => {
            parameters.get("request")
        }
        _ => None,
    };
    ResponseTarget {
        response_mode: object.and_then(response_mode).unwrap_or(target.response_mode),
        ..target
    }
}

/// The `response_mode` of a request object, if it names one that is served. Nothing of the object is verified: a
/// response mode says in which form the proven redirect URI is told, and every client may ask for each.
fn response_mode(object: &str) -> Option<ResponseMode> {
    if object.len() > LONGEST {
        return None;
    }
    let payload = object.split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload).ok()?;
    let members = strict_json::object(&json, DEPTH)?;
    members
        .get("response_mode")
        .and_then(Value::as_str)
        .and_then(ResponseMode::parse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(payload: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!("{}.{}.", part(r#"{"alg":"none"}"#), part(payload))
    }

    #[test]
    fn only_a_mode_that_is_served_is_read() {
        for (payload, mode) in [
            (
                r#"{"response_mode":"form_post","state":"x"}"#,
                Some(ResponseMode::FormPost),
            ),
            (r#"{"response_mode":"query"}"#, Some(ResponseMode::Query)),
            (r#"{"response_mode":"fragment"}"#, None),
            (r#"{"response_mode":["form_post"]}"#, None),
            (r#"{"response_mode":"form_post","response_mode":"query"}"#, None),
            ("{}", None),
            ("no JSON", None),
        ] {
            assert_eq!(response_mode(&object(payload)), mode, "{payload}");
        }
        let long = format!(r#"{{"response_mode":"form_post","x":"{}"}}"#, "x".repeat(LONGEST));
        for text in ["", "a", "a.b", "..", &object(&long)] {
            assert_eq!(response_mode(text), None);
        }
    }
}
