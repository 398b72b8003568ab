//! Owns what a restored database must not bring back: whatever was used up, ended or handed over since the backup. One
//! number stands in every handle's digest and in every tag, and one mark is older than whatever may live, so that the
//! end of all of it is one statement.

use crate::audit;
use crate::audit::event::PlatformEvent;
use crate::base::handle::BackupEpoch;
use crate::db::{DatabaseError, UnitOfWork, platform};
use crate::session;
use crate::tenancy::invitation;
use crate::token::liveness;

/// How far it is counted what would end: the count is for a decision, and no table is read for it as a whole.
pub const COUNTED_TO: i64 = 10_000;

/// What lives and would end. [`COUNTED_TO`] means that many or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Living {
    /// Sessions of people.
    pub sessions: i64,
    /// Grants with a refresh token.
    pub grants: i64,
    /// Opaque access tokens.
    pub reference_tokens: i64,
    /// Invitations that nobody has answered.
    pub invitations: i64,
}

/// Counts what would end. Four statements.
pub async fn preview(work: &mut UnitOfWork) -> Result<Living, DatabaseError> {
    Ok(Living {
        sessions: session::count_live(work, COUNTED_TO).await?,
        grants: liveness::count_refreshable(work, COUNTED_TO).await?,
        reference_tokens: liveness::count_references(work, COUNTED_TO).await?,
        invitations: invitation::count_acceptable(work, COUNTED_TO).await?,
    })
}

/// Begins an epoch: with the commit everything from before is dead. Replicas make new handles in it as soon as they have
/// heard of it; what one of them makes in the old epoch until then is dead too.
pub async fn begin(work: &mut UnitOfWork) -> Result<BackupEpoch, DatabaseError> {
    let begun = platform::begin_epoch(work).await?;
    audit::record(work, PlatformEvent::BackupEpochBegan { epoch: begun.0 }).await?;
    Ok(begun)
}

/// Notes that the data lie where they do and that nothing of them is missing: nothing ends.
pub async fn keep(work: &mut UnitOfWork) -> Result<BackupEpoch, DatabaseError> {
    platform::keep_place(work).await?;
    let epoch = work.epoch();
    audit::record(work, PlatformEvent::BackupEpochKept { epoch: epoch.0 }).await?;
    Ok(epoch)
}
