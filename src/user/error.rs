//! Owns what can go wrong when accounts are administered. No address of mail stands in it.

use super::email::EmailError;
use super::profile_rules::ProfileError;
use super::status::{StatusChange, UserStatus};
use super::user_name::UserNameError;
use crate::base::id::UserId;
use crate::db::DatabaseError;

/// Why an account was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// The grammar of chosen ids.
    #[error("id: 1 to 128 of A-Z a-z 0-9 . _ ~ -")]
    Id,
    /// The address is none that we accept.
    #[error(transparent)]
    Email(#[from] EmailError),
    /// The name is none that we accept.
    #[error(transparent)]
    UserName(#[from] UserNameError),
    /// A standard claim has a wrong form.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// Another account has this address.
    #[error("email: another account has this address")]
    EmailTaken,
    /// Another account has this name.
    #[error("user_name: another account has this name")]
    UserNameTaken,
    /// Another account has, or had, this id.
    #[error("id: there already is, or was, a user {0}")]
    AlreadyExists(UserId),
    /// A client has this id: tokens of both would have the same subject.
    #[error("id: {0} is the id of a client; a user needs another one")]
    TakenByClient(UserId),
    /// The account's standing does not allow the act.
    #[error("{user} is {}: an account that is {} cannot be {}", status.name(), status.name(), change.name())]
    Standing {
        /// The account.
        user: UserId,
        /// What it is.
        status: UserStatus,
        /// What it cannot become by this act.
        change: StatusChange,
    },
    /// The address that was proven is not the account's, or no longer.
    #[error("email: the proven address is not that of {0}")]
    OtherAddress(UserId),
    /// No such account.
    #[error("there is no user {0}")]
    Unknown(UserId),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for UserError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
