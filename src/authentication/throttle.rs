//! Owns how many attempts somebody has: each is reserved before anything is checked, in one statement. What is shown
//! of it depends on what was presented alone: the identifier, with an account or without, or a browser that signed in to
//! the account before, which has a budget of its own. Waits grow before a lock.
//!
//! An account counts what failed through any of its identifiers too, and nobody sees it: after too many failures in a
//! row its password is worth nothing in an unknown browser, until a success, an unlock or a new password. It does not
//! know what is attempted.

use std::fmt::Write as _;
use std::time::Duration;

use super::login::Whom;
use super::store;
use crate::base::clock::{Timestamp, after, before};
use crate::base::digest;
use crate::base::id::UserId;
use crate::db::{DatabaseError, UnitOfWork};

/// Failures in a row after which unknown browsers get no further with an account, and those after which a known one is
/// unknown. Together they are the hundred of NIST SP 800-63B-4 section 3.2.2.
pub(super) const ACCOUNT_FAILURES: i32 = 80;
/// The same of one known browser.
pub(super) const DEVICE_FAILURES: i32 = 20;
/// How long failures are remembered without a further attempt.
const FAILURES_KEPT: Duration = Duration::from_hours(30 * 24);
/// The wait before the first delayed attempt; each further one is [`DELAY_GROWTH`] times as long.
const FIRST_DELAY: Duration = Duration::from_secs(5);
const DELAY_GROWTH: u32 = 4;
/// The most attempts of a window that are delayed, and which part of them.
const MOST_DELAYED: u16 = 4;

/// How many attempts, and for how long none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Attempts in a window; the window starts with the first.
    pub attempts: u16,
    /// Its length.
    pub window: Duration,
    /// How long none is allowed after the last one of a window was reserved. Before it the last attempts have to be
    /// waited for: of five the fourth 5 s, the fifth 20 s.
    pub lock: Duration,
}

impl Default for Limits {
    /// Five in 15 minutes, then none for 30.
    fn default() -> Self {
        Self {
            attempts: 5,
            window: Duration::from_mins(15),
            lock: Duration::from_mins(30),
        }
    }
}

/// Whose attempts are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Subject(String);

impl Subject {
    /// The names that count for what is presented, and in place of an account that there is not.
    pub(super) fn of(whom: Whom<'_>) -> (Self, Self) {
        match whom {
            Whom::Identifier(canonical) => (Self::of_identifier(canonical), Self::of_nobody(canonical)),
            Whom::User(user) => (Self::of_confirmation(user), Self::of_nobody(user.as_str())),
        }
    }

    /// The name that counts for an identifier, whether or not an account has it. The identifier itself is not kept.
    pub(super) fn of_identifier(canonical: &str) -> Self {
        let digest = digest::sha256(&[b"login-identifier", canonical.as_bytes()]);
        let mut name = "identifier:".to_owned();
        for byte in digest.as_bytes() {
            // Writing to a `String` cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        Self(name)
    }

    /// The name that is written where an identifier has no account, so that the same is done for both: one of few.
    pub(super) fn of_nobody(canonical: &str) -> Self {
        let digest = digest::sha256(&[b"login-nobody", canonical.as_bytes()]);
        let shelf = digest.as_bytes().first().copied().unwrap_or_default();
        Self(format!("nobody:{shelf:02x}"))
    }

    /// The name that counts for an account, whichever of its identifiers was given.
    pub(super) fn of_user(user: &UserId) -> Self {
        Self(format!("user:{user}"))
    }

    /// The name that counts for a person who is known already and confirms something.
    pub(super) fn of_confirmation(user: &UserId) -> Self {
        Self(format!("confirmation:{user}"))
    }

    pub(super) const fn from_stored(name: String) -> Self {
        Self(name)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The instants that limits mean now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) now: Timestamp,
    pub(super) most: i32,
    /// The first attempt of a window after which somebody has to wait.
    pub(super) first_delayed: i32,
    /// Until when, after this attempt and after each that follows; the last is the lock.
    pub(super) next_at: Vec<Timestamp>,
    /// What was last attempted before this, or at it, is forgotten.
    pub(super) failures_over: Timestamp,
    /// A window that started before this, or at it, is over.
    pub(super) window_over: Timestamp,
    pub(super) lock_until: Timestamp,
}

impl Bounds {
    pub(super) fn of(limits: Limits, now: Timestamp) -> Self {
        let attempts = limits.attempts.max(1);
        let delayed = MOST_DELAYED.min(attempts * 2 / 5);
        let delays = std::iter::successors(Some(FIRST_DELAY), |delay| Some(*delay * DELAY_GROWTH));
        let mut next_at: Vec<Timestamp> = delays
            .take(usize::from(delayed))
            .map(|delay| after(now, delay.min(limits.lock)))
            .collect();
        next_at.push(after(now, limits.lock));
        Self {
            now,
            most: i32::from(attempts),
            first_delayed: i32::from(attempts - delayed),
            next_at,
            failures_over: before(now, FAILURES_KEPT),
            window_over: before(now, limits.window),
            lock_until: after(now, limits.lock),
        }
    }

