//! Owns how a person gets another address: whoever reads its mail says that it is theirs. Until then nothing changes; a
//! newer change, another password or a recovery ends one that waits. The address from before is told.

use super::prove_email;
use super::prove_mailbox::{Letters, MailboxError};
use super::send_mail::{MailAsked, Recipient, send_mail};
use crate::authentication::verification::{self, Secrets, Subject, VerificationKind, WrittenProof};
use crate::base::handle::Handle;
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::i18n::Locale;
use crate::mail::Message;
use crate::tenancy::domain;
use crate::user::{self, EmailAddress, Identifier};

/// How a change of address ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmailChange {
    /// The account has the new address.
    Done(UserId),
    /// The link was used, or is over.
    Over,
}

/// Sends a link to the new address. If it is somebody else's, they are told, and whoever asked is not.
pub async fn begin(
    work: &mut UnitOfWork,
    letters: Letters<'_>,
    user_id: &UserId,
    email: &EmailAddress,
) -> Result<(), MailboxError> {
    let kind = VerificationKind::EmailChange;
    let secrets = Secrets::new(kind, work.now(), work.entropy());
    let found = match Identifier::parse(email.canonical()) {
        Some(identifier) => user::service::find_by_identifier(work, &identifier).await?,
        None => None,
    };
    let other = found.filter(|found| found.id != *user_id);
    let stored = other
        .as_ref()
        .and_then(|other| EmailAddress::parse(&other.profile.email).ok());
    let chosen = other
        .as_ref()
        .and_then(|other| other.profile.details.locale.as_deref());
    let recipient = Recipient {
        email: stored.as_ref().unwrap_or(email),
        locale: letters.locale_of(chosen),
    };
    let message = match other {
        Some(_) => Message::SignUpAttempt {
            sign_in: letters.sign_in.to_owned(),
        },
        None => Message::NewAddressProof {
            link: (letters.link)(&secrets.token).into(),
            expires_at: secrets.expires_at,
        },
    };
    if matches!(
        send_mail(work, letters.post, recipient, message).await?,
        MailAsked::Waits(_)
    ) {
        let proof = WrittenProof {
            kind,
            subject: Subject::User(user_id),
            address: email.address(),
            canonical: email.canonical(),
            browser: None,
        };
        verification::write(work, letters.keys, &secrets, proof).await?;
    }
    Ok(())
}

/// Gives the account of a link the address that it proves, once. The caller commits, unless it is an error.
pub async fn finish(
    work: &mut UnitOfWork,
    letters: Letters<'_>,
    token: &Handle,
) -> Result<EmailChange, MailboxError> {
    let Some(proven) = verification::use_up(work, VerificationKind::EmailChange, token).await? else {
        return Ok(EmailChange::Over);
    };
    let Some(user_id) = proven.user_id else {
        return Ok(EmailChange::Over);
    };
    let email = EmailAddress::parse(&proven.address).map_err(user::UserError::from)?;
    // Organizations before people, as everywhere.
    let owner = domain::lock_owner(work, email.canonical()).await?;
    let before = user::service::lock(work, &user_id).await?;
    if !before.status.may_sign_in() {
        return Ok(EmailChange::Over);
    }
    user::service::set_email(work, &user_id, &email).await?;
    prove_email::note_proof(work, &user_id, &email, owner).await?;
    // A link to the address from before, such as one to a new password, leads nowhere any more.
    verification::end_all_of(work, &user_id).await?;
    if let Ok(old) = EmailAddress::parse(&before.profile.email) {
        let chosen = before.profile.details.locale.as_deref().and_then(Locale::parse);
        let recipient = Recipient {
            email: &old,
            locale: chosen.unwrap_or(letters.locale),
        };
        let message = Message::AddressChanged { at: work.now() };
        send_mail(work, letters.post, recipient, message).await?;
    }
    Ok(EmailChange::Done(user_id))
}
