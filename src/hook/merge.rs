//! Owns how a hook's claims join the protocol's: never over a locked name, never more of a membership than is true,
//! and over another claim only where the hook's operator says so. Pure.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::contract;
use super::definition::{Mode, Settings};
use super::error::HookError;
use super::membership::{self, Guarded};
use crate::protocol::claim_name::folded;
use crate::protocol::claims;

/// The role in the organization.
const ROLE: &str = "org_role";
/// Its other name.
const ALIAS: &str = "user_role";

/// Adds the claims that are said beside the protocol's. A locked name in any spelling fails, unless it only echoes
/// what was there.
pub fn merge(
    mut base: Map<String, Value>,
    additions: Map<String, Value>,
) -> Result<Map<String, Value>, HookError> {
    for (name, value) in additions {
        if claims::is_locked(&name) {
            if base.get(&name) == Some(&value) {
                continue;
            }
            return Err(HookError::LockedClaim(name));
        }
        base.insert(name, value);
    }
    Ok(base)
}

/// What stands before a hook is asked.
#[derive(Debug, Clone)]
pub struct Draft<'a> {
    /// What the protocol decides, and standard claims that were asked for.
    pub protocol: &'a Map<String, Value>,
    /// What membership adds to this output.
    pub tenancy: &'a Map<String, Value>,
    /// All that is known of the membership, whether or not this output says it.
    pub facts: &'a Map<String, Value>,
    /// Whether `user_role` stands for `org_role` in tokens.
    pub user_role_alias: bool,
    /// The names that the audience wants for claims: under one of them, another claim would be mistaken for it.
    pub claim_names: Option<&'a BTreeMap<String, String>>,
}

impl Draft<'_> {
    fn is_taken(&self, name: &str) -> bool {
        let form = folded(name);
        self.claim_names.is_some_and(|names| {
            !names.contains_key(name) && names.values().any(|theirs| folded(theirs) == form)
        })
    }
}

/// Judges one answer: what is said beside the protocol's claims from now on. `additions` is what was so far, the
/// claims of tenancy and of hooks that were asked before; `event` is the claims that the hook was shown.
pub fn judge(
    settings: &Settings,
    draft: &Draft<'_>,
    additions: &Map<String, Value>,
    event: &Map<String, Value>,
    answer: Map<String, Value>,
) -> Result<Map<String, Value>, HookError> {
    let replaces = settings.mode == Mode::Replace;
    if replaces {
        contract::check(&answer)?;
    }
    // A replacing hook's word is the whole set; what is true of the membership stands all the same.
    // So does what an earlier hook made of it: a right that was taken away does not come back by an echo.
    let mut said = additions.clone();
    let mut speaks_of_alias = false;
    if replaces {
        said.retain(|name, _| draft.tenancy.contains_key(name));
    }
    for (name, value) in answer {
        if replaces && is_view(&name, &value) {
            continue;
        }
        if claims::is_locked(&name) {
            if event.get(&name) == Some(&value) {
                continue;
            }
            return Err(HookError::LockedClaim(name));
        }
        if draft.is_taken(&name) {
            return Err(HookError::Overwrites(name));
        }
        // Unchanged: no word of the hook's own.
        let stands = said.get(&name).or_else(|| draft.protocol.get(&name));
        if stands == Some(&value) {
            continue;
        }
        let listed = settings.overwrite.contains(&name);
        // A function of the other contract takes `user_role` for its own claim.
        let renamed = draft
            .claim_names
            .is_some_and(|names| names.contains_key("user_role"));
        let alias = (draft.user_role_alias && !replaces) || renamed;
        let guarded =
            membership::guarded(&name, alias).or_else(|| membership::guarded_by_scope(&name, draft.facts));
        let raised = match guarded {
            Some(guarded) => may_say(settings, guarded, &name, &value, draft.facts)?,
            None => false,
        };
        let lowered = said.get(&name) != draft.tenancy.get(&name) && draft.tenancy.contains_key(&name);
        let occupied = (!replaces
            && (stands.is_some() || occupied_in_disguise(&name, &said, draft.protocol)))
            || (replaces && lowered);
        if occupied && !listed && !raised {
            return Err(HookError::Overwrites(name));
        }
        speaks_of_alias |= name == ALIAS;
        said.insert(name, value);
    }
    if draft.user_role_alias && !speaks_of_alias {
        follow(draft, additions, &mut said);
    }
    Ok(said)
}

/// The alias says what the role says, unless a hook has given it a word of its own: whoever reads the one would see a
/// right that was taken away in the other.
fn follow(draft: &Draft<'_>, before: &Map<String, Value>, said: &mut Map<String, Value>) {
    let stood = before.get(ALIAS);
    if !draft.tenancy.contains_key(ALIAS) || stood != before.get(ROLE) || stood != said.get(ALIAS) {
        return;
    }
    if let Some(role) = said.get(ROLE).cloned() {
        said.insert(ALIAS.to_owned(), role);
    }
}

/// Whether a claim of membership may have this value because its policy frees it; an error if it may not have it.
fn may_say(
    settings: &Settings,
    guarded: Guarded,
    name: &str,
    value: &Value,
    facts: &Map<String, Value>,
) -> Result<bool, HookError> {
    let refused = || Err(HookError::RaisedClaim(name.to_owned()));
    if folded(name) != name {
        return refused();
    }
    if guarded == Guarded::Other {
        return if settings.overwrite.contains(name) {
            Ok(true)
        } else {
            refused()
        };
    }
    if !guarded.raises(value, facts) {
        return Ok(false);
    }
    let text = value.as_str().is_some_and(|text| !text.is_empty());
    // Where the token counts is no policy's to change: its epoch is the true organization's.
    let free = guarded != Guarded::Organization && settings.may_raise.contains(guarded.name());
    if text && free { Ok(true) } else { refused() }
}

/// A member of the event that only functions of the other contract know, unless such a function wrote into it.
fn is_view(name: &str, value: &Value) -> bool {
    let empty = || value.as_object().is_some_and(Map::is_empty);
    contract::VIEW.contains(&name) || (contract::METADATA.contains(&name) && empty())
}

/// Whether another spelling of the name stands already: two readers could take different ones.
fn occupied_in_disguise(name: &str, said: &Map<String, Value>, protocol: &Map<String, Value>) -> bool {
    let form = folded(name);
    said.keys()
        .chain(protocol.keys())
        .any(|other| other != name && folded(other) == form)
}