    /// How long a refused one has to wait. A lock that another attempt set meanwhile is not seen yet: it is new.
    pub(super) fn retry_after(&self, locked_until: Option<Timestamp>) -> Duration {
        let until = locked_until.unwrap_or(self.lock_until);
        (until - self.now).to_std().unwrap_or(Duration::ZERO)
    }
}

/// Forgets all that was counted against an account: on itself, on what it is called, and in its browsers. Says whether
/// there was anything.
pub async fn clear(work: &mut UnitOfWork, user: &UserId) -> Result<bool, DatabaseError> {
    let mut subjects = vec![Subject::of_user(user), Subject::of_confirmation(user)];
    let identifiers = store::identifiers(work.connection()?, user).await?;
    subjects.extend(
        identifiers
            .iter()
            .map(|canonical| Subject::of_identifier(canonical)),
    );
    store::clear(work.connection()?, user, &subjects).await
}

/// Deletes at most `limit` counters that no longer count anything; says how many.
pub async fn expire(work: &mut UnitOfWork, limits: Limits, rows: i64) -> Result<u64, DatabaseError> {
    let bounds = Bounds::of(limits, work.now());
    store::expire_attempts(work.connection()?, &bounds, rows).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn accounts_and_identifiers_never_share_a_counter() {
        let identifier = Subject::of_identifier("ada@example.org");
        assert!(identifier.as_str().starts_with("identifier:"));
        assert_eq!(identifier.as_str().len(), "identifier:".len() + 64);
        assert!(!identifier.as_str().contains("ada"));
        assert_eq!(Subject::of_user(&UserId::from_text("u1")).as_str(), "user:u1");
        let nobody = Subject::of_nobody("ada@example.org");
        assert_eq!(nobody.as_str().len(), "nobody:00".len());
    }

    #[test]
    fn bounds_are_window_back_and_lock_ahead() {
        let bounds = Bounds::of(Limits::default(), at(0));
        assert_eq!(
            (bounds.most, bounds.window_over, bounds.lock_until),
            (5, at(-900), at(1800))
        );
        assert_eq!(bounds.first_delayed, 3);
        assert_eq!(bounds.next_at, [at(5), at(20), at(1800)]);
    }

    #[test]
    fn delays_grow_before_a_lock_and_never_beyond_it() {
        let of = |attempts, lock| {
            let limits = Limits {
                attempts,
                lock: Duration::from_secs(lock),
                ..Limits::default()
            };
            let bounds = Bounds::of(limits, at(0));
            (bounds.first_delayed, bounds.next_at)
        };
        assert_eq!(of(1, 60), (1, vec![at(60)]));
        assert_eq!(of(10, 60), (6, vec![at(5), at(20), at(60), at(60), at(60)]));
        assert_eq!(
            of(100, 1800),
            (96, vec![at(5), at(20), at(80), at(320), at(1800)])
        );
    }

    #[test]
    fn an_unseen_lock_counts_as_a_new_one() {
        let bounds = Bounds::of(Limits::default(), at(0));
        assert_eq!(bounds.retry_after(Some(at(60))), Duration::from_mins(1));
        assert_eq!(bounds.retry_after(None), Duration::from_mins(30));
        assert_eq!(bounds.retry_after(Some(at(-1))), Duration::ZERO);
    }
}
