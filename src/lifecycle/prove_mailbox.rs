//! Owns what the acts share that prove a mailbox: what they need to write to somebody, and why they fail.

use crate::authentication::verification::VerificationError;
use crate::base::handle::Handle;
use crate::db::DatabaseError;
use crate::i18n::Locale;
use crate::lifecycle::send_mail::{Post, SendMailError};
use crate::lifecycle::{ProveEmailError, SignUpError};
use crate::signing::key_set::KeySet;
use crate::tenancy::TenancyError;
use crate::user::UserError;

/// What writing to somebody takes.
#[derive(Clone, Copy)]
pub struct Letters<'a> {
    /// How mails are asked for.
    pub post: Post<'a>,
    /// The keys for digests of codes.
    pub keys: &'a KeySet,
    /// The language of whoever asks; a person's own goes before it.
    pub locale: Locale,
    /// The address of the page to which a token leads.
    pub link: &'a (dyn Fn(&Handle) -> String + Send + Sync),
    /// Where somebody signs in.
    pub sign_in: &'a str,
}

impl Letters<'_> {
    /// The language that a person has chosen, else that of whoever asks.
    pub(super) fn locale_of(&self, chosen: Option<&str>) -> Locale {
        chosen.and_then(Locale::parse).unwrap_or(self.locale)
    }
}

/// Why a proof was neither asked for nor taken.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// The proof.
    #[error(transparent)]
    Verification(#[from] VerificationError),
    /// The mail.
    #[error(transparent)]
    Mail(#[from] SendMailError),
    /// The account.
    #[error(transparent)]
    User(#[from] UserError),
    /// The account that is made.
    #[error(transparent)]
    SignUp(#[from] SignUpError),
    /// What follows from the proof.
    #[error(transparent)]
    Proof(#[from] ProveEmailError),
    /// The organization of the address.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl MailboxError {
    /// Whether somebody else has the address by now.
    #[must_use]
    pub const fn is_taken(&self) -> bool {
        matches!(
            self,
            Self::User(UserError::EmailTaken) | Self::SignUp(SignUpError::User(UserError::EmailTaken))
        )
    }
}
