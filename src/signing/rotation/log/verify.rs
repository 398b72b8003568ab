//! Owns the proof: the chain, its signatures and times are computed anew, and compared with the keys as they are and
//! with when each of them first signed.

use super::chain;
use super::entry::{ChangeName, Entry};
use super::states::States;
use crate::base::clock::Timestamp;
use crate::base::digest::Digest;
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection};
use crate::signing::key_set::KeyStatus;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// How many entries there are.
    pub entries: usize,
    /// The hash of the last one: whoever keeps it elsewhere sees whether the log was written anew.
    pub head: Option<String>,
    /// Keys that signed before they had been published for long enough, since another one was revoked.
    pub emergencies: Vec<KeyId>,
    /// Entries that nobody vouches for, since the key that should have did not open.
    pub unvouched: Vec<i64>,
    /// What does not hold.
    pub findings: Vec<Finding>,
}

/// Computes the proof anew.
pub async fn verify(connection: &mut PgConnection, now: Timestamp) -> Result<Proof, DatabaseError> {
    let rows = store::entries(connection).await?;
    let view = View::read(connection, now).await?;
    let signatures = store::first_signatures(connection).await?;
    Ok(prove(&rows, &view.keys, &signatures))
}

/// The proof of these rows.
fn prove(rows: &[LogRow], keys: &[Key], signatures: &[FirstSignature]) -> Proof {
    let mut states = States::default();
    let mut findings = Vec::new();
    let (mut emergencies, mut unvouched) = (Vec::new(), Vec::new());
    let mut previous: Option<&LogRow> = None;
    let mut at = Timestamp::MIN_UTC;
    for row in rows {
        let mut object = |problem: String| {
            findings.push(Finding {
                sequence: Some(row.sequence),
                problem,
            });
        };
        missing(row, previous).into_iter().for_each(&mut object);
        previous = Some(row);
        let Ok(entry) = serde_json::from_str::<Entry>(&row.entry) else {
            object("it cannot be read: it was altered".to_owned());
            continue;
        };
        if entry.at < at {
            object("it is older than the one before it".to_owned());
        }
        at = at.max(entry.at);
        signed(row, &entry, &mut states).into_iter().for_each(&mut object);
        unvouched.extend(entry.draft.is_unvouched().then_some(row.sequence));
        if let Some(revoked) = entry
            .draft
            .emergency
            .filter(|_| entry.draft.change == ChangeName::Activated)
        {
            emergencies.push((entry.draft.key_id, revoked));
        }
    }
    let unfounded = emergencies.iter().filter_map(|(key_id, revoked)| {
        let revoked = states
            .keys
            .get(revoked)
            .is_some_and(|key| key.status == KeyStatus::Revoked);
        (!revoked).then(|| format!("{key_id} signed at once, and nothing was revoked"))
    });
    let unfounded: Vec<String> = unfounded.collect();
    let emergencies: Vec<KeyId> = emergencies.into_iter().map(|(key_id, _)| key_id).collect();
    let behind = compare(&states, keys)
        .chain(too_early(&states, signatures, &emergencies))
        .chain(unfounded);
    findings.extend(behind.map(|problem| Finding {
        sequence: None,
        problem,
    }));
    Proof {
        entries: rows.len(),
        head: rows.last().map(|row| chain::text(&chain::hash(&row.entry))),
        emergencies,
        unvouched,
        findings,
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

/// Keys that signed before they might.
fn too_early(
    states: &States,
    signatures: &[FirstSignature],
    emergencies: &[KeyId],
) -> impl Iterator<Item = String> {
    let early = signatures.iter().filter_map(|signature| {
        let (kid, first) = (&signature.kid, signature.first_signed_at);
        let key_id = KeyId::from_text(kid.as_str());
        let Some(key) = states.keys.get(&key_id) else {
            return Some(format!("{kid} signed at {first}, and is in no entry"));
        };
        let Some((activated, wait)) = key.activated else {
            return Some(format!("{kid} signed at {first}, and never became active"));
        };
        // What was there before the log began may have signed before it.
        let published = u64::try_from((first - key.published_at).num_seconds()).unwrap_or(0);
        let early = first < activated || (published < wait && !emergencies.contains(&key_id));
        early.then(|| {
            format!("{kid} signed at {first}, {published} s after it was published, before it might at {activated}")
        })
    });
    early.collect::<Vec<_>>().into_iter()
}
