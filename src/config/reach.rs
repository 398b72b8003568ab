//! Owns how configuration names the addresses that this server may connect to.

use serde::{Deserialize, Serialize};

use crate::base::reach::Reach;

/// Which addresses may be connected to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ReachSetting {
    /// Public ones.
    #[default]
    Public,
    /// This machine's too.
    Loopback,
    /// This machine's and private networks' too.
    Private,
}

impl ReachSetting {
    /// What it stands for.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::Public => Reach::Public,
            Self::Loopback => Reach::PublicAndLoopback,
            Self::Private => Reach::PublicAndPrivate,
        }
    }
}
