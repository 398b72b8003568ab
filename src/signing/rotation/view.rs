//! Owns the reading of everything that a plan follows from.

use std::time::Duration;

use super::key::Key;
use super::verifier::{Verifier, slowest};
use crate::base::clock::{self, Timestamp};
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;
use crate::signing::store::{self, PublisherRow};

/// A replica that has not said for so long what it holds has stopped, or is cut off and does not let its set be kept.
const HEARD_WITHIN: Duration = Duration::from_mins(1);

/// A rotation that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Of which algorithm.
    pub algorithm: Algorithm,
    /// When.
    pub requested_at: Timestamp,
    /// By whom.
    pub requested_by: String,
    /// Verifiers that may break.
    pub accepted: Vec<String>,
}

/// A running replica, as it reported last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publisher {
    /// The machine's name.
    pub host: String,
    /// The names of the keys that it has opened. It publishes no other.
    pub opened: Vec<String>,
}

/// Keys, requests, verifiers and replicas of one moment.
#[derive(Debug, Clone)]
pub struct View {
    /// Every key that there ever was, the oldest first.
    pub keys: Vec<Key>,
    /// The rotations under way.
    pub requests: Vec<Request>,
    /// Who fetches the set.
    pub verifiers: Vec<Verifier>,
    /// The replicas that run.
    pub publishers: Vec<Publisher>,
    /// The moment.
    pub now: Timestamp,
}

impl View {
    /// Reads it: four statements.
    pub async fn read(connection: &mut PgConnection, now: Timestamp) -> Result<Self, DatabaseError> {
        let mut keys = Vec::new();
        for row in store::all(connection).await? {
            keys.extend(Key::read(row)?);
        }
        let requests = store::requests(connection).await?.into_iter();
        let verifiers = store::verifiers(connection).await?;
        let since = clock::before(now, HEARD_WITHIN);
        let publishers = store::publishers(connection, since).await?;
        Ok(Self {
            keys,
            requests: requests
                .filter_map(|row| {
                    Some(Request {
                        algorithm: Algorithm::parse(&row.alg)?,
                        requested_at: row.requested_at,
                        requested_by: row.requested_by,
                        accepted: row.accepted,
                    })
                })
                .collect(),
            verifiers: verifiers.into_iter().map(Verifier::read).collect(),
            publishers: publishers.into_iter().map(Publisher::read).collect(),
            now,
        })
    }

    /// The key of an algorithm in a state of which there is one.
    #[must_use]
    pub fn find(&self, algorithm: Algorithm, status: KeyStatus) -> Option<&Key> {
        self.of(algorithm).find(|key| key.status == status)
    }

    /// The keys of an algorithm.
    pub fn of(&self, algorithm: Algorithm) -> impl Iterator<Item = &Key> {
        self.keys.iter().filter(move |key| key.algorithm == algorithm)
    }

    /// The rotation of an algorithm that was asked for.
    #[must_use]
    pub fn request(&self, algorithm: Algorithm) -> Option<&Request> {
        self.requests
            .iter()
            .find(|request| request.algorithm == algorithm)
    }

    /// The running replicas whose last report does not name a key: whoever fetches the set there does not get it.
    pub(super) fn not_published_by(&self, key_id: &KeyId) -> Vec<String> {
        self.hosts(|one| !one.has_opened(key_id))
    }

    /// The running replicas whose last report names a key.
    pub(super) fn published_by(&self, key_id: &KeyId) -> Vec<String> {
        self.hosts(|one| one.has_opened(key_id))
    }

    fn hosts(&self, which: impl Fn(&Publisher) -> bool) -> Vec<String> {
        let chosen = self.publishers.iter().filter(|one| which(one));
        let mut hosts: Vec<String> = chosen.map(|one| one.host.clone()).collect();
        hosts.dedup();
        hosts
    }

    /// Whether every key that signs is known to have signed what lives so long.
    #[must_use]
    pub fn life_is_known(&self, life: Duration) -> bool {
        let mut active = self.keys.iter().filter(|key| key.status == KeyStatus::Active);
        active.all(|key| key.life >= life)
    }

    /// The slowest refresh that was seen of those that a rotation waits for.
    #[must_use]
    pub fn slowest_refresh(&self, listed: &[String]) -> Duration {
        slowest(&self.verifiers, listed, self.now)
    }
}

impl Publisher {
    fn has_opened(&self, key_id: &KeyId) -> bool {
        self.opened.iter().any(|opened| opened == key_id.as_str())
    }

    fn read(row: PublisherRow) -> Self {
        Self {
            host: row.host,
            opened: row.opened,
        }
    }
}
