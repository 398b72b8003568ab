//! Owns what the log says that keys are: their states as its entries lead from one to the next, who must have signed an
//! entry, and whether each key was published for long enough before it could sign.

use std::collections::HashMap;

use serde_json::Value;

use super::entry::{ChangeName, Draft, Entry};
use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::jose::{PublicJwk, Verifier};
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;

/// A key as the log knows it.
pub(super) struct Logged {
    pub(super) algorithm: Algorithm,
    pub(super) status: KeyStatus,
    pub(super) public_key: Value,
    pub(super) verifier: Verifier,
    pub(super) published_at: Timestamp,
    pub(super) cache_seconds: u64,
    /// Since when it may sign, and how long it must have been published by then.
    pub(super) activated: Option<(Timestamp, u64)>,
}

/// Every key as the log knows it.
#[derive(Default)]
pub(super) struct States {
    pub(super) keys: HashMap<KeyId, Logged>,
    /// Whether a key has changed since the log began with what was there.
    begun: bool,
    /// Whether a key has signed, and something else happened since: none signs without a wait any more.
    closed: bool,
}

/// Who must have signed an entry.
pub(super) struct Required {
    pub(super) outgoing: Option<KeyId>,
    pub(super) incoming: Option<KeyId>,
}

impl States {
    /// Takes over an entry. What is wrong with it is said, and it counts all the same: what follows is judged by it.
    pub(super) fn take(&mut self, entry: &Entry) -> Result<Required, String> {
        let draft = &entry.draft;
        let active = self.active(draft.algorithm);
        let unvouched = draft.is_unvouched();
        let required = Required {
            outgoing: match draft.change {
                ChangeName::First | ChangeName::Adopted | ChangeName::Revoked => None,
                _ if draft.emergency.is_some() || unvouched => None,
                _ => active.clone(),
            },
            incoming: match draft.change {
                _ if unvouched => None,
                ChangeName::First | ChangeName::Published | ChangeName::Activated => {
                    Some(draft.key_id.clone())
                }
                ChangeName::Adopted if draft.state.as_deref() == Some("active") => Some(draft.key_id.clone()),
                ChangeName::Revoked => draft.replaces.clone().or_else(|| active.clone()),
                ChangeName::Adopted | ChangeName::Retired | ChangeName::Imported => None,
            },
        };
        let late = match draft.change {
            ChangeName::First => self.closed,
            ChangeName::Adopted => self.begun,
            _ => false,
        };
        if late {
            return Err("a key that waits for nothing stands at the log's beginning only".to_owned());
        }
        if draft.change != ChangeName::First {
            self.closed |= draft.change == ChangeName::Activated || self.has_signed(draft);
        }
        self.begun |= draft.change != ChangeName::Adopted;
        if let Some(public_key) = &draft.public_key {
            self.introduce(entry, public_key)?;
        } else {
            self.follow(entry, active.as_ref())?;
        }
        Ok(required)
    }

    fn introduce(&mut self, entry: &Entry, public_key: &Value) -> Result<(), String> {
        let draft = &entry.draft;
        let status = draft.leads_to().ok_or("it names no state")?;
        let members = public_key.as_object().ok_or("its public key is none")?;
        let public = PublicJwk::from_members(members).map_err(|error| error.to_string())?;
        if *public.key_id() != draft.key_id || public.algorithm() != draft.algorithm {
            return Err("its public key is another key's".to_owned());
        }
        let known = Logged {
            algorithm: draft.algorithm,
            status,
            public_key: public_key.clone(),
            verifier: Verifier::new(&public).map_err(|error| error.to_string())?,
            published_at: draft.published_at.unwrap_or(entry.at),
            cache_seconds: draft.cache_seconds.unwrap_or(0),
            activated: (status == KeyStatus::Active).then_some((draft.published_at.unwrap_or(entry.at), 0)),
        };
        if self.keys.insert(draft.key_id.clone(), known).is_some() {
            return Err(format!("{} was in the log already", draft.key_id));
        }
        Ok(())
    }

    fn follow(&mut self, entry: &Entry, active: Option<&KeyId>) -> Result<(), String> {
        let draft = &entry.draft;
        let status = draft.leads_to().ok_or("it names no state")?;
        let key = self
            .keys
            .get_mut(&draft.key_id)
            .ok_or_else(|| format!("the log does not know {}", draft.key_id))?;
        let from = std::mem::replace(&mut key.status, status);
        let lawful = match status {
            KeyStatus::Active => from == KeyStatus::Next,
            KeyStatus::Retired => from == KeyStatus::Retiring,
            KeyStatus::Revoked => from != KeyStatus::Revoked,
            KeyStatus::Next | KeyStatus::Retiring => false,
        };
        let published = key.published_at;
        let cache_seconds = key.cache_seconds;
        if status == KeyStatus::Active {
            key.activated = Some((entry.at, draft.wait_seconds.unwrap_or(0)));
            if draft.replaces.as_ref() != active {
                return Err("it does not replace the key that signed".to_owned());
            }
            if let Some(replaced) = active.and_then(|active| self.keys.get_mut(active)) {
                replaced.status = KeyStatus::Retiring;
            }
            waited(draft, entry.at, published, cache_seconds)?;
        }
        if lawful {
            Ok(())
        } else {
            Err(format!(
                "{} cannot become {} from {}",
                draft.key_id,
                status.name(),
                from.name()
            ))
        }
    }

    /// Whether a key has signed by then: one in the log, or the one that an entry takes over from before the log.
    fn has_signed(&self, draft: &Draft) -> bool {
        let signed = [KeyStatus::Active, KeyStatus::Retiring, KeyStatus::Retired];
        let adopted = draft.change == ChangeName::Adopted;
        (adopted && draft.leads_to().is_some_and(|status| signed.contains(&status)))
            || self.keys.values().any(|key| key.activated.is_some())
    }

    /// The key that signs.
    fn active(&self, algorithm: Algorithm) -> Option<KeyId> {
        let mut keys = self.keys.iter();
        let active = keys.find(|(_, key)| key.algorithm == algorithm && key.status == KeyStatus::Active);
        active.map(|(key_id, _)| key_id.clone())
    }
}

/// Whether a key was published for as long as it had to be.
fn waited(draft: &Draft, at: Timestamp, published: Timestamp, cache_seconds: u64) -> Result<(), String> {
    if draft.emergency.is_some() {
        return Ok(());
    }
    let published_for = u64::try_from((at - published).num_seconds()).unwrap_or(0);
    let wanted = draft.wait_seconds.unwrap_or(u64::MAX).max(cache_seconds);
    if published_for < wanted {
        return Err(format!(
            "{} was published for {published_for} s, and {wanted} s were needed",
            draft.key_id
        ));
    }
    Ok(())
}
