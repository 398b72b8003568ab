//! Owns how what a job carries is sealed, and opened again where it is done.

use super::job::{Job, JobKind, Stored};
use crate::base::entropy::Entropy;
use crate::base::id::JobId;
use crate::sealing::{self, Context, Keyring, Sealed, SealingError};

/// Why a job cannot be read back.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// It does not open here.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// It opens, and says nothing that this version understands.
    #[error(transparent)]
    Stored(#[from] Stored),
}

pub(super) const fn context(id: &str) -> Context<'_> {
    Context {
        table: "auth.queue",
        column: "payload_sealed",
        row: id,
        owner: "server",
    }
}

pub(super) fn seal(
    keyring: &Keyring,
    id: &JobId,
    payload: &[u8],
    entropy: &dyn Entropy,
) -> Result<Sealed, SealingError> {
    sealing::seal(keyring, &context(id.as_str()), payload, entropy)
}

pub(super) fn open(
    keyring: &Keyring,
    id: &JobId,
    kind: JobKind,
    sealed: Option<&Sealed>,
) -> Result<Job, OpenError> {
    let payload = sealed
        .map(|sealed| sealing::open(keyring, &context(id.as_str()), &sealed.kek_id, &sealed.bytes))
        .transpose()?;
    Ok(Job::read(
        kind,
        payload.as_ref().map(|payload| payload.as_slice()),
    )?)
}
