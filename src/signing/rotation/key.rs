//! Owns what is known of one key without its private part.

use std::time::Duration;

use serde_json::Value;

use crate::base::clock::Timestamp;
use crate::base::handle::BackupEpoch;
use crate::base::id::KeyId;
use crate::db::DatabaseError;
use crate::jose::PublicJwk;
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;
use crate::signing::store::KeyRow;

/// A key in its life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its `kid`.
    pub key_id: KeyId,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// Where it is.
    pub status: KeyStatus,
    /// Its public JWK.
    pub public_key: Value,
    /// When it was made or imported.
    pub created_at: Timestamp,
    /// Since when verifiers can know it.
    pub published_at: Timestamp,
    /// Since when it signs, or when it began to.
    pub activated_at: Option<Timestamp>,
    /// Since when it signs no more.
    pub retiring_at: Option<Timestamp>,
    /// Since when it is not published any more.
    pub retired_at: Option<Timestamp>,
    /// When it was ended before its time.
    pub revoked_at: Option<Timestamp>,
    /// It stays in the set until then.
    pub keep_until: Option<Timestamp>,
    /// How long whoever had fetched the set before it was in it may have kept that.
    pub cache: Duration,
    /// The longest life of anything that it may have signed.
    pub life: Duration,
    /// Whether it has no private part here.
    pub verify_only: bool,
    /// Whether an operator brought it, as far as that was noted.
    pub imported: Option<bool>,
    /// The backup epoch that it was made under.
    pub made_epoch: BackupEpoch,
    /// The backup epoch that it was published under: after a restore nobody knows whether it still was.
    pub published_epoch: BackupEpoch,
    /// Until when some replica served a set without it.
    pub absent_until: Option<Timestamp>,
    /// How often it signed, as far as that was written down.
    pub signatures: u64,
    /// How often something that it signed was found right at our own endpoints, as far as that was written down.
    pub verifications: u64,
}

impl Key {
    /// Reads a row; none for an algorithm that only a newer version knows.
    pub(super) fn read(row: KeyRow) -> Result<Option<Self>, DatabaseError> {
        let Some(algorithm) = Algorithm::parse(&row.alg) else {
            return Ok(None);
        };
        let status = KeyStatus::parse(&row.status).ok_or(DatabaseError::Inconsistent {
            table: "auth.jwks",
            problem: "its status is unknown",
        })?;
        Ok(Some(Self {
            key_id: KeyId::from_text(row.id),
            algorithm,
            status,
            public_key: row.public_key,
            created_at: row.created_at,
            published_at: row.published_at.unwrap_or(row.created_at),
            activated_at: row.activated_at,
            retiring_at: row.retiring_at,
            retired_at: row.retired_at,
            revoked_at: row.revoked_at,
            keep_until: row.keep_until,
            cache: seconds(row.cache_seconds),
            life: seconds(row.life_seconds),
            verify_only: row.verify_only,
            imported: row.imported,
            made_epoch: BackupEpoch(row.made_epoch),
            published_epoch: BackupEpoch(row.published_epoch),
            absent_until: row.absent_until,
            signatures: u64::try_from(row.signatures).unwrap_or(0),
            verifications: u64::try_from(row.verifications).unwrap_or(0),
        }))
    }

    /// Since when every replica has published it, as far as is known; it may be yet to come.
    #[must_use]
    pub fn known_since(&self) -> Timestamp {
        self.absent_until
            .map_or(self.published_at, |absent| absent.max(self.published_at))
    }

    /// How many bits an RSA key has; none for another key.
    #[must_use]
    pub fn rsa_bits(&self) -> Option<usize> {
        let jwk = PublicJwk::from_members(self.public_key.as_object()?).ok()?;
        jwk.rsa_bits()
    }

    /// Whether it is known to have been made here. The version that did not note what an operator brought made RSA keys of
    /// 2048 bits only.
    #[must_use]
    pub fn is_made_here(&self) -> bool {
        let may_be_theirs = || self.rsa_bits().is_some_and(|bits| bits != 2048);
        !self.imported.unwrap_or_else(may_be_theirs)
    }

    /// Since when it is where it is.
    #[must_use]
    pub fn since(&self) -> Timestamp {
        let since = match self.status {
            KeyStatus::Next => Some(self.published_at),
            KeyStatus::Active => self.activated_at,
            KeyStatus::Retiring => self.retiring_at,
            KeyStatus::Retired => self.retired_at,
            KeyStatus::Revoked => self.revoked_at,
        };
        since.unwrap_or(self.created_at)
    }
}

fn seconds(seconds: i32) -> Duration {
    Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}

/// Seconds as a column holds them.
pub(super) fn to_seconds(length: Duration) -> i32 {
    i32::try_from(length.as_secs()).unwrap_or(i32::MAX)
}
