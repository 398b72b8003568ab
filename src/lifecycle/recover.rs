//! Owns the way back for whoever has forgotten their password: a link to the account's address, where a new one is
//! chosen. It proves the mailbox and nothing else: everything that was signed in ends, nobody is signed in by it, and
//! whatever else a sign-in asks for it asks for afterwards. Whoever asks learns nothing of whether there is an account.

use super::prove_mailbox::{Letters, MailboxError};
use super::send_mail::{MailAsked, Post, Recipient, send_if, send_mail};
use super::{change_password, prove_email};
use crate::authentication::password::PasswordHash;
use crate::authentication::verification::{self, Secrets, Subject, VerificationKind, WrittenProof};
use crate::base::handle::Handle;
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::i18n::Locale;
use crate::mail::Message;
use crate::tenancy::domain;
use crate::user::{self, EmailAddress, Identifier, User, UserKind};

/// How a recovery ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecoveryOutcome {
    /// The account has the new password.
    Done(UserId),
    /// The link was used, is over, or its account may not sign in.
    Over,
}

/// Whether an account can be recovered: a person's, who may sign in.
fn is_recoverable(user: &User) -> bool {
    user.kind == UserKind::Human && user.status.may_sign_in()
}

/// Sends a link to the account of an address, if there is one. The same statements in any case: a mail to nobody is
/// counted and taken back, and its proof leads nowhere.
pub async fn begin(
    work: &mut UnitOfWork,
    letters: Letters<'_>,
    email: &EmailAddress,
) -> Result<(), MailboxError> {
    let kind = VerificationKind::PasswordReset;
    let secrets = Secrets::new(kind, work.now(), work.entropy());
    let found = match Identifier::parse(email.canonical()) {
        Some(identifier) => user::service::find_by_identifier(work, &identifier).await?,
        None => None,
    };
    let owner = found.filter(is_recoverable);
    // The address as it is stored, never as it was typed.
    let stored = owner
        .as_ref()
        .and_then(|owner| EmailAddress::parse(&owner.profile.email).ok());
    let to = stored.as_ref().unwrap_or(email);
    let chosen = owner
        .as_ref()
        .and_then(|owner| owner.profile.details.locale.as_deref());
    let recipient = Recipient {
        email: to,
        locale: letters.locale_of(chosen),
    };
    let message = Message::PasswordReset {
        link: (letters.link)(&secrets.token).into(),
        expires_at: secrets.expires_at,
    };
    let asked = send_if(work, letters.post, recipient, message, owner.is_some()).await?;
    if matches!(asked, MailAsked::Waits(_)) {
        let proof = WrittenProof {
            kind,
            subject: owner
                .as_ref()
                .map_or(Subject::Address, |owner| Subject::User(&owner.id)),
            address: to.address(),
            canonical: to.canonical(),
            browser: None,
        };
        verification::write(work, letters.keys, &secrets, proof).await?;
    }
    Ok(())
}

/// Gives the account of a link another password, once. Its address is proven by that; whatever somebody did with the
/// account before ends. The caller commits.
pub async fn finish(
    work: &mut UnitOfWork,
    token: &Handle,
    hash: &PasswordHash,
) -> Result<RecoveryOutcome, MailboxError> {
    let Some(proven) = verification::use_up(work, VerificationKind::PasswordReset, token).await? else {
        return Ok(RecoveryOutcome::Over);
    };
    let Some(user_id) = proven.user_id else {
        return Ok(RecoveryOutcome::Over);
    };
    let email = EmailAddress::parse(&proven.address).map_err(user::UserError::from)?;
    // Organizations before people, as everywhere.
    let owner = domain::lock_owner(work, email.canonical()).await?;
    let person = user::service::lock(work, &user_id).await?;
    let is_still_theirs = EmailAddress::parse(&person.profile.email)
        .is_ok_and(|stored| stored.canonical() == email.canonical());
    if !is_still_theirs || !is_recoverable(&person) {
        return Ok(RecoveryOutcome::Over);
    }
    if person.profile.email_verified_at.is_none() {
        prove_email::note_proof(work, &user_id, &email, owner).await?;
    }
    change_password::replace(work, &user_id, hash).await?;
    Ok(RecoveryOutcome::Done(user_id))
}

/// Tells a person that their password is another one.
pub async fn tell(
    work: &mut UnitOfWork,
    post: Post<'_>,
    user_id: &UserId,
    locale: Locale,
) -> Result<(), MailboxError> {
    let Some(person) = user::service::find(work, user_id).await? else {
        return Ok(());
    };
    let email = EmailAddress::parse(&person.profile.email).map_err(user::UserError::from)?;
    let chosen = person.profile.details.locale.as_deref().and_then(Locale::parse);
    let recipient = Recipient {
        email: &email,
        locale: chosen.unwrap_or(locale),
    };
    let message = Message::PasswordChanged {
        at: work.now(),
        browser: None,
    };
    send_mail(work, post, recipient, message).await?;
    Ok(())
}
