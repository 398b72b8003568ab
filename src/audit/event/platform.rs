//! Owns what is recorded of the installation as a whole.

use serde_json::json;

use super::entry::{Entry, Event};

/// Something befell everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlatformEvent {
    /// Every handle, session, grant and token from before ended: the database was restored.
    BackupEpochBegan { epoch: i64 },
    /// The database lies elsewhere than before, and an operator said that nothing was lost.
    BackupEpochKept { epoch: i64 },
}

impl Event for PlatformEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::BackupEpochBegan { epoch } => Entry::new("BACKUP_EPOCH_BEGAN", json!({ "epoch": epoch })),
            Self::BackupEpochKept { epoch } => Entry::new("BACKUP_EPOCH_KEPT", json!({ "epoch": epoch })),
        }
    }
}
