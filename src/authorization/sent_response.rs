//! Owns the answer to a request that was given a moment ago, kept so that the same browser can be given it again: after
//! a double click, a reload, or a reply that was lost. It is sealed under the flow cookie, of which the database knows
//! the digest alone.

use std::time::Duration;

use crate::base::aead;
use crate::base::digest::{self, Digest};
use crate::base::entropy::Entropy;
use crate::base::handle::Handle;
use crate::base::secret::Secret;
use crate::protocol::error::ProtocolError;

/// How long an answer is given again.
pub const GIVEN_AGAIN: Duration = Duration::from_secs(10);

/// What the client was told.
#[derive(Debug)]
pub enum SentResponse {
    /// A code.
    Code(Secret),
    /// An error, and the text for its developer.
    Error {
        /// The name on the wire.
        code: String,
        /// Fixed text.
        description: String,
    },
}

impl SentResponse {
    /// A code that is being issued.
    #[must_use]
    pub fn code(handle: &Handle) -> Self {
        Self::Code(Secret::new(handle.expose().to_owned()))
    }

    /// An error.
    #[must_use]
    pub fn error(error: ProtocolError) -> Self {
        Self::Error {
            code: error.code.name().to_owned(),
            description: error.description.to_owned(),
        }
    }

    /// Whether it is a code.
    #[must_use]
    pub const fn is_code(&self) -> bool {
        matches!(self, Self::Code(_))
    }

    /// Seals the answer to one request for one browser. Were it impossible, the request is still answered: it only
    /// cannot be answered the same way again.
    pub(super) fn seal(&self, request: &Digest, browser: &Handle, entropy: &dyn Entropy) -> Vec<u8> {
        let text = match self {
            Self::Code(code) => Secret::new(format!("code {}", code.expose())),
            Self::Error { code, description } => Secret::new(format!("error {code} {description}")),
        };
        let sealed = key(browser).map(|key| {
            aead::seal(&key, request.as_bytes(), text.expose().as_bytes(), entropy).unwrap_or_else(|error| {
                tracing::error!(error = %error, "an answer was not kept");
                Vec::new()
            })
        });
        sealed.unwrap_or_default()
    }

    /// Opens what [`seal`](Self::seal) made, for the same request and browser.
    pub(super) fn open(sealed: &[u8], request: &Digest, browser: &Handle) -> Option<Self> {
        let opened = aead::open(&key(browser)?, request.as_bytes(), sealed).ok()?;
        let text = std::str::from_utf8(&opened).ok()?;
        match text.split_once(' ')? {
            ("code", code) => Some(Self::Code(Secret::new(code.to_owned()))),
            ("error", error) => {
                let (code, description) = error.split_once(' ')?;
                Some(Self::Error {
                    code: code.to_owned(),
                    description: description.to_owned(),
                })
            }
            _ => None,
        }
    }
}

/// The key that a browser's flow cookie gives: another digest of it than the one that is stored.
fn key(browser: &Handle) -> Option<[u8; 32]> {
    let digest = digest::sha256(&[b"kept answer", browser.expose().as_bytes()]);
    digest.as_bytes().try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SystemEntropy;
    use crate::base::handle::Kind;
    use crate::protocol::error::ErrorCode;

    #[test]
    fn an_answer_opens_for_its_request_in_its_browser_alone() {
        let browser = || Handle::new(Kind::Flow, &SystemEntropy);
        let request = |text: &[u8]| digest::sha256(&[text]);
        let (own, code) = (browser(), Handle::new(Kind::Code, &SystemEntropy));
        let sealed = SentResponse::code(&code).seal(&request(b"one"), &own, &SystemEntropy);
        let opened = SentResponse::open(&sealed, &request(b"one"), &own);
        assert!(matches!(opened, Some(SentResponse::Code(text)) if text.expose() == code.expose()));
        assert!(SentResponse::open(&sealed, &request(b"two"), &own).is_none());
        assert!(SentResponse::open(&sealed, &request(b"one"), &browser()).is_none());
        assert!(SentResponse::open(&[], &request(b"one"), &own).is_none());
        let text = String::from_utf8_lossy(&sealed).into_owned();
        assert!(!text.contains(code.expose()));
    }

    #[test]
    fn an_error_is_kept_with_its_text() {
        let browser = Handle::new(Kind::Flow, &SystemEntropy);
        let request = digest::sha256(&[b"one"]);
        let error = ProtocolError::new(ErrorCode::AccessDenied, "the person did not allow the access");
        let sealed = SentResponse::error(error).seal(&request, &browser, &SystemEntropy);
        let Some(SentResponse::Error { code, description }) = SentResponse::open(&sealed, &request, &browser)
        else {
            panic!("not opened");
        };
        assert_eq!(
            (code.as_str(), description.as_str()),
            ("access_denied", error.description)
        );
    }
}
