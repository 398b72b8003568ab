//! Owns the beginning of the log in a database whose keys are older: each is taken over as it is, by whoever changes
//! the keys first.

use super::change::Desk;
use super::error::RotationError;
use super::log::{ChangeName, Draft, Signers};
use super::view::View;
use crate::signing::key_set::KeyStatus;

impl Desk<'_> {
    /// Begins the log with the keys that were there before it. A key that does not open here cannot sign its own entry:
    /// the entry says so, and so does the proof.
    pub(super) async fn begin_log(&mut self) -> Result<(), RotationError> {
        if !self.log.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let view = View::read(self.work.connection()?, now).await?;
        for key in &view.keys {
            let signer = self.signer_if_open(Some(key)).await?;
            let draft = Draft {
                state: Some(key.status.name().to_owned()),
                published_at: Some(key.published_at),
                public_key: Some(key.public_key.clone()),
                unvouched: key.status == KeyStatus::Active && signer.is_none(),
                ..Draft::new(ChangeName::Adopted, key.algorithm, key.key_id.clone())
            };
            let signers = Signers {
                outgoing: None,
                incoming: signer.as_ref(),
            };
            self.log.append(self.work, draft, signers).await?;
        }
        Ok(())
    }
}
