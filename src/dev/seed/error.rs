//! Owns what can keep the demo data from being made.

use std::path::PathBuf;

use crate::authentication::password::{HashError, PasswordProblem};
use crate::client::ClientError;
use crate::db::DatabaseError;
use crate::lifecycle::SignUpError;
use crate::tenancy::{MemberError, OrganizationError};
use crate::user::UserError;

/// Why there are no demo data, or only some.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The file of secrets cannot be read or written.
    #[error("{path} cannot be used")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file of secrets was edited into something else.
    #[error("{path}: line {line} is not a name and a secret")]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from one.
        line: usize,
    },
    /// A secret in the file is no password.
    #[error("the password of {name}")]
    Password {
        /// Whose.
        name: String,
        /// The rule.
        #[source]
        source: PasswordProblem,
    },
    /// The demo application was registered at another address, and codes go nowhere else.
    #[error(
        "the demo application is registered at another address than {address}: use the same --demo-port as before, or another --data-dir"
    )]
    OtherAddress {
        /// Where it was to be served now.
        address: String,
    },
    /// A password could not be hashed.
    #[error("a password could not be hashed")]
    Hash(#[from] HashError),
    /// A person could not be made.
    #[error("a demo account could not be made")]
    SignUp(#[from] SignUpError),
    /// A person could not be changed.
    #[error("a demo account could not be changed")]
    User(#[from] UserError),
    /// An organization could not be made.
    #[error("a demo organization could not be made")]
    Organization(#[from] OrganizationError),
    /// A membership could not be made.
    #[error("a demo organization could not be made")]
    Member(#[from] MemberError),
    /// A client or the resource could not be made.
    #[error("a demo client could not be made")]
    Client(#[from] ClientError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
