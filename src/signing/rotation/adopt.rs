//! Owns the taking over of keys that are in no entry of the log: those that were there before it, by whoever changes keys
//! first, and those that an older version added past it while replicas were being replaced.

use super::change::Desk;
use super::error::RotationError;
use super::key::Key;
use super::log::{ChangeName, Draft, Signers};
use super::view::View;
use crate::signing::key_set::KeyStatus;
use crate::signing::store;

impl Desk<'_> {
    /// Begins the log with the keys that were there before it. A key that does not open here cannot sign its own entry:
    /// the entry says so, and so does the proof.
    pub(super) async fn begin_log(&mut self) -> Result<(), RotationError> {
        if !self.log.is_empty() {
            return self.adopt_late().await;
        }
        let now = self.now();
        let view = View::read(self.work.connection()?, now).await?;
        for key in &view.keys {
            self.adopt(key, false).await?;
        }
        Ok(())
    }

    /// Takes over keys that were added past the log, if they open here: then somebody added them who has our
    /// key-encryption keys. Others stay what they are, a finding of the proof.
    async fn adopt_late(&mut self) -> Result<(), RotationError> {
        let unlogged = store::unlogged(self.work.connection()?).await?;
        if unlogged.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let view = View::read(self.work.connection()?, now).await?;
        for key in view
            .keys
            .iter()
            .filter(|key| unlogged.iter().any(|kid| kid == key.key_id.as_str()))
        {
            match self.signer(&key.key_id).await {
                Ok(_) => {}
                Err(RotationError::Lost { .. }) => continue,
                Err(error) => return Err(error),
            }
            tracing::warn!(
                key.id = key.key_id.as_str(),
                alg = key.algorithm.name(),
                "a key was added past the key log, as a server of an older version does; it is taken into it"
            );
            self.adopt(key, true).await?;
        }
        Ok(())
    }

    async fn adopt(&mut self, key: &Key, late: bool) -> Result<(), RotationError> {
        let signer = self.signer_if_open(Some(key)).await?;
        let draft = Draft {
            state: Some(key.status.name().to_owned()),
            published_at: Some(key.published_at),
            public_key: Some(key.public_key.clone()),
            late,
            unvouched: key.status == KeyStatus::Active && signer.is_none(),
            ..Draft::new(ChangeName::Adopted, key.algorithm, key.key_id.clone())
        };
        let signers = Signers {
            outgoing: None,
            incoming: signer.as_ref(),
        };
        self.log.append(self.work, draft, signers).await?;
        Ok(())
    }
}
