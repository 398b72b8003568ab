//! Owns the proof: the chain, its signatures and times are computed anew, and compared with the keys as they are and
//! with when each of them first signed.

use super::chain;
use super::entry::{ChangeName, Draft, Entry};
use super::states::States;
use super::times;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::signing::rotation::key::Key;
use crate::signing::rotation::view::View;
use crate::signing::store::{self, FirstSignature, LogRow};

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry, if it is one.
    pub sequence: Option<i64>,
    /// What is wrong.
    pub problem: String,
}

/// What was proven.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proof {
    /// How many entries there are.
    pub entries: usize,
    /// The hash of each entry, the last one's at the end: whoever keeps one elsewhere sees whether the log was written
    /// anew.
    pub hashes: Vec<String>,
    /// Keys that signed before they had been published for long enough, since another one was revoked.
    pub emergencies: Vec<KeyId>,
    /// Entries that nobody vouches for, since the key that should have did not open.
    pub unvouched: Vec<i64>,
    /// Keys that were added past the log, by a server of an older version say, and taken into it later.
    pub late: Vec<KeyId>,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

/// Computes the proof anew, of one moment: the transaction must have read nothing yet.
pub async fn verify(work: &mut UnitOfWork) -> Result<Proof, DatabaseError> {
    let now = work.now();
    let connection = work.connection()?;
    store::hold_snapshot(connection).await?;
    let rows = store::entries(connection).await?;
    let view = View::read(connection, now).await?;
    let signatures = store::first_signatures(connection).await?;
    Ok(prove(&rows, &view.keys, &signatures))
}

/// The hash of the last entry; none before there is one.
pub async fn head(connection: &mut PgConnection) -> Result<Option<String>, DatabaseError> {
    let last = store::last(connection).await?;
    Ok(last.map(|row| chain::text(&chain::hash(&row.entry))))
}

/// The proof of these rows.
pub(super) fn prove(rows: &[LogRow], keys: &[Key], signatures: &[FirstSignature]) -> Proof {
    if rows.is_empty() {
        return unbegun(signatures);
    }
    let mut states = States::default();
    let mut proof = Proof {
        entries: rows.len(),
        hashes: rows
            .iter()
            .map(|row| chain::text(&chain::hash(&row.entry)))
            .collect(),
        ..Proof::default()
    };
    let mut previous: Option<&LogRow> = None;
    let mut at = Timestamp::MIN_UTC;
    for row in rows {
        let mut problems = missing(row, previous);
        previous = Some(row);
        match serde_json::from_str::<Entry>(&row.entry) {
            Ok(entry) => {
                if entry.at < at {
                    problems.push("it is older than the one before it".to_owned());
                }
                at = at.max(entry.at);
                problems.extend(signed(row, &entry, &mut states));
                proof.note(row.sequence, entry.draft);
            }
            Err(_) => problems.push("it cannot be read: it was altered".to_owned()),
        }
        proof.findings.extend(problems.into_iter().map(|problem| Finding {
            sequence: Some(row.sequence),
            problem,
        }));
    }
    let behind = compare(&states, keys)
        .chain(times::too_early(&states, signatures, &proof.emergencies))
        .chain(times::left_early(keys))
        .chain(states.unfounded());
    let behind: Vec<Finding> = behind.map(Finding::of_all).collect();
    proof.findings.extend(behind);
    proof
}

/// Nothing is proven yet, or nothing any more.
fn unbegun(signatures: &[FirstSignature]) -> Proof {
    let problem = if signatures.is_empty() {
        "the key log has not begun, so that nothing is proven: a server of this version begins it when it starts"
    } else {
        "the key log is empty, and keys have signed: it was removed; or, if no server of this version has started here, it \
         has not begun"
    };
    Proof {
        findings: vec![Finding::of_all(problem.to_owned())],
        ..Proof::default()
    }
}

