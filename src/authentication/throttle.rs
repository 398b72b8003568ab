//! Owns how many attempts somebody has: each is reserved before anything is checked, in one statement, on the
//! account or, where no account has the identifier, on the identifier itself. Both lock alike, so that a lock tells
//! nothing. It does not know what is attempted.

use std::fmt::Write as _;
use std::time::Duration;

use super::store;
use crate::base::clock::{Timestamp, after, before};
use crate::base::digest;
use crate::base::id::UserId;
use crate::db::{DatabaseError, Work};

/// How many attempts, and for how long none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Attempts in a window; the window starts with the first.
    pub attempts: u16,
    /// Its length.
    pub window: Duration,
    /// How long none is allowed after the last one of a window was reserved.
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
    /// The name that counts for an identifier which no account has. The identifier itself is not kept.
    pub(super) fn of_identifier(canonical: &str) -> Self {
        let digest = digest::sha256(&[b"login-identifier", canonical.as_bytes()]);
        let mut name = "identifier:".to_owned();
        for byte in digest.as_bytes() {
            // Writing to a `String` cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        Self(name)
    }

    /// The name that counts for an account, whichever of its identifiers was given.
    pub(super) fn of_user(user: &UserId) -> Self {
        Self(format!("user:{user}"))
    }

    pub(super) const fn from_stored(name: String) -> Self {
        Self(name)
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The instants that limits mean now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) now: Timestamp,
    pub(super) most: i32,
    /// A window that started before this, or at it, is over.
    pub(super) window_over: Timestamp,
    pub(super) lock_until: Timestamp,
}

impl Bounds {
    pub(super) fn of(limits: Limits, now: Timestamp) -> Self {
        Self {
            now,
            most: i32::from(limits.attempts),
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

/// Deletes at most `limit` counters that no longer count anything; says how many.
pub async fn expire(work: &mut Work, limits: Limits, rows: i64) -> Result<u64, DatabaseError> {
    let bounds = Bounds::of(limits, work.now());
    store::expire_attempts(work.connection()?, bounds, rows).await
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
    }

    #[test]
    fn bounds_are_window_back_and_lock_ahead() {
        let bounds = Bounds::of(Limits::default(), at(0));
        assert_eq!(
            (bounds.most, bounds.window_over, bounds.lock_until),
            (5, at(-900), at(1800))
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
