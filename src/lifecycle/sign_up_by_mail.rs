//! Owns the sign-up of a person by themselves. An account is made when its address is proven and not before, with the
//! name and the password that are given then: nobody can prepare an account for the owner of an address (RV-07), and
//! nobody's password is hashed or kept who has proven nothing. Whoever asks for an address that has an account gets the
//! same answer, and its owner a mail that says so.

use chrono::NaiveTime;

use super::prove_email;
use super::prove_mailbox::{Letters, MailboxError};
use super::send_mail::{MailAsked, Recipient, send_mail};
use super::sign_up::{self, MadeBy};
use crate::authentication::assurance::Proof;
use crate::authentication::password::PasswordHash;
use crate::authentication::verification::{self, Secrets, Subject, VerificationKind, WrittenProof};
use crate::authentication::{self, Assurance};
use crate::base::clock::Timestamp;
use crate::base::handle::Handle;
use crate::base::id::{UserId, VerificationId};
use crate::config::{SignUpPolicy, SignUpSettings};
use crate::db::{DatabaseError, UnitOfWork};
use crate::mail::Message;
use crate::session::{self, Lifetimes, NewSession};
use crate::tenancy::{domain, invitation};
use crate::user::{self, EmailAddress, Identifier, NewUser, ProfileDetails};

/// Whether an address may sign up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It may.
    Admitted(MadeBy),
    /// The policy wants an invitation, or an address of one of some domains.
    NotInvited,
    /// So many have signed up today that nobody else does; a new day begins at midnight UTC.
    FullToday,
}

/// How a sign-up ended.
#[derive(Debug)]
pub enum SignUpOutcome {
    /// With an account and a session.
    Made {
        /// The account.
        user_id: UserId,
        /// The session's handle; none if the account may have none.
        handle: Option<Handle>,
    },
    /// The link was used, or is over.
    Over,
    /// The address has an account by now.
    Taken,
    /// Policy or limit of the day are against it.
    Refused(Admission),
}

/// Who signs up, as they say themselves.
#[derive(Debug, Clone, Copy)]
pub struct NewPerson<'a> {
    /// What they are called; empty for nothing.
    pub name: &'a str,
    /// Their password.
    pub hash: &'a PasswordHash,
    /// The language that they read.
    pub language: &'a str,
    /// An invitation that waits in their browser.
    pub invitation: Option<&'a Handle>,
    /// The session that the browser has already.
    pub replaces: Option<&'a Handle>,
    /// How long the new one lives.
    pub lifetimes: Lifetimes,
}

/// Whether this address may sign up now. Nothing of it depends on whether it has an account.
pub async fn admission(
    work: &mut UnitOfWork,
    settings: &SignUpSettings,
    email: &EmailAddress,
    invitation: Option<&Handle>,
) -> Result<Admission, DatabaseError> {
    if is_full(work, settings).await? {
        return Ok(Admission::FullToday);
    }
    let invited = match invitation {
        Some(token) => is_invited(work, token, email).await?,
        None => false,
    };
    let admitted = match settings.policy {
        SignUpPolicy::Open | SignUpPolicy::Waitlist => true,
        SignUpPolicy::Domain => invited || domain::takes_in(work, email.canonical()).await?,
        SignUpPolicy::Closed => invited,
    };
    Ok(match (admitted, invited) {
        (false, _) => Admission::NotInvited,
        (true, true) => Admission::Admitted(MadeBy::Invited),
        (true, false) => Admission::Admitted(MadeBy::Person),
    })
}

/// Whether so many have signed up today as may.
pub async fn is_full(work: &mut UnitOfWork, settings: &SignUpSettings) -> Result<bool, DatabaseError> {
    if settings.daily == 0 {
        return Ok(false);
    }
    let today = start_of_day(work.now());
    Ok(verification::signed_up_since(work, today).await? >= i64::from(settings.daily))
}

fn start_of_day(now: Timestamp) -> Timestamp {
    now.date_naive().and_time(NaiveTime::MIN).and_utc()
}

