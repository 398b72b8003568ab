//! Owns how a hook's claims join the protocol's: additive, and never over a locked name. Pure.

use serde_json::{Map, Value};

use super::answer::HookError;
use crate::protocol::claims;

/// Adds a hook's claims. A locked name in any case fails the hook, unless it only echoes what was there.
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// HK-01: no spelling of a locked claim passes.
    #[test]
    fn hk_01_a_locked_claim_fails_the_hook_in_any_case() {
        let base = object(json!({"sub": "a", "exp": 5}));
        for name in claims::LOCKED.iter().map(|name| (*name).to_owned()).chain([
            "typ".to_owned(),
            "SUB".to_owned(),
            "Exp".to_owned(),
        ]) {
            let additions = object(json!({name.clone(): "forged"}));
            assert_eq!(merge(base.clone(), additions), Err(HookError::LockedClaim(name)));
        }
    }

    #[test]
    fn an_unchanged_echo_is_ignored() {
        let base = object(json!({"sub": "a"}));
        assert_eq!(merge(base.clone(), object(json!({"sub": "a"}))), Ok(base));
    }
}
