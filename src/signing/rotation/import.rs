//! Owns the taking in of another provider's key: to sign, as the next one, or only to verify what it has signed there.

use std::time::Duration;

use super::change::{Change, Changed, Desk, seal};
use super::error::RotationError;
use super::key::{Key, to_seconds};
use super::lock::lock;
use super::log::{ChangeName, Draft, Signers};
use super::rotate::Rotation;
use super::view::View;
use crate::audit::{self, KeyEvent};
use crate::base::clock;
use crate::db::UnitOfWork;
use crate::jose::{ImportedKey, PublicJwk, Signer};
use crate::signing::key_set::KeyStatus;
use crate::signing::material::Material;
use crate::signing::store;

/// The largest RSA key that signs, in bits: with a larger one a signature keeps a core busy for tens of milliseconds.
const LARGEST_TO_SIGN: usize = 4096;

/// What an imported key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportUse {
    /// It is the next to sign.
    Sign,
    /// It is published for so long, and signs nothing.
    Verify(Duration),
}

/// Takes a key in. One that is to sign takes the place of the next key, which has signed nothing and ends.
pub async fn import(
    work: &mut UnitOfWork,
    rotation: Rotation<'_>,
    key: ImportedKey,
    wanted: ImportUse,
) -> Result<Change, RotationError> {
    lock(work).await?;
    let mut desk = Desk::open(work, rotation.keyring, rotation.policy).await?;
    desk.require_sound_log()?;
    let now = desk.now();
    let view = View::read(desk.work.connection()?, now).await?;
    let public = key.public();
    let (algorithm, key_id) = (public.algorithm(), public.key_id().clone());
    let policy = rotation.policy;
    let published = wanted != ImportUse::Sign && policy.also_published.contains(&algorithm);
    if !policy.offered.contains(&algorithm) && !published {
        return Err(if policy.also_published.contains(&algorithm) {
            RotationError::OnlyVerifies(algorithm)
        } else {
            RotationError::NotTaken(algorithm)
        });
    }
    if let Some(known) = known(&view, public)? {
        return Err(RotationError::Known(known.key_id.clone(), known.status.name()));
    }
    let active = view.find(algorithm, KeyStatus::Active);
    let outgoing = match (active, wanted) {
        // What only verifies takes nobody's place.
        (active, ImportUse::Verify(_)) => desk.signer_if_open(active).await?,
        (Some(active), ImportUse::Sign) => desk.signer(&active.key_id).await?,
        (None, ImportUse::Sign) => None,
    };
    match (wanted, key) {
        (ImportUse::Verify(length), key) => {
            desk.verify_with(key.into_public(), length, outgoing.as_ref())
                .await?;
        }
        (ImportUse::Sign, ImportedKey::Private(key)) => {
            if let Some(bits) = key.public().rsa_bits().filter(|bits| *bits > LARGEST_TO_SIGN) {
                return Err(RotationError::TooLarge(key_id, bits));
            }
            if let Some(next) = view.find(algorithm, KeyStatus::Next) {
                desk.end(next, None, outgoing.as_ref()).await?;
            }
            if !desk
                .add(&key, ChangeName::Published, outgoing.as_ref(), None)
                .await?
            {
                return Err(RotationError::Raced);
            }
            store::note_import(desk.work.connection()?, &key_id).await?;
        }
        (ImportUse::Sign, ImportedKey::Public(key)) => {
            return Err(RotationError::OnlyPublic(key.key_id().clone()));
        }
    }
    Ok(Change {
        algorithm,
        key_id,
        changed: Changed::Published,
    })
}

/// The key that is here already, under whichever name, if it is.
fn known<'a>(view: &'a View, public: &PublicJwk) -> Result<Option<&'a Key>, RotationError> {
    let thumbprint = public.thumbprint()?;
    let same = |key: &&Key| {
        let members = key.public_key.as_object();
        let jwk = members.and_then(|members| PublicJwk::from_members(members).ok());
        key.key_id == *public.key_id()
            || jwk.is_some_and(|jwk| jwk.thumbprint().is_ok_and(|known| known == thumbprint))
    };
    Ok(view.keys.iter().find(same))
}

impl Desk<'_> {
    async fn verify_with(
        &mut self,
        key: PublicJwk,
        length: Duration,
        outgoing: Option<&Signer>,
    ) -> Result<(), RotationError> {
        let (algorithm, key_id) = (key.algorithm(), key.key_id().clone());
        let public_key = key.to_members().into();
        let new = seal(self.keyring, &Material::Public(key), self.work)?;
        let (now, cache) = (self.at(), self.kept_for().await?);
        let until = Some(clock::after(now, length));
        let status = KeyStatus::Retiring.name();
        let connection = self.work.connection()?;
        if !store::insert_key(connection, &new, status, to_seconds(cache), until, now).await? {
            return Err(RotationError::Raced);
        }
        let draft = Draft {
            public_key: Some(public_key),
            cache_seconds: Some(cache.as_secs()),
            life_seconds: Some(length.as_secs()),
            unvouched: outgoing.is_none(),
            ..Draft::new(ChangeName::Imported, algorithm, key_id.clone())
        };
        let signers = Signers {
            outgoing,
            incoming: None,
        };
        self.log.append(self.work, draft, signers).await?;
        let alg = algorithm.name();
        audit::record(self.work, KeyEvent::Imported { key: key_id, alg }).await?;
        Ok(())
    }
}
