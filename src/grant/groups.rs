//! The statements of grants that several requests share.

use std::sync::Arc;

use super::consult;
use super::store::{CodePreparation, GroupedRedemption, GroupedRotation, RefreshPreparation};
use crate::claims::TokenIssuer;
use crate::db::changes::Freshness;
use crate::db::groups::{Dispatcher, Sharing};

/// A queue for each kind of statement.
#[derive(Clone)]
pub struct GrantGroups {
    pub(super) rotations: Dispatcher<GroupedRotation>,
    pub(super) redemptions: Dispatcher<GroupedRedemption>,
    pub(super) refresh_preparations: Dispatcher<RefreshPreparation>,
    pub(super) code_preparations: Dispatcher<CodePreparation>,
}

/// What may have changed while a request waited.
#[derive(Clone)]
pub(super) struct Present {
    token_issuer: TokenIssuer,
    freshness: Arc<Freshness>,
}

impl Present {
    /// Nothing is granted from what may have been revoked since it was read, and hooks that were not asked must be.
    pub(super) fn allows_completing(&self, hooks_were_asked: bool) -> bool {
        self.freshness.why_stale().is_none() && (hooks_were_asked || !consult::asks(&self.token_issuer))
    }
}

impl GrantGroups {
    /// Groups for tokens of an issuer.
    #[must_use]
    pub fn new(sharing: &Arc<Sharing>, token_issuer: TokenIssuer, freshness: Arc<Freshness>) -> Self {
        let present = Present {
            token_issuer,
            freshness,
        };
        Self {
            rotations: Dispatcher::new(sharing, present.clone()),
            redemptions: Dispatcher::new(sharing, present),
            refresh_preparations: Dispatcher::new(sharing, ()),
            code_preparations: Dispatcher::new(sharing, ()),
        }
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.rotations.waiting()
            + self.redemptions.waiting()
            + self.refresh_preparations.waiting()
            + self.code_preparations.waiting()
    }
}
