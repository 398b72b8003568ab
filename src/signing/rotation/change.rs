//! Owns the changes of keys, each one conditional statement, one entry of the log and one security event, in its
//! caller's transaction and under the lock.

use std::time::Duration;

use serde_json::Value;

use super::error::RotationError;
use super::key::{Key, to_seconds};
use super::log::{ChangeName, Draft, Signers, Writer};
use super::plan::Step;
use super::policy::Policy;
use super::view::View;
use crate::audit::{self, KeyEvent};
use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::db::UnitOfWork;
use crate::jose::{PrivateJwk, Signer};
use crate::protocol::algorithm::Algorithm;
use crate::sealing::Keyring;
use crate::signing::error::SigningError;
use crate::signing::key_set::KeyStatus;
use crate::signing::material::Material;
use crate::signing::sealed_keys;
use crate::signing::store::{self, NewKey};

/// What became of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It joined the set.
    Published,
    /// It signs, in the place of another one.
    Activated {
        /// The other one, if there was one.
        replaces: Option<KeyId>,
    },
    /// It left the set.
    Retired,
    /// It was ended before its time.
    Revoked,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Of which algorithm.
    pub algorithm: Algorithm,
    /// Which key.
    pub key_id: KeyId,
    /// What became of it.
    pub changed: Changed,
}

/// Where keys are changed: a transaction that holds the lock.
pub(in crate::signing) struct Desk<'a> {
    pub(in crate::signing) work: &'a mut UnitOfWork,
    pub(in crate::signing) keyring: &'a Keyring,
    pub(in crate::signing) policy: &'a Policy,
    pub(in crate::signing) log: Writer,
}

impl<'a> Desk<'a> {
    /// Looks for the end of the log, or begins it with the keys that were there before. The caller has the lock.
    pub(in crate::signing) async fn open(
        work: &'a mut UnitOfWork,
        keyring: &'a Keyring,
        policy: &'a Policy,
    ) -> Result<Self, RotationError> {
        let log = Writer::open(work, policy.skew).await?;
        if let Some(problem) = log.problem {
            tracing::error!(error = %problem, "the key log is damaged");
        }
        let mut desk = Self {
            work,
            keyring,
            policy,
            log,
        };
        desk.begin_log().await?;
        desk.notice_restore().await?;
        Ok(desk)
    }

    /// How long a set may be kept that somebody has by now: as long as configuration says, or longer where it said so
    /// lately.
    pub(super) fn cache(&self, view: &View) -> Duration {
        self.policy.cache().max(view.kept_for)
    }

    /// The same without a view.
    pub(super) async fn kept_for(&mut self) -> Result<Duration, RotationError> {
        let now = self.now();
        let kept_for = store::kept_for(self.work.connection()?, now).await?;
        let kept_for = Duration::from_secs(u64::try_from(kept_for).unwrap_or(0));
        Ok(self.policy.cache().max(kept_for))
    }

    /// Refuses steps that can wait until the log is looked after.
    pub(super) fn require_sound_log(&self) -> Result<(), RotationError> {
        match self.log.problem.filter(|problem| problem.stops_steps()) {
            Some(problem) => Err(RotationError::Log(problem)),
            None => Ok(()),
        }
    }

    /// What is due is so by this time, which nobody writes into the log.
    pub(in crate::signing) fn now(&self) -> Timestamp {
        self.work.now()
    }

    /// The time of what is written.
    pub(super) const fn at(&self) -> Timestamp {
        self.log.at
    }

    /// What a key that is to sign signs with; a key without a private part is of no use.
    pub(super) async fn incoming(&mut self, key: &Key) -> Result<Signer, RotationError> {
        let signer = self.signer(&key.key_id).await?;
        let none = SigningError::NoSigner(key.algorithm);
        signer.ok_or_else(|| lost(&key.key_id, none))
    }

    /// What signs with a stored key, if that opens here: an emergency does not depend on it.
    pub(super) async fn signer_if_open(
        &mut self,
        key: Option<&Key>,
    ) -> Result<Option<Signer>, RotationError> {
        let Some(key) = key else { return Ok(None) };
        match self.signer(&key.key_id).await {
            Err(RotationError::Lost { .. }) => Ok(None),
            opened => opened,
        }
    }

    /// What signs with a stored key.
    pub(super) async fn signer(&mut self, key_id: &KeyId) -> Result<Option<Signer>, RotationError> {
        let stored = store::sealed(self.work.connection()?, key_id).await?;
        let stored = stored.ok_or_else(|| RotationError::Unknown(key_id.clone()))?;
        let opened = sealed_keys::open_key(self.keyring, &stored);
        let opened = opened.map_err(|source| lost(key_id, source))?;
        let signer = opened.signer();
        signer.map_err(|source| lost(key_id, source.into()))
    }

