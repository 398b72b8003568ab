//! Owns the waiting for the lock under which keys change. It is tried again and again for a while, and no statement waits
//! for it: one that did would end as a failure of the database, and hold its connection until then.

use std::time::Duration;

use super::error::RotationError;
use crate::db::UnitOfWork;
use crate::signing::store;

/// How often it is tried.
const TRIES: u32 = 80;
/// How long it is left alone in between: a change of keys takes a few milliseconds.
const PAUSE: Duration = Duration::from_millis(100);

/// Takes the lock, or gives up after eight seconds.
pub(super) async fn lock(work: &mut UnitOfWork) -> Result<(), RotationError> {
    for _ in 0..TRIES {
        if store::try_lock(work.connection()?).await? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(RotationError::Busy)
}
