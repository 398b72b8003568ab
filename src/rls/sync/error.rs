//! Owns what can go wrong while a copy is kept current, in words for whoever runs the worker.

use std::path::PathBuf;

use super::super::error::RlsError;
use super::super::identifier::Identifier;
use crate::base::fetch::FetchError;

/// Nothing was copied.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The service key cannot be read.
    #[error("the service key in {} cannot be read", path.display())]
    KeyFile {
        /// Where it should be.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What is in the file cannot stand in a header.
    #[error("{} holds no service key", .0.display())]
    NoKey(PathBuf),
    /// The issuer did not answer.
    #[error("the issuer did not answer: {}", .0.reason())]
    Fetch(#[source] FetchError),
    /// The issuer refused.
    #[error("the issuer answered {status} ({code})")]
    Refused {
        /// The status.
        status: u16,
        /// Its word for the reason, if it was one.
        code: String,
    },
    /// What came is no answer of a signet.
    #[error("the answer is none of signet's")]
    Malformed,
    /// The tables of the copy are not there.
    #[error("the copy's tables are not in the schema {0}: run `signet rls install --epoch synced` first")]
    NoTables(Identifier),
    /// Somebody else keeps this copy.
    #[error("another worker keeps this copy")]
    Busy,
    /// The database downstream failed.
    #[error(transparent)]
    Rls(#[from] RlsError),
}

impl From<sqlx::Error> for SyncError {
    fn from(error: sqlx::Error) -> Self {
        Self::Rls(error.into())
    }
}

impl SyncError {
    /// Whether the issuer knows the cursor no more, so that reading begins anew.
    pub(super) fn is_about_the_cursor(&self) -> bool {
        matches!(self, Self::Refused { status: 400, code } if code == "cursor_malformed")
    }
}
