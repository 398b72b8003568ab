//! Owns how a person who is signed in gives themselves another password: the old one is checked, the new one stored,
//! everything that was signed in ends, and this browser goes on in a session of its own.

use super::change_password;
use super::prove_mailbox::MailboxError;
use crate::authentication::login::{self, CheckedAttempt, LoginOutcome};
use crate::authentication::password::PasswordHash;
use crate::base::handle::Handle;
use crate::db::UnitOfWork;
use crate::session::{self, Lifetimes, NewSession};

/// In one transaction, which the caller commits in any case: the answer to the old password, and what follows. None: it
/// is wrong.
pub async fn change(
    work: &mut UnitOfWork,
    checked: CheckedAttempt,
    hash: &PasswordHash,
    lifetimes: Lifetimes,
) -> Result<Option<Handle>, MailboxError> {
    let LoginOutcome::Granted(authenticated) = login::complete(work, checked).await? else {
        return Ok(None);
    };
    change_password::replace(work, &authenticated.user_id, hash).await?;
    let new = NewSession {
        user_id: &authenticated.user_id,
        assurance: authenticated.assurance,
        lifetimes,
        replaces: None,
    };
    Ok(session::start(work, new).await?.map(|(_, handle)| handle))
}
