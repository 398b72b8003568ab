//! Owns how many mails an address gets, whoever asks for them: so many of a kind in an hour, and so many in a day of those
//! that anybody can cause (DO-04). It is counted in the transaction that would send one more.

use std::time::Duration;

use super::message::{Budget, MessageKind};
use super::store;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::{self, Digest};
use crate::config::MailSettings;
use crate::db::{DatabaseError, UnitOfWork};

const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

/// How many there may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Of one kind in an hour.
    pub hourly: i32,
    /// In a day, of those that anybody can cause.
    pub daily: i32,
}

/// Whether one more is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is.
    Admitted,
    /// It is the first one that is not.
    FirstTooMany,
    /// It is not, and neither was the one before.
    TooMany,
}

/// What was asked for an address lately.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The kind; none: all of a day that anybody can cause.
    pub message: Option<String>,
    /// Since when.
    pub began_at: Timestamp,
    /// How many; those that were not sent any more count too.
    pub asked: i32,
}

impl Limits {
    /// As configuration says.
    #[must_use]
    pub fn configured(settings: &MailSettings) -> Self {
        Self {
            hourly: i32::from(settings.hourly),
            daily: i32::from(settings.daily),
        }
    }
}

/// What stands for an address, by its canonical form.
pub(super) fn digest_of(canonical: &str) -> Digest {
    digest::sha256(&[b"mail address", canonical.as_bytes()])
}

/// Counts one more mail to an address, and says whether it is one too many. One statement.
pub async fn admit(
    work: &mut UnitOfWork,
    canonical: &str,
    kind: MessageKind,
    limits: Limits,
) -> Result<Admission, DatabaseError> {
    let now = work.now();
    let asked = store::Asked {
        address: &digest_of(canonical),
        message: kind.name(),
        counts_in_a_day: kind.budget() == Budget::OfOthers,
        hour_ago: clock::before(now, HOUR),
        day_ago: clock::before(now, DAY),
        now,
    };
    let (hour, day) = store::count(work.connection()?, &asked, limits.hourly).await?;
    Ok(if hour <= limits.hourly && day <= limits.daily {
        Admission::Admitted
    } else if hour == limits.hourly + 1 || (hour <= limits.hourly && day == limits.daily + 1) {
        Admission::FirstTooMany
    } else {
        Admission::TooMany
    })
}

/// What was asked for an address lately.
pub async fn counts(work: &mut UnitOfWork, canonical: &str) -> Result<Vec<Count>, DatabaseError> {
    let since = clock::before(work.now(), DAY);
    store::counts(work.connection()?, &digest_of(canonical), since).await
}

/// Deletes at most `limit` counts that begin anew; says how many.
pub async fn expire(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let now = work.now();
    let (hour_ago, day_ago) = (clock::before(now, HOUR), clock::before(now, DAY));
    store::expire_counts(work.connection()?, hour_ago, day_ago, limit).await
}
