//! Owns what is said of the sizes of RSA keys: what they have, and what a rotation makes of it.

use crate::jose::PublicJwk;
use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::{Key, Policy, View};

/// How many bits an RSA key has; none for another key.
pub(super) fn of(key: &Key) -> Option<usize> {
    let jwk = PublicJwk::from_members(key.public_key.as_object()?).ok()?;
    jwk.rsa_bits()
}

/// What a rotation changes, and what configuration wants and no key has yet.
pub(super) fn changes(view: &View, policy: &Policy) -> Vec<String> {
    let wanted = usize::try_from(policy.rsa_bits.get()).unwrap_or(usize::MAX);
    let mut changes = Vec::new();
    for algorithm in policy.offered.iter().filter(|algorithm| algorithm.is_rsa()) {
        let bits = |status| view.find(*algorithm, status).and_then(of);
        let (active, next) = (bits(KeyStatus::Active), bits(KeyStatus::Next));
        let name = algorithm.name();
        match (active, next) {
            (Some(active), Some(next)) if active != next => changes.push(format!(
                "{name}: `signet keys rotate --alg {name}` changes the key that signs from {active} to {next} bits"
            )),
            (Some(active), _) if active != wanted => changes.push(format!(
                "{name}: signing.rsa_bits is {wanted} and the key that signs has {active} bits: the server makes \
                 another next key when it starts with it, and the rotation after that changes over"
            )),
            _ => {}
        }
    }
    changes
}
