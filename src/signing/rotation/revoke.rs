//! Owns what an emergency does: a key ends at once, and so does everything that it signed. Where it was the one that
//! signs, the next one does from now on, or a new one; nothing is waited for.

use std::time::Duration;

use super::change::{Change, Changed, Desk};
use super::error::RotationError;
use super::key::Key;
use super::lock::lock;
use super::log::{ChangeName, Draft, LogProblem, Signers};
use super::rotate::Rotation;
use super::spares::NewKeys;
use super::view::View;
use crate::audit::{self, KeyEvent};
use crate::base::clock::{self, Timestamp};
use crate::base::id::KeyId;
use crate::db::UnitOfWork;
use crate::jose::Signer;
use crate::signing::key_set::KeyStatus;

/// What a revocation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// The key, as it was.
    pub key: Key,
    /// What signs from then on; none where it was not the one that signs, or where a new one is made.
    pub successor: Option<KeyId>,
    /// When the last token that it signed would have expired; none if it never signed.
    pub tokens_until: Option<Timestamp>,
    /// When the slowest verifier that keeps to the rules will have noticed.
    pub noticed_at: Timestamp,
    /// How slow that is, beyond what the key set itself allows.
    pub slowest_refresh: Duration,
}

/// What a revocation did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The changes, in their order.
    pub changes: Vec<Change>,
    /// What is wrong with the log. It was revoked all the same.
    pub log: Option<LogProblem>,
}

/// What a revocation would do now.
pub fn preview_revocation(
    view: &View,
    rotation: Rotation<'_>,
    key_id: &KeyId,
) -> Result<Revocation, RotationError> {
    let key = view.keys.iter().find(|key| key.key_id == *key_id);
    let key = key.ok_or_else(|| RotationError::Unknown(key_id.clone()))?;
    if key.status == KeyStatus::Revoked {
        return Err(RotationError::Revoked(key_id.clone()));
    }
    let policy = rotation.policy;
    let next = view.find(key.algorithm, KeyStatus::Next);
    let last = match key.status {
        KeyStatus::Active => Some(view.now),
        KeyStatus::Retiring if !key.verify_only => key.retiring_at,
        _ => None,
    };
    let slowest_refresh = view.slowest_refresh(&policy.verifiers);
    let noticed = policy.until_noticed(view.kept_for, slowest_refresh).length;
    Ok(Revocation {
        key: key.clone(),
        successor: next
            .filter(|_| key.status == KeyStatus::Active)
            .map(|next| next.key_id.clone()),
        tokens_until: last.map(|last| clock::after(last, key.life.max(policy.life))),
        noticed_at: clock::after(view.now, noticed),
        slowest_refresh,
    })
}

/// Ends a key. `new` holds one more key of its algorithm: the next one from then on, or the one that signs.
pub async fn revoke(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    key_id: &KeyId,
    new: NewKeys,
) -> Result<Ended, RotationError> {
    lock(work).await?;
    let mut desk = Desk::open(work, rotation.keyring, rotation.policy).await?;
    let log = desk.log.problem;
    let changes = ended(&mut desk, rotation, key_id, new).await?;
    Ok(Ended { changes, log })
}

async fn ended(
    desk: &mut Desk<'_>,
    rotation: Rotation<'_>,
    key_id: &KeyId,
    mut new: NewKeys,
) -> Result<Vec<Change>, RotationError> {
    let now = desk.now();
    let view = View::read(desk.work.connection()?, now).await?;
    let key = preview_revocation(&view, rotation, key_id)?.key;
    let mut changes = vec![Change {
        algorithm: key.algorithm,
        key_id: key_id.clone(),
        changed: Changed::Revoked,
    }];
    if key.status != KeyStatus::Active {
        let active = view.find(key.algorithm, KeyStatus::Active);
        let signer = desk.signer_if_open(active).await?;
        desk.end(&key, None, signer.as_ref()).await?;
        return Ok(changes);
    }
    let successor = match view.find(key.algorithm, KeyStatus::Next) {
        Some(next) => match desk.signer(&next.key_id).await {
            Ok(Some(signer)) => Some((next.clone(), signer)),
            // It was sealed by what is lost too, or comes without a private part: it is of no use.
            Ok(None) | Err(RotationError::Lost { .. }) => {
                let elsewhere = view.published_by(&next.key_id);
                if !elsewhere.is_empty() {
                    let key_id = next.key_id.clone();
                    let hosts = elsewhere.join(", ");
                    return Err(RotationError::OpensElsewhere { key_id, hosts });
                }
                return desk.start_anew(&view, &key, next, &mut new).await;
            }
            Err(error) => return Err(error),
        },
        None => None,
    };
    let Some((next, signer)) = successor else {
        changes.extend(desk.replace_by_new(&view, &key, &mut new).await?);
        return Ok(changes);
    };
    desk.end(&key, Some(&next.key_id), Some(&signer)).await?;
    changes.push(desk.sign_at_once(&next, &key.key_id, &signer).await?);
    if let Some(spare) = new.take(key.algorithm)
        && desk
            .add(&spare, ChangeName::Published, Some(&signer), None)
            .await?
    {
        changes.push(Change {
            algorithm: key.algorithm,
            key_id: spare.public().key_id().clone(),
            changed: Changed::Published,
        });
    }
    Ok(changes)
}

