//! Owns what is said of the sizes of RSA keys: what a rotation makes of them.

use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::{Key, Policy, View};

/// What a rotation changes, and what configuration wants and no key has yet.
pub(super) fn changes(view: &View, policy: &Policy) -> Vec<String> {
    let wanted = usize::try_from(policy.rsa_bits.get()).unwrap_or(usize::MAX);
    let mut changes = Vec::new();
    for algorithm in policy.offered.iter().filter(|algorithm| algorithm.is_rsa()) {
        let next_key = view.find(*algorithm, KeyStatus::Next);
        let active = view.find(*algorithm, KeyStatus::Active).and_then(Key::rsa_bits);
        let next = next_key.and_then(Key::rsa_bits);
        let name = algorithm.name();
        match (active, next) {
            (Some(active), Some(next)) if active != next => changes.push(format!(
                "{name}: `signet keys rotate --alg {name}` changes the key that signs from {active} to {next} bits"
            )),
            (Some(active), _) if active != wanted => {
                let becomes = match next_key.filter(|next| !next.is_made_here()) {
                    Some(_) => "the next key was imported and keeps its size; the one after it has another",
                    None => {
                        "once every running server says so, the next key is made anew, and the rotation after that changes \
                         over"
                    }
                };
                changes.push(format!(
                    "{name}: signing.rsa_bits is {wanted} and the key that signs has {active} bits: {becomes}"
                ));
            }
            _ => {}
        }
    }
    changes
}
