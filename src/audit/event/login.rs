//! Owns what is recorded of how people prove who they are.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::{SessionId, UserId};

/// Why a login was refused. The person is told none of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoginFailureReason {
    /// The account exists, the password is wrong.
    WrongPassword,
    /// No account has the identifier.
    UnknownIdentifier,
    /// The account has no password.
    NoPassword,
    /// The password is right, but the account's status lets nobody in.
    Status,
    /// The password is right, but too many attempts failed before it, and the browser is unknown.
    TooManyFailures,
    /// The password was right when it was checked, but it or the account changed meanwhile.
    ChangedMeanwhile,
}

impl LoginFailureReason {
    /// The word in the event's metadata.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong_password",
            Self::UnknownIdentifier => "unknown_identifier",
            Self::NoPassword => "no_password",
            Self::Status => "status",
            Self::TooManyFailures => "too_many_failures",
            Self::ChangedMeanwhile => "changed_meanwhile",
        }
    }
}

/// Somebody proved, or did not prove, who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginEvent {
    /// A person proved who they are and has a session.
    Success {
        user: UserId,
        session: SessionId,
        amr: Vec<String>,
    },
    /// A login was refused after its proof was checked.
    Failure {
        user: Option<UserId>,
        reason: LoginFailureReason,
    },
    /// The last attempt of a window failed: further ones are refused unchecked. No user: no such account.
    AccountLocked { user: Option<UserId> },
    /// What was counted against an account was forgotten: by an operator, or with a new password.
    AccountUnlocked { user: UserId },
}

impl Event for LoginEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Success { user, session, amr } => Entry::new("LOGIN_SUCCESS", json!({ "amr": amr }))
                .user(user)
                .session(session),
            Self::Failure { user, reason } => {
                Entry::new("LOGIN_FAILURE", json!({ "reason": reason.name() })).user(user.as_ref())
            }
            Self::AccountLocked { user } => Entry::new("ACCOUNT_LOCKED", json!({})).user(user.as_ref()),
            Self::AccountUnlocked { user } => Entry::new("ACCOUNT_UNLOCKED", json!({})).user(user),
        }
    }
}
