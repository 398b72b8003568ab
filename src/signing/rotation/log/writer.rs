//! Owns the adding of entries. Whoever writes holds the lock, so that the log has one order.

use std::time::Duration;

use serde::Deserialize;

use super::chain;
use super::entry::{Draft, Entry};
use super::problem::LogProblem;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::Digest;
use crate::db::{DatabaseError, UnitOfWork};
use crate::jose::{JoseError, Signer};
use crate::signing::error::SigningError;
use crate::signing::store;

/// Who signs an entry: the key that signed until then, and the one that is new.
#[derive(Clone, Copy, Default)]
pub(in crate::signing) struct Signers<'a> {
    pub(in crate::signing) outgoing: Option<&'a Signer>,
    pub(in crate::signing) incoming: Option<&'a Signer>,
}

/// The end of the log.
pub(in crate::signing) struct Writer {
    /// The number of the next entry; none if there is none left.
    next: Option<i64>,
    previous: Option<String>,
    /// The time of whatever is written now: not before that of the last entry, as far as clocks may differ.
    pub(in crate::signing) at: Timestamp,
    /// What is wrong with the last entry.
    pub(in crate::signing) problem: Option<LogProblem>,
}

/// All that is needed of the last entry.
#[derive(Deserialize)]
struct Written {
    at: Timestamp,
}

impl Writer {
    /// Looks for the end of the log, which nobody else moves while the lock is held. Whatever the last entry says, what
    /// follows it can be written: a revocation must not depend on it.
    pub(in crate::signing) async fn open(
        work: &mut UnitOfWork,
        skew: Duration,
    ) -> Result<Self, DatabaseError> {
        let now = work.now();
        let Some(last) = store::last(work.connection()?).await? else {
            return Ok(Self {
                next: Some(1),
                previous: None,
                at: now,
                problem: None,
            });
        };
        let written = serde_json::from_str::<Written>(&last.entry).ok();
        let next = last.sequence.checked_add(1);
        let (at, problem) = match written {
            _ if next.is_none() => (now, Some(LogProblem::Full)),
            None => (now, Some(LogProblem::Unreadable)),
            Some(last) if last.at > clock::after(now, skew) => (now, Some(LogProblem::Ahead(last.at))),
            Some(last) => (now.max(last.at), None),
        };
        Ok(Self {
            next,
            previous: Digest::from_bytes(&last.hash).map(|hash| chain::text(&hash)),
            at,
            problem,
        })
    }

    /// Whether there is no entry yet.
    pub(in crate::signing) const fn is_empty(&self) -> bool {
        matches!(self.next, Some(1))
    }

    /// Adds an entry.
    pub(in crate::signing) async fn append(
        &mut self,
        work: &mut UnitOfWork,
        draft: Draft,
        signers: Signers<'_>,
    ) -> Result<(), SigningError> {
        let Some(sequence) = self.next else {
            // Only an emergency comes here, and its security event is written all the same.
            tracing::error!(key.id = draft.key_id.as_str(), "{}", LogProblem::Full);
            return Ok(());
        };
        let actor = work.actor();
        let by = actor
            .id()
            .map_or_else(|| actor.kind().to_owned(), |id| format!("{} {id}", actor.kind()));
        let entry = Entry {
            sequence,
            previous: self.previous.take(),
            at: self.at,
            by,
            draft,
        };
        let text = serde_json::to_string(&entry).map_err(JoseError::Claims)?;
        let hash = chain::hash(&text);
        let sign = |signer: Option<&Signer>| signer.map(|signer| chain::sign(signer, &hash)).transpose();
        let signatures = (sign(signers.outgoing)?, sign(signers.incoming)?);
        store::append(work.connection()?, sequence, &text, &hash, signatures).await?;
        self.previous = Some(chain::text(&hash));
        self.next = sequence.checked_add(1);
        Ok(())
    }
}
