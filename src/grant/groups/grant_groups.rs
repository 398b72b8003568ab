//! The statements of grants that several requests share.

use std::sync::Arc;

use super::dispatcher::Dispatcher;
use super::grouped::{GroupServices, GroupSettings};
use crate::base::clock::Clock;
use crate::claims::TokenIssuer;
use crate::db::changes::Freshness;
use crate::db::pool::Pool;
use crate::grant::store::{
    CodePreparation, GroupedRedemption, GroupedRotation, LARGEST_GROUP, RefreshPreparation,
};

/// A queue for each kind of statement.
#[derive(Clone)]
pub struct GrantGroups {
    pub(in crate::grant) rotations: Dispatcher<GroupedRotation>,
    pub(in crate::grant) redemptions: Dispatcher<GroupedRedemption>,
    pub(in crate::grant) refresh_preparations: Dispatcher<RefreshPreparation>,
    pub(in crate::grant) code_preparations: Dispatcher<CodePreparation>,
}

impl GrantGroups {
    /// Groups on the connections of a pool, for tokens of an issuer.
    #[must_use]
    pub fn new(
        pool: Pool,
        token_issuer: TokenIssuer,
        freshness: Arc<Freshness>,
        clock: Arc<dyn Clock>,
        settings: GroupSettings,
    ) -> Self {
        let services = Arc::new(GroupServices {
            patience: settings.patience.unwrap_or_else(|| pool.patience()),
            pool,
            token_issuer,
            freshness,
            clock,
            settings: GroupSettings {
                largest: settings.largest.min(LARGEST_GROUP),
                ..settings
            },
        });
        Self {
            rotations: Dispatcher::new(&services),
            redemptions: Dispatcher::new(&services),
            refresh_preparations: Dispatcher::new(&services),
            code_preparations: Dispatcher::new(&services),
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
