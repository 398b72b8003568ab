//! Owns the writing down of who fetched the key set, in batches, and what of it is forgotten.

use std::collections::HashMap;
use std::time::Duration;

use super::sightings::{Sighting, Sightings};
use super::verifier::bucket;
use crate::base::clock::{self, Timestamp};
use crate::db::{DatabaseError, UnitOfWork};
use crate::signing::store::{self, FetchRow};

/// The most verifiers that are kept: whoever makes up names takes no more room. Those that configuration lists always
/// have theirs.
const MOST: usize = 2000;
/// Whoever has not come for so long is forgotten.
const KEPT: Duration = Duration::from_hours(90 * 24);

/// Writes down what this process has seen since it did so last: three statements, one replica at a time, so that the
/// bound holds for all of them together. Needs a transaction. What is lost with a failure was not seen: at worst a
/// rotation waits for another fetch.
pub async fn write_down(
    work: &mut UnitOfWork,
    sightings: &Sightings,
    listed: &[String],
) -> Result<(), DatabaseError> {
    store::lock_verifiers(work.connection()?).await?;
    let mut seen = sightings.take();
    // Nobody's room hangs on chance.
    seen.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = seen.iter().map(|sighting| sighting.name.as_str()).collect();
    let known = store::last_fetches(work.connection()?, &names).await?;
    let mut room = MOST.saturating_sub(usize::try_from(known.all).unwrap_or(MOST));
    let last: HashMap<String, Timestamp> = known.last.into_iter().collect();
    let rows = seen.into_iter().filter_map(|sighting| {
        let before = last.get(&sighting.name).copied();
        if before.is_none() && !listed.contains(&sighting.name) {
            room = room.checked_sub(1)?;
        }
        Some(row(sighting, before))
    });
    let rows: Vec<FetchRow> = rows.collect();
    store::note_fetches(work.connection()?, &rows).await
}

/// What is added to a row. The time since the fetch before the first one is an interval too.
fn row(mut sighting: Sighting, before: Option<Timestamp>) -> FetchRow {
    let gap = before.and_then(|before| (sighting.first - before).to_std().ok());
    if let Some(count) = gap.and_then(|gap| sighting.intervals.get_mut(bucket(gap))) {
        *count = count.saturating_add(1);
    }
    FetchRow {
        name: sighting.name,
        named: sighting.named,
        first: sighting.first,
        last: sighting.last,
        fetches: sighting.fetches,
        intervals: sighting.intervals.to_vec(),
    }
}

/// Forgets at most `limit` verifiers that have not come for long; says how many.
pub async fn expire_verifiers(work: &mut UnitOfWork, limit: i64) -> Result<u64, DatabaseError> {
    let before = clock::before(work.now(), KEPT);
    store::expire_verifiers(work.connection()?, before, limit).await
}