impl Desk<'_> {
    /// The revocation itself. What signs from then on vouches for it.
    pub(super) async fn end(
        &mut self,
        key: &Key,
        successor: Option<&KeyId>,
        incoming: Option<&Signer>,
    ) -> Result<(), RotationError> {
        self.move_to(key, KeyStatus::Revoked).await?;
        self.note_end(key, successor, incoming).await
    }

    async fn note_end(
        &mut self,
        key: &Key,
        successor: Option<&KeyId>,
        incoming: Option<&Signer>,
    ) -> Result<(), RotationError> {
        let draft = Draft {
            replaces: successor.cloned(),
            unvouched: incoming.is_none(),
            ..Draft::new(ChangeName::Revoked, key.algorithm, key.key_id.clone())
        };
        let signers = Signers {
            outgoing: None,
            incoming,
        };
        self.log.append(self.work, draft, signers).await?;
        let (alg, key) = (key.algorithm.name(), key.key_id.clone());
        audit::record(self.work, KeyEvent::Revoked { key, alg }).await?;
        Ok(())
    }

    async fn sign_at_once(
        &mut self,
        next: &Key,
        revoked: &KeyId,
        signer: &Signer,
    ) -> Result<Change, RotationError> {
        let draft = Draft {
            wait_seconds: Some(0),
            emergency: Some(revoked.clone()),
            ..Draft::new(ChangeName::Activated, next.algorithm, next.key_id.clone())
        };
        let signers = Signers {
            outgoing: None,
            incoming: Some(signer),
        };
        self.take_over(next, draft, signers).await
    }

    /// Refuses to let a new key sign that running replicas could not open: they would be left without one.
    fn require_openable(&self, view: &View) -> Result<(), RotationError> {
        let kek_id = self.keyring.active_id();
        let Some(fingerprint) = self.keyring.fingerprint(&kek_id) else {
            return Ok(());
        };
        let hosts = view.lacking_kek(&fingerprint);
        if hosts.is_empty() {
            return Ok(());
        }
        Err(RotationError::SealedElsewhere {
            kek_id,
            hosts: hosts.join(", "),
        })
    }

    /// A new key is published and signs in one transaction: there was no next one.
    async fn replace_by_new(
        &mut self,
        view: &View,
        key: &Key,
        new: &mut NewKeys,
    ) -> Result<Vec<Change>, RotationError> {
        self.require_openable(view)?;
        let spare = new.take(key.algorithm).ok_or(RotationError::Raced)?;
        let signer = Signer::new(&spare)?;
        if !self
            .add(&spare, ChangeName::Published, None, Some(&key.key_id))
            .await?
        {
            return Err(RotationError::Raced);
        }
        let added = spare.public().key_id();
        self.end(key, Some(added), Some(&signer)).await?;
        let now = self.now();
        let view = View::read(self.work.connection()?, now).await?;
        let added = view
            .find(key.algorithm, KeyStatus::Next)
            .ok_or(RotationError::Raced)?;
        Ok(vec![self.sign_at_once(added, &key.key_id, &signer).await?])
    }

    /// Neither the key nor the next one opens: both end, and a new one signs.
    async fn start_anew(
        &mut self,
        view: &View,
        key: &Key,
        next: &Key,
        new: &mut NewKeys,
    ) -> Result<Vec<Change>, RotationError> {
        self.require_openable(view)?;
        let spare = new.take(key.algorithm).ok_or(RotationError::Raced)?;
        let signer = Signer::new(&spare)?;
        self.move_to(next, KeyStatus::Revoked).await?;
        if !self
            .add(&spare, ChangeName::Published, None, Some(&key.key_id))
            .await?
        {
            return Err(RotationError::Raced);
        }
        let added = spare.public().key_id().clone();
        self.note_end(next, Some(&added), Some(&signer)).await?;
        self.end(key, Some(&added), Some(&signer)).await?;
        let view = View::read(self.work.connection()?, view.now).await?;
        let added = view
            .find(key.algorithm, KeyStatus::Next)
            .ok_or(RotationError::Raced)?;
        let signs = self.sign_at_once(added, &key.key_id, &signer).await?;
        let revoked = |key_id: &KeyId| Change {
            algorithm: key.algorithm,
            key_id: key_id.clone(),
            changed: Changed::Revoked,
        };
        Ok(vec![revoked(&key.key_id), revoked(&next.key_id), signs])
    }
}
