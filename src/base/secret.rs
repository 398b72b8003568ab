//! Owns texts that must not be shown: no `Display`, no `Serialize`, `Debug` prints the type's name only, equality
//! is constant-time, memory is wiped. `expose()` is rare and easy to search for.

use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// A text that must never reach a log, a page or a reply by accident.
#[derive(Clone, Default, Deserialize)]
#[serde(from = "String")]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Makes a secret of a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself: for hashing, verifying, or showing it once to whom it belongs.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is any text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret")
    }
}
