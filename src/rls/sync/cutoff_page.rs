//! Owns what the long poll answers, as the worker reads it.

use serde::Deserialize;

use crate::base::clock::Timestamp;

/// One answer.
#[derive(Debug, Deserialize)]
pub(super) struct CutoffPage {
    /// Where to read on.
    pub(super) cursor: String,
    /// Whether these replace everything that was read before.
    pub(super) full: bool,
    /// Whether there is more than was put into this answer.
    pub(super) more: bool,
    pub(super) cutoffs: Vec<Cutoff>,
}

/// A cut-off.
#[derive(Debug, Deserialize)]
pub(super) struct Cutoff {
    pub(super) user_id: String,
    pub(super) organization_id: String,
    pub(super) minimum: i32,
    pub(super) changed_at: Timestamp,
}

/// A refusal (RFC 9457).
#[derive(Debug, Deserialize)]
pub(super) struct Refusal {
    code: String,
}

impl Refusal {
    /// The reason's word, if it is one; everything else that a stranger wrote stays out of the log.
    pub(super) fn word(body: &[u8]) -> String {
        let code = serde_json::from_slice(body).map(|refusal: Self| refusal.code);
        let word = |code: &String| {
            (1..=60).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        code.ok()
            .filter(word)
            .unwrap_or_else(|| "no reason was given".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_is_repeated() {
        assert_eq!(
            Refusal::word(br#"{"code": "service_key_invalid"}"#),
            "service_key_invalid"
        );
        for other in ["", "{}", r#"{"code": "A b"}"#, r#"{"code": ""}"#, "<html>"] {
            assert_eq!(Refusal::word(other.as_bytes()), "no reason was given");
        }
    }
}
