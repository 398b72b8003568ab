//! Owns what an entry says: its JSON is hashed and stored letter by letter.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::signing) enum ChangeName {
    /// It was made on a database that had no key, and signs at once.
    First,
    /// It was there before there was a log.
    Adopted,
    /// It joined the set.
    Published,
    /// It counts as published from then on: the database was restored.
    Republished,
    /// It signs; what it replaces signs no more.
    Activated,
    /// It left the set.
    Retired,
    /// It was ended before its time.
    Revoked,
    /// It came from another provider, to verify only.
    Imported,
}

/// What an entry says beside its place in the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::signing) struct Draft {
    pub(in crate::signing) change: ChangeName,
    pub(in crate::signing) algorithm: Algorithm,
    pub(in crate::signing) key_id: KeyId,
    /// The state that a key had when the log began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) state: Option<String>,
    /// Since when, of an adopted key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) published_at: Option<Timestamp>,
    /// The public JWK, where the key is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) public_key: Option<Value>,
    /// The key that signed until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) replaces: Option<KeyId>,
    /// How long verifiers may have kept the set from before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) cache_seconds: Option<u64>,
    /// How long a key had to be published before it could sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) wait_seconds: Option<u64>,
    /// Until when a replica served a set without the key that signs now: it counts as published since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) absent_until: Option<Timestamp>,
    /// The longest life of anything that the key signed which signs no more, or leaves the set: of an imported one, how
    /// long it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) life_seconds: Option<u64>,
    /// An adopted key that was added past a log that had begun.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::signing) late: bool,
    /// Named verifiers that might break, and were let to by whoever asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::signing) broke: Vec<String>,
    /// How many others might break: their names are whatever somebody made up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) broke_others: Option<u64>,
    /// Nobody vouches for it: the key that should have did not open where this was written.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(in crate::signing) unvouched: bool,
    /// The key whose revocation this follows: nothing was waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::signing) emergency: Option<KeyId>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(said: &bool) -> bool {
    !*said
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) sequence: i64,
    /// Of the entry before it.
    pub(super) previous: Option<String>,
    pub(super) at: Timestamp,
    /// Who did it: the kind of actor, and which.
    pub(super) by: String,
    #[serde(flatten)]
    pub(super) draft: Draft,
}

impl Draft {
    /// A change of a key.
    pub(in crate::signing) const fn new(change: ChangeName, algorithm: Algorithm, key_id: KeyId) -> Self {
        Self {
            change,
            algorithm,
            key_id,
            state: None,
            published_at: None,
            public_key: None,
            replaces: None,
            cache_seconds: None,
            wait_seconds: None,
            absent_until: None,
            life_seconds: None,
            late: false,
            broke: Vec::new(),
            broke_others: None,
            unvouched: false,
            emergency: None,
        }
    }

    /// Whether the key is new to the log, so that the entry says what its public part is.
    pub(super) const fn introduces(&self) -> bool {
        matches!(
            self.change,
            ChangeName::First | ChangeName::Adopted | ChangeName::Published | ChangeName::Imported
        )
    }

    /// Whether nobody had to vouch for it. What the emergency or the beginning of a log needs cannot depend on a key
    /// that is lost; the proof tells of each.
    pub(super) const fn is_unvouched(&self) -> bool {
        self.unvouched
            && matches!(
                self.change,
                ChangeName::Adopted | ChangeName::Revoked | ChangeName::Imported | ChangeName::Republished
            )
    }

    /// The state that a key is in after it.
    pub(super) fn leads_to(&self) -> Option<KeyStatus> {
        match self.change {
            ChangeName::First | ChangeName::Activated => Some(KeyStatus::Active),
            ChangeName::Published | ChangeName::Republished => Some(KeyStatus::Next),
            ChangeName::Retired => Some(KeyStatus::Retired),
            ChangeName::Revoked => Some(KeyStatus::Revoked),
            ChangeName::Imported => Some(KeyStatus::Retiring),
            ChangeName::Adopted => self.state.as_deref().and_then(KeyStatus::parse),
        }
    }
}
