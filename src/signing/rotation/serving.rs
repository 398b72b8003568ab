//! Owns what replicas served, as far as a rotation hangs on it: how long their key sets may be kept, and which keys were
//! not in them. A key counts as published once every replica has it in its set, and not by what the database says.

use std::time::Duration;

use super::key::to_seconds;
use super::policy::Policy;
use super::view::View;
use crate::base::clock;
use crate::base::id::KeyId;
use crate::db::changes::FRESH_FOR;
use crate::db::{DatabaseError, UnitOfWork};
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::{KeySet, KeyStatus};
use crate::signing::store::{self, Serving};

/// How long a replica may go on serving a set without saying so again: it does so every ten seconds, and one that cannot
/// lets nobody keep its set after ten more.
const SAID_FOR: Duration = Duration::from_secs(30);

/// What a replica serves.
#[derive(Clone, Copy)]
pub struct Served<'a> {
    /// Its key set.
    pub keys: &'a KeySet,
    /// The algorithms that it offers.
    pub offered: &'a [Algorithm],
    /// How long it lets the set be kept.
    pub cache: Duration,
}

/// Notes what this replica serves from now on. One statement.
pub async fn note_serving(work: &mut UnitOfWork, served: Served<'_>) -> Result<(), DatabaseError> {
    let now = work.now();
    let offered: Vec<&str> = served.offered.iter().map(|algorithm| algorithm.name()).collect();
    let serving = Serving {
        cache_seconds: to_seconds(served.cache),
        published: served.keys.published(),
        offered: &offered,
        until: clock::after(now, SAID_FOR),
        arrived_before: clock::before(now, FRESH_FOR),
    };
    store::note_serving(work.connection()?, &serving, now).await
}

/// The algorithms that a running server signs with, in our order of naming them: a key that came back is not signed with
/// yet. None before the first start.
#[must_use]
pub fn signing_now(view: &View, policy: &Policy) -> Vec<Algorithm> {
    let returning = returning(view, policy);
    let signs = |algorithm: &Algorithm| {
        view.find(*algorithm, KeyStatus::Active)
            .is_some_and(|active| policy.offered.contains(algorithm) && !returning.contains(&active.key_id))
    };
    Algorithm::ALL.into_iter().filter(signs).collect()
}

/// The active keys that came back: their algorithm was left out for a while, so that verifiers may have a set without
/// them, and nobody has gone on signing with them. Whoever starts does not sign with them until it is noticed that they
/// are there.
#[must_use]
pub fn returning(view: &View, policy: &Policy) -> Vec<KeyId> {
    let wait = policy.until_noticed(view.kept_for, view.slowest_refresh(&policy.verifiers));
    let active = view
        .keys
        .iter()
        .filter(|key| key.status == KeyStatus::Active && policy.offered.contains(&key.algorithm));
    let returning = active.filter(|key| {
        key.absent_until
            .is_some_and(|absent| absent > key.since() && view.now < clock::after(absent, wait.length))
            && !view.signs_somewhere(&key.key_id)
    });
    returning.map(|key| key.key_id.clone()).collect()
}
