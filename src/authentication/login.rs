//! Owns the login by password, step by step, so that none can be left out: [`reserve`] an attempt (one statement of
//! its own, committed), [`Attempt::check`] the password outside any transaction, then [`complete`] in one. Whoever
//! is refused gets the same answer in the same time, whatever the reason: unknown, wrong, banned, or no password.
//!
//! A request that is dropped between the steps leaves its attempt reserved: hanging up must not buy another guess.

use std::time::Duration;

use super::assurance::{Assurance, Proof};
use super::device::KnownDevice;
use super::password::{HashError, Hasher, Password, PasswordHash, Verdict};
use super::store;
use super::throttle::{Bounds, Limits, Subject};
use crate::audit::{self, LoginEvent, LoginFailureReason};
use crate::base::clock::Timestamp;
use crate::base::entropy::Entropy;
use crate::base::id::UserId;
use crate::base::secret::Secret;
use crate::db::{DatabaseError, UnitOfWork};

/// Whose password is about to be presented.
#[derive(Debug, Clone, Copy)]
pub enum Whom<'a> {
    /// Whoever has this e-mail address or user name, in its canonical form.
    Identifier(&'a str),
    /// This person, who is known already and confirms something.
    User(&'a UserId),
}

/// The answer to asking for an attempt.
#[derive(Debug)]
pub enum Reservation {
    /// The password may be checked.
    Allowed(Attempt),
    /// Too many attempts: nothing is checked.
    Locked {
        /// When to come back.
        retry_after: Duration,
    },
}

/// A reserved attempt.
#[derive(Debug)]
pub struct Attempt {
    pub(super) subjects: Vec<Subject>,
    /// Whether further attempts are locked unless this one succeeds.
    pub(super) is_last: bool,
    pub(super) candidate: Option<Candidate>,
}

/// The account that an attempt is about.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) user: UserId,
    pub(super) standing: Standing,
    pub(super) stored: Option<StoredPassword>,
}

/// What a right password is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    MaySignIn,
    /// Banned, archived and the like.
    ShutOut,
    /// Too many failures in a row, and the browser is unknown.
    Exhausted,
}

/// A password as it was when the attempt was reserved. A new hash of the same password keeps the time.
#[derive(Debug, Clone)]
pub(super) struct StoredPassword {
    pub(super) hash: PasswordHash,
    pub(super) changed_at: Timestamp,
}

/// Reserves an attempt before anything is computed.
pub async fn reserve(
    work: &mut UnitOfWork,
    whom: Whom<'_>,
    device: Option<&KnownDevice>,
    limits: Limits,
) -> Result<Reservation, DatabaseError> {
    let bounds = Bounds::of(limits, work.now());
    store::reserve(work.connection()?, whom, device, &bounds).await
}

/// Gives an attempt back that failed for a reason of ours: a full queue, a lost connection.
pub async fn release(work: &mut UnitOfWork, attempt: &Attempt) -> Result<(), DatabaseError> {
    store::release(work.connection()?, &attempt.subjects).await
}

impl Attempt {
    /// Checks the password. Exactly one hash is computed whoever asks, plus one if the stored hash has another cost
    /// than new ones.
    pub async fn check(
        &self,
        hasher: &Hasher,
        entropy: &dyn Entropy,
        presented: &Secret,
    ) -> Result<CheckedAttempt, HashError> {
        let finding = if let Ok(password) = Password::presented(presented) {
            self.compare(hasher, entropy, &password).await?
        } else {
            // It can be nobody's, but takes as long as one that could.
            hasher.verify_nothing(&Password::default()).await?;
            Finding::Refused(LoginFailureReason::WrongPassword)
        };
        Ok(CheckedAttempt {
            subjects: self.subjects.clone(),
            is_last: self.is_last,
            user: self.candidate.as_ref().map(|candidate| candidate.user.clone()),
            finding,
        })
    }

    async fn compare(
        &self,
        hasher: &Hasher,
        entropy: &dyn Entropy,
        password: &Password,
    ) -> Result<Finding, HashError> {
        let stored = self
            .candidate
            .as_ref()
            .and_then(|candidate| candidate.stored.as_ref());
        let (Some(candidate), Some(stored)) = (&self.candidate, stored) else {
            hasher.verify_nothing(password).await?;
            return Ok(Finding::Refused(match self.candidate {
                Some(_) => LoginFailureReason::NoPassword,
                None => LoginFailureReason::UnknownIdentifier,
            }));
        };
        let rehash = match hasher.verify(password, &stored.hash).await? {
            Verdict::Wrong => return Ok(Finding::Refused(LoginFailureReason::WrongPassword)),
            Verdict::Right { .. } if candidate.standing == Standing::ShutOut => {
                return Ok(Finding::Refused(LoginFailureReason::Status));
            }
            Verdict::Right { .. } if candidate.standing == Standing::Exhausted => {
                return Ok(Finding::Refused(LoginFailureReason::TooManyFailures));
            }
            Verdict::Right { rehash } => rehash,
        };
        let rehashed = if rehash {
            // A new form of the hash can wait for the next login.
            hasher.hash(password, entropy).await.ok()
        } else {
            None
        };
        Ok(Finding::Right {
            user: candidate.user.clone(),
            changed_at: stored.changed_at,
            rehashed,
        })
    }
}

/// An attempt whose password was checked.
#[derive(Debug)]
pub struct CheckedAttempt {
    subjects: Vec<Subject>,
    is_last: bool,
    user: Option<UserId>,
    finding: Finding,
}

#[derive(Debug)]
enum Finding {
    Right {
        user: UserId,
        changed_at: Timestamp,
        rehashed: Option<PasswordHash>,
    },
    Refused(LoginFailureReason),
}

/// Who proved who they are, and what that is worth: what a session starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// Who.
    pub user_id: UserId,
    /// How, now.
    pub assurance: Assurance,
}

/// How a login ended. A refusal leaves its trace, so it is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoginOutcome {
    /// They are who they say.
    Granted(Authenticated),
    /// They are not, or may not enter. Why stands in the event only.
    Refused,
}

/// Ends the attempt: a success resets the count, stores the renewed hash and holds the password's row until the
/// commit, so that a change of password and a login with the old one cannot both win; a failure is recorded.
pub async fn complete(work: &mut UnitOfWork, checked: CheckedAttempt) -> Result<LoginOutcome, DatabaseError> {
    let reason = match checked.finding {
        Finding::Refused(reason) => reason,
        Finding::Right {
            user,
            changed_at,
            rehashed,
        } => {
            let confirmed = store::confirm(
                work.connection()?,
                &checked.subjects,
                &user,
                changed_at,
                rehashed.as_ref(),
            )
            .await?;
            if confirmed {
                let assurance = Assurance::of(&[Proof::Password], work.now());
                return Ok(LoginOutcome::Granted(Authenticated {
                    user_id: user,
                    assurance,
                }));
            }
            LoginFailureReason::ChangedMeanwhile
        }
    };
    let user = checked.user.clone();
    audit::record(work, LoginEvent::Failure { user, reason }).await?;
    if checked.is_last {
        audit::record(work, LoginEvent::AccountLocked { user: checked.user }).await?;
    }
    Ok(LoginOutcome::Refused)
}
