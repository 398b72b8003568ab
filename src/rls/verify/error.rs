//! Owns why a verification could not run. A check that could not run is no error: it is a finding.

use crate::db::DatabaseError;
use crate::rls::RlsError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The database could not be opened.
    #[error(transparent)]
    Opening(#[from] RlsError),
    /// The database did not answer, or ended the connection.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A role that was to be examined is not there.
    #[error("the database has no role {role}")]
    NoSuchRole {
        /// Its name.
        role: String,
    },
    /// Nothing to examine.
    #[error("no table has a column {tenant_column}, row-level security, or a name that --tables lists")]
    NothingToVerify {
        /// The column that was looked for.
        tenant_column: String,
    },
    /// A pattern of `--tables` that cannot be read.
    #[error("{pattern} is no pattern: write schema.table, with * for any letters")]
    Pattern {
        /// What was written.
        pattern: String,
    },
    /// A code that no finding has.
    #[error("no finding has the code {code}")]
    NoSuchCode {
        /// What was written.
        code: String,
    },
}

impl From<sqlx::Error> for VerifyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