    /// Adds a key in a state, with its entry; says whether it stayed.
    pub(in crate::signing) async fn add(
        &mut self,
        key: &PrivateJwk,
        change: ChangeName,
        outgoing: Option<&Signer>,
        emergency: Option<&KeyId>,
    ) -> Result<bool, RotationError> {
        let public = key.public();
        let status = match change {
            ChangeName::First => KeyStatus::Active,
            _ => KeyStatus::Next,
        };
        let signer = Signer::new(key)?;
        let sealed: Material = PrivateJwk::from_json(&key.to_json()?)?.into();
        let new = seal(self.keyring, &sealed, self.work)?;
        let (now, cache) = (self.at(), self.kept_for().await?);
        let connection = self.work.connection()?;
        if !store::insert_key(connection, &new, status.name(), to_seconds(cache), None, now).await? {
            return Ok(false);
        }
        let key_id = public.key_id().clone();
        let draft = Draft {
            public_key: Some(public.to_members().into()),
            cache_seconds: Some(cache.as_secs()),
            emergency: emergency.cloned(),
            ..Draft::new(change, public.algorithm(), key_id.clone())
        };
        let signers = Signers {
            outgoing,
            incoming: Some(&signer),
        };
        self.log.append(self.work, draft, signers).await?;
        let alg = public.algorithm().name();
        audit::record(self.work, KeyEvent::Published { key: key_id, alg }).await?;
        Ok(true)
    }

    /// Lets the next key sign in the place of the active one, which vouches for it. Both are opened before the first
    /// statement: a next key that does not open must leave the active one signing.
    pub(super) async fn activate(
        &mut self,
        next: &Key,
        active: Option<&Key>,
        step: &Step,
    ) -> Result<Change, RotationError> {
        let outgoing = match active {
            Some(active) => self.signer(&active.key_id).await?,
            None => None,
        };
        let incoming = self.incoming(next).await?;
        let draft = Draft {
            replaces: active.map(|active| active.key_id.clone()),
            wait_seconds: Some(step.wait.as_secs()),
            absent_until: Some(next.known_since()).filter(|known| *known > next.published_at),
            life_seconds: active.map(|active| self.life(active)),
            broke: step.accepted.clone(),
            broke_others: u64::try_from(step.warned_of.len())
                .ok()
                .filter(|others| *others > 0),
            ..Draft::new(ChangeName::Activated, next.algorithm, next.key_id.clone())
        };
        if let Some(active) = active {
            self.move_to(active, KeyStatus::Retiring).await?;
        }
        let signers = Signers {
            outgoing: outgoing.as_ref(),
            incoming: Some(&incoming),
        };
        self.take_over(next, draft, signers).await
    }

    /// Lets a key sign; what signed before does not any more.
    pub(super) async fn take_over(
        &mut self,
        next: &Key,
        draft: Draft,
        signers: Signers<'_>,
    ) -> Result<Change, RotationError> {
        self.move_to(next, KeyStatus::Active).await?;
        let replaces = draft.replaces.clone();
        self.log.append(self.work, draft, signers).await?;
        store::forget_request(self.work.connection()?, next.algorithm.name()).await?;
        let alg = next.algorithm.name();
        let key = next.key_id.clone();
        let event = KeyEvent::Activated {
            key: key.clone(),
            alg,
            replaces: replaces.clone(),
        };
        audit::record(self.work, event).await?;
        Ok(Change {
            algorithm: next.algorithm,
            key_id: key,
            changed: Changed::Activated { replaces },
        })
    }

    /// Takes a key out of the set.
    pub(super) async fn retire(&mut self, key: &Key, active: Option<&Key>) -> Result<Change, RotationError> {
        let outgoing = match active {
            Some(active) => self.signer(&active.key_id).await?,
            None => None,
        };
        self.move_to(key, KeyStatus::Retired).await?;
        let draft = Draft {
            life_seconds: (!key.verify_only).then(|| self.life(key)),
            ..Draft::new(ChangeName::Retired, key.algorithm, key.key_id.clone())
        };
        let signers = Signers {
            outgoing: outgoing.as_ref(),
            incoming: None,
        };
        self.log.append(self.work, draft, signers).await?;
        let (alg, event_key) = (key.algorithm.name(), key.key_id.clone());
        audit::record(self.work, KeyEvent::Retired { key: event_key, alg }).await?;
        Ok(Change {
            algorithm: key.algorithm,
            key_id: key.key_id.clone(),
            changed: Changed::Retired,
        })
    }

    /// The longest life of anything that a key signed, in seconds.
    pub(super) fn life(&self, key: &Key) -> u64 {
        key.life.max(self.policy.life).as_secs()
    }

    /// The conditional statement: whoever was slower than another replica changes nothing, and gives up.
    pub(super) async fn move_to(&mut self, key: &Key, status: KeyStatus) -> Result<(), RotationError> {
        let now = self.at();
        let (from, to) = (key.status.name(), status.name());
        if store::move_to(self.work.connection()?, &key.key_id, from, to, now).await? {
            Ok(())
        } else {
            Err(RotationError::Raced)
        }
    }
}

fn lost(key_id: &KeyId, source: SigningError) -> RotationError {
    RotationError::Lost {
        key_id: key_id.clone(),
        source,
    }
}

/// A key as its row holds it.
pub(super) fn seal(keyring: &Keyring, key: &Material, work: &UnitOfWork) -> Result<NewKey, SigningError> {
    let public = key.public();
    Ok(NewKey {
        key_id: public.key_id().clone(),
        algorithm: public.algorithm(),
        public_key: Value::Object(public.to_members()),
        sealed: sealed_keys::seal_key(keyring, key, work.entropy())?,
        verify_only: matches!(key, Material::Public(_)),
    })
}
