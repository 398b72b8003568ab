//! Owns what a proof of a mailbox can be for, and how long it waits.

use std::time::Duration;

/// What a proof is for. One of another kind is no proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VerificationKind {
    /// A new account has this address.
    SignUp,
    /// Whoever reads the account's mail may choose a new password.
    PasswordReset,
    /// An account has this address from now on.
    EmailChange,
}

impl VerificationKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::SignUp, Self::PasswordReset, Self::EmailChange];

    /// The name that is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
        }
    }

    /// How long it waits: mail can be slow, and a link that lies in a mailbox opens an account.
    #[must_use]
    pub const fn lifetime(self) -> Duration {
        Duration::from_hours(1)
    }
}
