//! Owns what can be wrong with the end of the log. It never stops an emergency.

use crate::base::clock::Timestamp;

/// What is wrong with the log's last entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogProblem {
    /// It was altered.
    #[error("the last entry of the key log cannot be read: it was altered; `signet keys verify` says more")]
    Unreadable,
    /// What is written now would be older than it.
    #[error(
        "the last entry of the key log is of {0}, which is yet to come: a clock was wrong, or the entry was forged; \
         `signet keys verify` says more"
    )]
    Ahead(Timestamp),
    /// There is no number after its own.
    #[error(
        "the last entry of the key log has the last number there is: it was forged; `signet keys verify` says more"
    )]
    Full,
}

impl LogProblem {
    /// Whether nothing but an emergency is carried out because of it. Which entries can be read is nobody's concern but
    /// the proof's.
    pub(in crate::signing) const fn stops_steps(self) -> bool {
        matches!(self, Self::Ahead(_) | Self::Full)
    }
}
