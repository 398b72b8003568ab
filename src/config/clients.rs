//! Owns what is the same for all clients.

use serde::{Deserialize, Serialize};

use super::reach::ReachSetting;
use crate::base::reach::Reach;

/// `[clients]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClientSettings {
    /// Which addresses may be fetched for a client: its `jwks_uri`, its icon.
    pub reach: ReachSetting,
}

impl ClientSettings {
    /// Which addresses may be fetched for a client.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach.reach()
    }
}
