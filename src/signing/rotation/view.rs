//! Owns the reading of everything that a plan follows from.

use super::key::Key;
use super::verifier::{Verifier, slowest};
use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;
use crate::signing::store;

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

/// Keys, requests and verifiers of one moment.
#[derive(Debug, Clone)]
pub struct View {
    /// Every key that there ever was, the oldest first.
    pub keys: Vec<Key>,
    /// The rotations under way.
    pub requests: Vec<Request>,
    /// Who fetches the set.
    pub verifiers: Vec<Verifier>,
    /// The moment.
    pub now: Timestamp,
}

impl View {
    /// Reads it: three statements.
    pub async fn read(connection: &mut PgConnection, now: Timestamp) -> Result<Self, DatabaseError> {
        let mut keys = Vec::new();
        for row in store::all(connection).await? {
            keys.extend(Key::read(row)?);
        }
        let requests = store::requests(connection).await?.into_iter();
        let verifiers = store::verifiers(connection).await?;
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

    /// Whether every key that signs is known to have signed what lives so long.
    #[must_use]
    pub fn life_is_known(&self, life: std::time::Duration) -> bool {
        let mut active = self.keys.iter().filter(|key| key.status == KeyStatus::Active);
        active.all(|key| key.life >= life)
    }

    /// The slowest refresh that was seen of those that a rotation waits for.
    #[must_use]
    pub fn slowest_refresh(&self, listed: &[String]) -> std::time::Duration {
        slowest(&self.verifiers, listed, self.now)
    }
}
