//! Owns the adding of entries. Whoever writes holds the lock, so that the log has one order.

use super::chain;
use super::entry::{Draft, Entry};
use crate::base::clock::Timestamp;
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
    next: i64,
    previous: Option<String>,
    /// The time of whatever is written now: never before that of the last entry, whatever clocks say.
    pub(in crate::signing) now: Timestamp,
}

impl Writer {
    /// Looks for the end of the log, which nobody else moves while the lock is held.
    pub(in crate::signing) async fn open(work: &mut UnitOfWork) -> Result<Self, DatabaseError> {
        let now = work.now();
        let Some(last) = store::last(work.connection()?).await? else {
            return Ok(Self {
                next: 1,
                previous: None,
                now,
            });
        };
        let entry: Entry = serde_json::from_str(&last.entry).map_err(|_| DatabaseError::Inconsistent {
            table: "auth.key_log",
            problem: "its last entry cannot be read",
        })?;
        Ok(Self {
            next: last.sequence.saturating_add(1),
            previous: Some(chain::text(&chain::hash(&last.entry))),
            now: now.max(entry.at),
        })
    }

    /// Adds an entry.
    pub(in crate::signing) async fn append(
        &mut self,
        work: &mut UnitOfWork,
        draft: Draft,
        signers: Signers<'_>,
    ) -> Result<(), SigningError> {
        let actor = work.actor();
        let by = actor
            .id()
            .map_or_else(|| actor.kind().to_owned(), |id| format!("{} {id}", actor.kind()));
        let entry = Entry {
            sequence: self.next,
            previous: self.previous.take(),
            at: self.now,
            by,
            draft,
        };
        let text = serde_json::to_string(&entry).map_err(JoseError::Claims)?;
        let hash = chain::hash(&text);
        let sign = |signer: Option<&Signer>| signer.map(|signer| chain::sign(signer, &hash)).transpose();
        let signatures = (sign(signers.outgoing)?, sign(signers.incoming)?);
        store::append(work.connection()?, self.next, &text, &hash, signatures).await?;
        self.previous = Some(chain::text(&hash));
        self.next = self.next.saturating_add(1);
        Ok(())
    }
}
