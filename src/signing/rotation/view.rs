//! Owns the reading of everything that a plan follows from.

use std::time::Duration;

use super::key::Key;
use super::stated::StatedPolicy;
use super::verifier::{Verifier, slowest};
use crate::base::clock::{self, Timestamp};
use crate::base::handle::BackupEpoch;
use crate::base::id::KeyId;
use crate::db::{DatabaseError, PgConnection, platform};
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
    /// The names of the keys in its key set.
    pub published: Vec<String>,
    /// The names of the keys that it signs with.
    pub signs: Vec<String>,
    /// The fingerprints of its key-encryption keys.
    pub keks: Vec<String>,
    /// What it holds rotations to; none from a version that does not say.
    pub policy: Option<StatedPolicy>,
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
    /// How long a key set may be kept that somebody has by now, whatever configuration says today.
    pub kept_for: Duration,
    /// Counts the restores of the database.
    pub epoch: BackupEpoch,
    /// The moment.
    pub now: Timestamp,
}

impl View {
    /// Reads it: six statements.
    pub async fn read(connection: &mut PgConnection, now: Timestamp) -> Result<Self, DatabaseError> {
        let mut keys = Vec::new();
        for row in store::all(connection).await? {
            keys.extend(Key::read(row)?);
        }
        let requests = store::requests(connection).await?.into_iter();
        let verifiers = store::verifiers(connection).await?;
        let since = clock::before(now, HEARD_WITHIN);
        let publishers = store::publishers(connection, since).await?;
        let kept_for = store::kept_for(connection, now).await?;
        let epoch = platform::read(connection).await?.epoch;
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
            kept_for: Duration::from_secs(u64::try_from(kept_for).unwrap_or(0)),
            epoch,
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
        self.hosts(|one| !one.publishes(key_id))
    }

    /// The running replicas whose last report names a key.
    pub(super) fn published_by(&self, key_id: &KeyId) -> Vec<String> {
        self.hosts(|one| one.publishes(key_id))
    }

    /// Whether running replicas say together that RSA keys of this size are made: one of them wants it, and none is of a
    /// version that does not say what it wants.
    pub(super) fn wants_size(&self, bits: u32) -> bool {
        let size = |one: &Publisher| one.policy.as_ref().map(|policy| policy.rsa_bits);
        let mut stated = self.publishers.iter().map(size);
        self.publishers.is_empty()
            || (stated.clone().all(|one| one.is_some()) && stated.any(|one| one == Some(bits)))
    }

    /// The running replicas that lack a key-encryption key.
    pub(super) fn lacking_kek(&self, fingerprint: &str) -> Vec<String> {
        self.hosts(|one| !one.keks.iter().any(|kek| kek == fingerprint))
    }

    /// Whether a running replica signs with a key.
    pub(super) fn signs_somewhere(&self, key_id: &KeyId) -> bool {
        let signs = |one: &Publisher| one.signs.iter().any(|kid| kid == key_id.as_str());
        self.publishers.iter().any(signs)
    }

    /// Since when every replica has published a key, as far as is known. What was published before a restore may have left
    /// the set meanwhile: it counts from the moment that this is noticed.
    pub(super) fn known_since(&self, key: &Key) -> Timestamp {
        if key.published_epoch.0 < self.epoch.0 {
            self.now.max(key.known_since())
        } else {
            key.known_since()
        }
    }

    /// Whether a key of an algorithm ever signed.
    pub(super) fn has_signed(&self, algorithm: Algorithm) -> bool {
        self.of(algorithm)
            .any(|key| key.activated_at.is_some() || key.status == KeyStatus::Active)
    }

    /// Next keys that were published before the database was restored, and are yet to be published anew.
    pub(super) fn to_republish(&self) -> impl Iterator<Item = &Key> {
        let before = |key: &&Key| key.published_epoch.0 < self.epoch.0;
        self.keys
            .iter()
            .filter(|key| key.status == KeyStatus::Next)
            .filter(before)
    }

    /// Whether a next key was published before the database was restored, and must be published anew.
    #[must_use]
    pub fn is_restored(&self) -> bool {
        self.to_republish().next().is_some()
    }

    /// Whether nobody noted since when a key signs no more: whoever drives notes it then, so that it leaves the set once.
    #[must_use]
    pub fn is_untimed(&self) -> bool {
        let untimed = |key: &Key| key.status == KeyStatus::Retiring && key.retiring_at.is_none();
        self.keys.iter().any(untimed)
    }

    /// The published keys that were there before the database was last restored (`signet backup-epoch bump`). If one of
    /// them was revoked after the backup, that is lost and must be repeated; whoever cannot know replaces them all.
    pub fn from_before_restore(&self) -> impl Iterator<Item = &Key> {
        let before = |key: &&Key| key.made_epoch.0 < self.epoch.0;
        self.keys
            .iter()
            .filter(|key| key.status.is_published())
            .filter(before)
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
    fn publishes(&self, key_id: &KeyId) -> bool {
        self.published.iter().any(|kid| kid == key_id.as_str())
    }

    fn read(row: PublisherRow) -> Self {
        Self {
            host: row.host,
            published: row.published,
            signs: row.signs,
            keks: row.keks,
            policy: row
                .key_policy
                .and_then(|stated| serde_json::from_value(stated).ok()),
        }
    }
}
