//! Owns a cut-off as others copy it, and the cursor that says up to where a reader has read.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::base::handle::BackupEpoch;
use crate::db::snapshot::Snapshot;

/// A token whose counter is below the minimum is dead. An empty organization speaks of the person's counter, an empty
/// person of the organization's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cutoff {
    /// The person, or empty.
    pub user_id: String,
    /// The organization, or empty.
    pub organization_id: String,
    /// The smallest counter that is alive.
    pub minimum: i32,
    /// When it was last raised.
    pub changed_at: DateTime<Utc>,
}

/// Up to where a reader has read: the backup epoch, so that a restore makes it read anew, and a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub(super) epoch: i64,
    pub(super) snapshot: Snapshot,
}

impl Cursor {
    /// Reads a cursor that a reader got from us.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (epoch, snapshot) = text.split_once('.')?;
        let number: i64 = epoch.parse().ok()?;
        (number.to_string() == epoch).then_some(())?;
        Some(Self {
            epoch: number,
            snapshot: Snapshot::parse(snapshot)?,
        })
    }

    pub(super) const fn new(BackupEpoch(epoch): BackupEpoch, snapshot: Snapshot) -> Self {
        Self { epoch, snapshot }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.epoch, self.snapshot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written() {
        for text in ["0.1:1:", "3.10:20:11,12"] {
            assert_eq!(
                Cursor::parse(text).map(|cursor| cursor.to_string()).as_deref(),
                Some(text)
            );
        }
        for text in ["", "1:1:", "x.1:1:", "+1.1:1:", "0.1:1", "0.1:1:' or true"] {
            assert_eq!(Cursor::parse(text), None, "{text:?}");
        }
    }
}
