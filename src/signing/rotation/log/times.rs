//! Owns the times of the proof: whether a key was published for long enough before it signed, whether it signed no
//! earlier than it might, and whether it stayed in the set for as long as something lived that it had signed.

use std::time::Duration;

use super::entry::Draft;
use super::states::States;
use crate::base::clock::{self, Timestamp};
use crate::base::id::KeyId;
use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::key::Key;
use crate::signing::store::FirstSignature;

/// By how much the clocks of two replicas may differ, both of which follow the database's.
const CLOCKS_DIFFER: Duration = Duration::from_secs(5);

/// Whether a key was published for as long as it had to be.
pub(super) fn waited(
    draft: &Draft,
    at: Timestamp,
    known_since: Timestamp,
    cache_seconds: u64,
) -> Result<(), String> {
    let published_for = u64::try_from((at - known_since).num_seconds()).unwrap_or(0);
    let wanted = draft.wait_seconds.unwrap_or(u64::MAX).max(cache_seconds);
    if published_for < wanted {
        return Err(format!(
            "{} was published for {published_for} s, and {wanted} s were needed",
            draft.key_id
        ));
    }
    Ok(())
}

/// Whether a key stayed in the set until nothing lived any more that it had signed: by what was said when it signed its
/// last, and by what its retirement says.
pub(super) fn stayed(
    draft: &Draft,
    at: Timestamp,
    signed_last: Option<(Timestamp, u64)>,
) -> Result<(), String> {
    let Some((signed_last, life)) = signed_last else {
        return Ok(());
    };
    let life = life.max(draft.life_seconds.unwrap_or(0));
    let leaves_after = clock::after(signed_last, Duration::from_secs(life));
    if at < leaves_after {
        return Err(format!(
            "{} left the set before {leaves_after}, until when something lived that it had signed",
            draft.key_id
        ));
    }
    Ok(())
}

/// Keys whose rows say that they signed what lived longer than they stayed.
pub(super) fn left_early(keys: &[Key]) -> impl Iterator<Item = String> {
    let retired = keys.iter().filter(|key| key.status == KeyStatus::Retired);
    retired.filter_map(|key| {
        let (signed_last, left) = (key.retiring_at?, key.retired_at?);
        let leaves_after = clock::after(signed_last, key.life);
        (left < leaves_after).then(|| {
            format!(
                "the key {} left the set at {left}, and what it signed lived until {leaves_after}",
                key.key_id
            )
        })
    })
}

/// Keys that signed before they might.
pub(super) fn too_early(
    states: &States,
    signatures: &[FirstSignature],
    emergencies: &[KeyId],
) -> impl Iterator<Item = String> {
    signatures.iter().filter_map(|signature| {
        let (kid, first) = (&signature.kid, signature.first_signed_at);
        let key_id = KeyId::from_text(kid.as_str());
        let Some(key) = states.keys.get(&key_id) else {
            return Some(format!("{kid} signed at {first}, and is in no entry"));
        };
        let Some(activation) = &key.activated else {
            return Some(format!("{kid} signed at {first}, and never became active"));
        };
        let latest = clock::after(first, CLOCKS_DIFFER);
        let known_for =
            |at: Timestamp| u64::try_from((at - activation.known_since).num_seconds()).unwrap_or(0);
        let early = latest < activation.at
            || (known_for(latest) < activation.wait_seconds && !emergencies.contains(&key_id));
        early.then(|| {
            format!(
                "{kid} signed at {first}, {} s after it was published, before it might at {}",
                known_for(first),
                activation.at
            )
        })
    })
}
