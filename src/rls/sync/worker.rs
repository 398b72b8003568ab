//! Owns the worker's round: ask, write, note that the copy is current; and what it does when either side fails.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::super::identifier::Identifier;
use super::copy::{Copy, Session};
use super::cutoff_page::CutoffPage;
use super::error::SyncError;
use super::source::Source;
use crate::base::clock::Timestamp;

/// How long an answer is waited for. A copy is as old as the question, so it is twice this when the next answer comes;
/// the kit trusts it for ten seconds.
const WAIT: Duration = Duration::from_secs(2);
/// After news the worker rests, so that what comes at once is written at once.
const REST: Duration = Duration::from_millis(100);
/// How often everything is read anew: what is over goes, and whatever went wrong unnoticed is mended.
const ANEW_EVERY: Duration = Duration::from_mins(10);
/// How often a worker that stands by looks whether the other one is gone.
const STAND_BY: Duration = Duration::from_secs(1);
/// The pauses after failures: short first, since the copy is trusted for seconds only.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The database downstream.
#[derive(Debug, Clone)]
pub struct Database {
    /// Its URL, as a role that may write the copy.
    pub url: String,
    /// The kit's schema.
    pub schema: Identifier,
}

/// What happens, for whoever watches.
#[derive(Debug)]
pub enum Progress {
    /// Another worker keeps the copy; this one stands by.
    StandingBy,
    /// Everything was read anew.
    Copied {
        /// How many cut-offs there are.
        cutoffs: usize,
    },
    /// Cut-offs were added or raised.
    Applied {
        /// How many.
        cutoffs: usize,
        /// How long ago the oldest of them was made, by the two databases' clocks.
        lag: Duration,
    },
    /// Nothing was copied; it is tried again.
    Failed {
        /// Why.
        error: SyncError,
        /// When.
        pause: Duration,
    },
}

/// Keeps a copy current until cancelled.
pub async fn run(
    source: &Source,
    database: &Database,
    stop: CancellationToken,
    mut tell: impl FnMut(Progress) + Send,
) {
    let work = async {
        let mut failures = 0;
        let mut session = None;
        loop {
            let Err(error) = keep(source, database, &mut failures, &mut session, &mut tell).await;
            rest(error, &mut failures, &mut tell).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// Reads everything once.
pub async fn once(source: &Source, database: &Database) -> Result<Progress, SyncError> {
    let mut copy = Copy::open(&database.url, database.schema.clone()).await?;
    if !copy.take().await? {
        return Err(SyncError::Busy);
    }
    let asked_at = copy.now().await?;
    let answer = source.ask(None, Duration::ZERO).await?;
    let (_, progress) = apply(source, &mut copy, (answer, asked_at)).await?;
    Ok(progress)
}

enum Never {}

/// One connection's life: it ends only with a failure of the database downstream.
async fn keep(
    source: &Source,
    database: &Database,
    failures: &mut u32,
    session: &mut Option<Session>,
    tell: &mut (impl FnMut(Progress) + Send),
) -> Result<Never, SyncError> {
    let mut copy = Copy::open(&database.url, database.schema.clone()).await?;
    if let Some(lost) = session.replace(copy.session()) {
        copy.end(lost).await?;
    }
    if !copy.take().await? {
        tell(Progress::StandingBy);
        while !copy.take().await? {
            tokio::time::sleep(STAND_BY).await;
        }
    }
    let mut cursor: Option<String> = None;
    let mut anew_at = Instant::now();
    loop {
        if Instant::now() >= anew_at {
            cursor = None;
        }
        let wait = if cursor.is_some() { WAIT } else { Duration::ZERO };
        let asked_at = copy.now().await?;
        let answer = match source.ask(cursor.as_deref(), wait).await {
            Ok(answer) => answer,
            Err(error) => {
                if error.is_about_the_cursor() {
                    cursor = None;
                }
                rest(error, failures, tell).await;
                continue;
            }
        };
        let full = answer.full;
        let (next, progress) = match apply(source, &mut copy, (answer, asked_at)).await {
            // The issuer went away between two pages: the copy is as it was.
            Err(error @ (SyncError::Fetch(_) | SyncError::Refused { .. } | SyncError::Malformed)) => {
                rest(error, failures, tell).await;
                continue;
            }
            applied => applied?,
        };
        *failures = 0;
        cursor = Some(next);
        if full {
            anew_at = Instant::now() + ANEW_EVERY;
        }
        if !matches!(progress, Progress::Applied { cutoffs: 0, .. }) {
            tell(progress);
            tokio::time::sleep(REST).await;
        }
    }
}

/// Writes an answer, with the pages that follow it, in one transaction.
async fn apply(
    source: &Source,
    copy: &mut Copy,
    (mut answer, mut asked_at): (CutoffPage, Timestamp),
) -> Result<(String, Progress), SyncError> {
    let full = answer.full;
    let mut writing = copy.begin().await?;
    let (mut count, mut oldest) = (0, None);
    loop {
        writing.write(&answer).await?;
        count += answer.cutoffs.len();
        let times = answer.cutoffs.iter().map(|cutoff| cutoff.changed_at);
        oldest = times.chain(oldest).min();
        if !answer.more {
            break;
        }
        // A cut-off that was written meanwhile stands on a page to come, so that the last page is true of now.
        asked_at = writing.now().await?;
        answer = source.ask(Some(&answer.cursor), Duration::ZERO).await?;
    }
    let age = writing.finish(&answer.cursor, asked_at, oldest).await?;
    let progress = if full {
        Progress::Copied { cutoffs: count }
    } else {
        let age = u64::try_from(age.unwrap_or(0)).unwrap_or(0);
        Progress::Applied {
            cutoffs: count,
            lag: Duration::from_millis(age),
        }
    };
    Ok((answer.cursor, progress))
}

/// Tells of a failure and pauses, longer each time.
async fn rest(error: SyncError, failures: &mut u32, tell: &mut (impl FnMut(Progress) + Send)) {
    let pause = FIRST_PAUSE
        .saturating_mul(1 << (*failures).min(10))
        .min(LONGEST_PAUSE);
    *failures = failures.saturating_add(1);
    tell(Progress::Failed { error, pause });
    tokio::time::sleep(pause).await;
}