async fn is_invited(
    work: &mut UnitOfWork,
    token: &Handle,
    email: &EmailAddress,
) -> Result<bool, DatabaseError> {
    let found = invitation::find(work, token).await?;
    let address = found
        .filter(|found| found.end.is_none())
        .and_then(|found| EmailAddress::parse(&found.email).ok());
    Ok(address.is_some_and(|address| address.canonical() == email.canonical()))
}

/// Asks whoever reads the mail of an address for proof. The same statements with an account and without. What is not
/// mailed, because the address has had as many mails as it gets, ends no link that was.
pub async fn begin(
    work: &mut UnitOfWork,
    letters: Letters<'_>,
    email: &EmailAddress,
    browser: &Handle,
) -> Result<VerificationId, MailboxError> {
    let kind = VerificationKind::SignUp;
    let secrets = Secrets::new(kind, work.now(), work.entropy());
    let owner = match Identifier::parse(email.canonical()) {
        Some(identifier) => user::service::find_by_identifier(work, &identifier).await?,
        None => None,
    };
    let stored = owner
        .as_ref()
        .and_then(|owner| EmailAddress::parse(&owner.profile.email).ok());
    let chosen = owner
        .as_ref()
        .and_then(|owner| owner.profile.details.locale.as_deref());
    let recipient = Recipient {
        email: stored.as_ref().unwrap_or(email),
        locale: letters.locale_of(chosen),
    };
    let message = match owner {
        Some(_) => Message::SignUpAttempt {
            sign_in: letters.sign_in.to_owned(),
        },
        None => Message::AddressProof {
            link: (letters.link)(&secrets.token).into(),
            code: secrets.code.clone(),
            expires_at: secrets.expires_at,
        },
    };
    if matches!(
        send_mail(work, letters.post, recipient, message).await?,
        MailAsked::Waits(_)
    ) {
        let proof = WrittenProof {
            kind,
            subject: Subject::Address,
            address: email.address(),
            canonical: email.canonical(),
            browser: Some(browser),
        };
        verification::write(work, letters.keys, &secrets, proof).await?;
    }
    Ok(secrets.id)
}

/// Makes the account of an address that is proven by a token, once, and signs its person in. The caller commits, unless
/// it is an error; a refusal uses nothing up but the token of an address that has an account.
pub async fn finish(
    work: &mut UnitOfWork,
    settings: &SignUpSettings,
    token: &Handle,
    person: NewPerson<'_>,
) -> Result<SignUpOutcome, MailboxError> {
    let kind = VerificationKind::SignUp;
    let Some(pending) = verification::find(work, kind, token).await? else {
        return Ok(SignUpOutcome::Over);
    };
    let email = EmailAddress::parse(&pending.address).map_err(user::UserError::from)?;
    let made_by = match admission(work, settings, &email, person.invitation).await? {
        Admission::Admitted(made_by) => made_by,
        refused => return Ok(SignUpOutcome::Refused(refused)),
    };
    if verification::use_up(work, kind, token).await?.is_none() {
        return Ok(SignUpOutcome::Over);
    }
    // Organizations before people, as everywhere.
    let owner = domain::lock_owner(work, email.canonical()).await?;
    if let Some(identifier) = Identifier::parse(email.canonical())
        && user::service::find_by_identifier(work, &identifier)
            .await?
            .is_some()
    {
        return Ok(SignUpOutcome::Taken);
    }
    let mut new = NewUser::new(email.clone());
    new.details = ProfileDetails {
        name: person.name.to_owned(),
        locale: Some(person.language.to_owned()),
        ..ProfileDetails::default()
    };
    let user_id = sign_up::create_user(work, &new, made_by, settings).await?.user_id;
    prove_email::note_proof(work, &user_id, &email, owner).await?;
    authentication::store_hash(work, &user_id, person.hash).await?;
    let session = NewSession {
        user_id: &user_id,
        assurance: Assurance::of(&[Proof::Password], work.now()),
        lifetimes: person.lifetimes,
        replaces: person.replaces,
    };
    let started = session::start(work, session).await?;
    Ok(SignUpOutcome::Made {
        user_id,
        handle: started.map(|(_, handle)| handle),
    })
}
