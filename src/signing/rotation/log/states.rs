//! Owns what the log says that keys are: their states as its entries lead from one to the next, and who must have signed
//! an entry. What an entry says that it has no business to say is no fact, and is told.

use std::collections::HashMap;

use serde_json::Value;

use super::entry::{ChangeName, Draft, Entry};
use super::times;
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
    /// Since when it may sign, how long it must have been published by then, and since when it counted as published.
    pub(super) activated: Option<Activation>,
    /// When it signed its last, and for how many seconds something lived then that it had signed; none if the log has
    /// not seen that.
    pub(super) signed_last: Option<(Timestamp, u64)>,
    /// The revocation that let it join the set without a word of the key that signed.
    pub(super) joined_for: Option<KeyId>,
    /// How it ended before its time.
    pub(super) ended: Option<Ended>,
}

/// A key that signs from then on.
pub(super) struct Activation {
    pub(super) at: Timestamp,
    pub(super) wait_seconds: u64,
    pub(super) known_since: Timestamp,
}

/// A revocation.
pub(super) struct Ended {
    /// Whether the key signed until then.
    signed: bool,
    /// The key that its entry names to sign in its place.
    names: Option<KeyId>,
    /// Whether a key has signed at once because of it.
    used: bool,
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
        let required = Required::of(draft, active.as_ref());
        let late = match draft.change {
            ChangeName::First => self.closed,
            ChangeName::Adopted => self.begun && !draft.late,
            _ => false,
        };
        if late {
            return Err("a key that waits for nothing stands at the log's beginning only".to_owned());
        }
        if draft.change != ChangeName::First {
            self.closed |= draft.change == ChangeName::Activated || self.has_signed(draft);
        }
        self.begun |= draft.change != ChangeName::Adopted;
        permitted(draft)?;
        match &draft.public_key {
            Some(public_key) if draft.introduces() => self.introduce(entry, public_key, active.as_ref())?,
            _ => self.follow(entry, active.as_ref())?,
        }
        Ok(required)
    }

    fn introduce(&mut self, entry: &Entry, public_key: &Value, active: Option<&KeyId>) -> Result<(), String> {
        let draft = &entry.draft;
        let status = draft.leads_to().ok_or("it names no state")?;
        let members = public_key.as_object().ok_or("its public key is none")?;
        let public = PublicJwk::from_members(members).map_err(|error| error.to_string())?;
        if *public.key_id() != draft.key_id || public.algorithm() != draft.algorithm {
            return Err("its public key is another key's".to_owned());
        }
        if draft.emergency.is_some() && draft.emergency.as_ref() != active {
            return Err("it cites a revocation of a key that does not sign".to_owned());
        }
        let published_at = draft.published_at.unwrap_or(entry.at);
        let known = Logged {
            algorithm: draft.algorithm,
            status,
            public_key: public_key.clone(),
            verifier: Verifier::new(&public).map_err(|error| error.to_string())?,
            published_at,
            cache_seconds: draft.cache_seconds.unwrap_or(0),
            activated: (status == KeyStatus::Active).then_some(Activation {
                at: published_at,
                wait_seconds: 0,
                known_since: published_at,
            }),
            signed_last: match draft.change {
                ChangeName::Imported => Some((entry.at, draft.life_seconds.unwrap_or(0))),
                _ => None,
            },
            joined_for: draft.emergency.clone(),
            ended: None,
        };
        if self.keys.insert(draft.key_id.clone(), known).is_some() {
            return Err(format!("{} was in the log already", draft.key_id));
        }
        if status == KeyStatus::Active && active.is_some() {
            return Err("another key signs already".to_owned());
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
        if key.algorithm != draft.algorithm {
            return Err(format!("{} is a key of another algorithm", draft.key_id));
        }
        let from = std::mem::replace(&mut key.status, status);
        let lawful = match draft.change {
            ChangeName::Activated | ChangeName::Republished => from == KeyStatus::Next,
            ChangeName::Retired => from == KeyStatus::Retiring,
            ChangeName::Revoked => from != KeyStatus::Revoked,
            ChangeName::First | ChangeName::Adopted | ChangeName::Published | ChangeName::Imported => false,
        };
        if !lawful {
            return Err(format!(
                "{} cannot become {} from {}",
                draft.key_id,
                status.name(),
                from.name()
            ));
        }
        match draft.change {
            ChangeName::Activated => self.activate(entry, active),
            ChangeName::Republished => {
                key.published_at = entry.at;
                key.cache_seconds = draft.cache_seconds.unwrap_or(0);
                Ok(())
            }
            ChangeName::Retired => times::stayed(draft, entry.at, key.signed_last),
            _ => {
                key.ended = Some(Ended {
                    signed: from == KeyStatus::Active,
                    names: draft.replaces.clone(),
                    used: false,
                });
                Ok(())
            }
        }
    }

    fn activate(&mut self, entry: &Entry, active: Option<&KeyId>) -> Result<(), String> {
        let draft = &entry.draft;
        let Some(key) = self.keys.get_mut(&draft.key_id) else {
            return Ok(());
        };
        let known_since = draft
            .absent_until
            .unwrap_or(key.published_at)
            .max(key.published_at);
        let wait_seconds = draft.wait_seconds.unwrap_or(0);
        key.activated = Some(Activation {
            at: entry.at,
            wait_seconds,
            known_since,
        });
        let cache_seconds = key.cache_seconds;
        let waited = match &draft.emergency {
            Some(revoked) => self.cite(draft, revoked),
            None => times::waited(draft, entry.at, known_since, cache_seconds),
        };
        if let Some(replaced) = active.and_then(|active| self.keys.get_mut(active)) {
            replaced.status = KeyStatus::Retiring;
            replaced.signed_last = Some((entry.at, draft.life_seconds.unwrap_or(0)));
        }
        waited?;
        if draft.replaces.as_ref() != active {
            return Err("it does not replace the key that signed".to_owned());
        }
        Ok(())
    }

    /// A key signs at once only in the place of one of its algorithm that signed until it was revoked, and whose entry
    /// names it; one key for each.
    fn cite(&mut self, draft: &Draft, revoked: &KeyId) -> Result<(), String> {
        let unfounded = || {
            format!(
                "{} signed at once, and {revoked} was not revoked for it",
                draft.key_id
            )
        };
        let cited = self
            .keys
            .get_mut(revoked)
            .filter(|key| key.algorithm == draft.algorithm && key.status == KeyStatus::Revoked);
        let ended = cited.and_then(|key| key.ended.as_mut()).ok_or_else(unfounded)?;
        let founded = ended.signed && !ended.used && ended.names.as_ref() == Some(&draft.key_id);
        ended.used = true;
        if founded { Ok(()) } else { Err(unfounded()) }
    }

    /// Keys that joined the set in an emergency that did not follow.
    pub(super) fn unfounded(&self) -> impl Iterator<Item = String> {
        let joined = self
            .keys
            .iter()
            .filter_map(|(key_id, key)| Some((key_id, key.joined_for.as_ref()?)));
        joined.filter_map(|(key_id, revoked)| {
            let ended = self.keys.get(revoked).and_then(|key| key.ended.as_ref());
            let names = ended.is_some_and(|ended| ended.names.as_ref() == Some(key_id));
            (!names).then(|| {
                format!("{key_id} joined the set because {revoked} was revoked, which it was not for it")
            })
        })
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

/// Whether an entry says nothing that only others may say.
fn permitted(draft: &Draft) -> Result<(), String> {
    let refuse = |what: &str| Err(format!("{what} stands in an entry that may not say it"));
    if draft.public_key.is_some() != draft.introduces() {
        return if draft.introduces() {
            Err("its public key is missing".to_owned())
        } else {
            refuse("a public key")
        };
    }
    if draft.published_at.is_some() && draft.change != ChangeName::Adopted {
        return refuse("a time of publication");
    }
    let emergency = matches!(draft.change, ChangeName::Published | ChangeName::Activated);
    if draft.emergency.is_some() && !emergency {
        return refuse("an emergency");
    }
    if draft.absent_until.is_some() && draft.change != ChangeName::Activated {
        return refuse("an absence");
    }
    Ok(())
}

impl Required {
    fn of(draft: &Draft, active: Option<&KeyId>) -> Self {
        let unvouched = draft.is_unvouched();
        Self {
            outgoing: match draft.change {
                ChangeName::First | ChangeName::Adopted | ChangeName::Revoked => None,
                _ if draft.emergency.is_some() || unvouched => None,
                _ => active.cloned(),
            },
            incoming: match draft.change {
                _ if unvouched => None,
                ChangeName::First
                | ChangeName::Published
                | ChangeName::Republished
                | ChangeName::Activated => Some(draft.key_id.clone()),
                ChangeName::Adopted if draft.state.as_deref() == Some("active") => Some(draft.key_id.clone()),
                ChangeName::Revoked => draft.replaces.clone().or_else(|| active.cloned()),
                ChangeName::Adopted | ChangeName::Retired | ChangeName::Imported => None,
            },
        }
    }
}
