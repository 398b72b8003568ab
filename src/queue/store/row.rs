//! Owns what every statement reads of a row in the same way.

use crate::db::DatabaseError;
use crate::queue::job::JobKind;
use crate::sealing::Sealed;

/// The kind of a row.
pub(super) fn kind(name: &str) -> Result<JobKind, DatabaseError> {
    JobKind::parse(name).ok_or(DatabaseError::Inconsistent {
        table: "auth.queue",
        problem: "a kind that this version does not know",
    })
}

/// What it carries.
pub(super) fn sealed(bytes: Option<Vec<u8>>, kek_id: Option<String>) -> Option<Sealed> {
    let (bytes, kek_id) = bytes.zip(kek_id)?;
    Some(Sealed { bytes, kek_id })
}