impl Finding {
    const fn of_all(problem: String) -> Self {
        Self {
            sequence: None,
            problem,
        }
    }
}

impl Proof {
    /// The hash of the last entry.
    #[must_use]
    pub fn head(&self) -> Option<&str> {
        self.hashes.last().map(String::as_str)
    }

    /// What is said of an entry although nothing is wrong with it.
    fn note(&mut self, sequence: i64, draft: Draft) {
        self.unvouched.extend(draft.is_unvouched().then_some(sequence));
        if draft.emergency.is_some() && draft.change == ChangeName::Activated {
            self.emergencies.push(draft.key_id);
        } else if draft.late {
            self.late.push(draft.key_id);
        }
    }
}

/// Whether it stands where it was written, as it was written.
fn missing(row: &LogRow, previous: Option<&LogRow>) -> Vec<String> {
    let mut problems = Vec::new();
    let expected = previous.map_or(1, |previous| previous.sequence.saturating_add(1));
    if row.sequence != expected {
        problems.push(match row.sequence.saturating_sub(1) {
            last if last == expected => format!("entry {expected} before it is missing: it was removed"),
            last => format!("entries {expected} to {last} before it are missing: they were removed"),
        });
    }
    if Digest::from_bytes(&row.hash) != Some(chain::hash(&row.entry)) {
        problems.push("its hash is another entry's: it was altered".to_owned());
    }
    if let Ok(entry) = serde_json::from_str::<Entry>(&row.entry) {
        if entry.sequence != row.sequence {
            problems.push(format!(
                "it was written as entry {}: it was moved",
                entry.sequence
            ));
        }
        let before = previous.map(|previous| chain::text(&chain::hash(&previous.entry)));
        if entry.previous != before {
            problems.push(
                "it does not follow the entry before it: one of them was altered, removed or moved"
                    .to_owned(),
            );
        }
    }
    problems
}

/// Takes an entry over, and says what is wrong with what it says and with who signed it.
fn signed(row: &LogRow, entry: &Entry, states: &mut States) -> Vec<String> {
    let required = match states.take(entry) {
        Ok(required) => required,
        Err(problem) => return vec![problem],
    };
    let hash = chain::hash(&row.entry);
    let mut problems = Vec::new();
    for (role, key_id, signature) in [
        ("outgoing", required.outgoing, &row.signed),
        ("incoming", required.incoming, &row.countersigned),
    ] {
        let Some(key_id) = key_id else { continue };
        let key = states.keys.get(&key_id);
        let right = key.zip(signature.as_ref());
        if !right.is_some_and(|(key, signature)| chain::has_signed(&key.verifier, signature, &hash)) {
            problems.push(format!(
                "the {role} key {key_id} has not signed it: it was altered or forged"
            ));
        }
    }
    problems
}

/// Where the keys as they are differ from what the log says: its end was removed, or a key was changed past it.
fn compare(states: &States, keys: &[Key]) -> impl Iterator<Item = String> {
    let changed = keys.iter().filter_map(|key| {
        let key_id = &key.key_id;
        let Some(logged) = states.keys.get(key_id) else {
            return Some(format!("the key {key_id} is in no entry: it was added past the log, or the log's end removed"));
        };
        if logged.status != key.status {
            return Some(format!(
                "the key {key_id} is {}, and the log says {}: it was changed past the log, or the log's end removed",
                key.status.name(),
                logged.status.name()
            ));
        }
        if logged.public_key != key.public_key {
            return Some(format!("the key {key_id} is another one than the log says"));
        }
        (logged.published_at != key.published_at)
            .then(|| format!("the key {key_id} was published at another time than the log says"))
    });
    let gone = states
        .keys
        .keys()
        .filter(|key_id| !keys.iter().any(|key| key.key_id == **key_id));
    let gone: Vec<String> = gone
        .map(|key_id| format!("the key {key_id} of the log is gone"))
        .collect();
    changed.chain(gone).collect::<Vec<_>>().into_iter()
}
