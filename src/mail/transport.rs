//! Owns what every way out of here has in common.

use futures_util::future::BoxFuture;

use super::letter::Letter;

/// A mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Undelivered {
    /// In words; what a server said may stand in it, the address too.
    pub reason: String,
    /// Whether it never will be: the address, or the mail, is refused for good.
    pub permanent: bool,
}

impl Undelivered {
    /// It may be taken later.
    #[must_use]
    pub fn temporarily(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            permanent: false,
        }
    }
}

/// A way out of here.
pub trait Transport: Send + Sync {
    /// Hands a mail over. An answer after a while that the caller gave up is no answer: then it may have been taken.
    fn deliver<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Undelivered>>;

    /// Whether it would take one now.
    fn check(&self) -> BoxFuture<'_, Result<(), Undelivered>>;

    /// Where it leads, for operators.
    fn told(&self) -> String;
}
