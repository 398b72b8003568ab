//! Owns what a restored database means for keys. What happened to them after the backup is lost: a next key may have
//! signed and left the set since, so that nobody knows it any more. It counts as published from the moment that the
//! restore is noticed, which is by the backup epoch.

use super::change::Desk;
use super::error::RotationError;
use super::key::to_seconds;
use super::log::{ChangeName, Draft, Signers};
use super::view::View;
use crate::signing::key_set::KeyStatus;
use crate::signing::store;

impl Desk<'_> {
    /// Publishes the next keys from before a restore anew, and forgets the rotations that were asked for before it: they
    /// may have been carried out. Whoever changes keys first after the restore does it.
    pub(super) async fn notice_restore(&mut self) -> Result<(), RotationError> {
        let now = self.now();
        let view = View::read(self.work.connection()?, now).await?;
        if !view.is_restored() {
            return Ok(());
        }
        store::forget_requests_before_restore(self.work.connection()?, view.epoch).await?;
        for key in view.to_republish() {
            let active = view.find(key.algorithm, KeyStatus::Active);
            let outgoing = self.signer_if_open(active).await?;
            let incoming = self.signer_if_open(Some(key)).await?;
            let (at, cache) = (self.at(), self.cache(&view));
            let published = (view.epoch, to_seconds(cache));
            store::republish(self.work.connection()?, &key.key_id, published, at).await?;
            let draft = Draft {
                cache_seconds: Some(cache.as_secs()),
                unvouched: incoming.is_none() || (active.is_some() && outgoing.is_none()),
                ..Draft::new(ChangeName::Republished, key.algorithm, key.key_id.clone())
            };
            let signers = Signers {
                outgoing: outgoing.as_ref(),
                incoming: incoming.as_ref(),
            };
            self.log.append(self.work, draft, signers).await?;
            tracing::warn!(
                key.id = key.key_id.as_str(),
                alg = key.algorithm.name(),
                "the database was restored: the next key counts as published from now on, and what was done to keys after \
                 the backup is lost; repeat revocations with `signet keys revoke`"
            );
        }
        Ok(())
    }
}
