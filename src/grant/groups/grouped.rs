//! What a kind of statement for several requests is, and what becomes of a request that waits for its turn.

use std::sync::Arc;
use std::time::Duration;

use super::dispatcher::Slot;
use crate::base::clock::{Clock, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::claims::TokenIssuer;
use crate::db::changes::Freshness;
use crate::db::pool::Pool;
use crate::db::{DatabaseError, PgConnection};
use crate::grant::consult;

/// When requests become a group.
#[derive(Debug, Clone, Copy)]
pub struct GroupSettings {
    /// How many statements run at once before others wait.
    pub at_once: usize,
    /// The fewest requests of a group: one alone needs none.
    pub smallest: usize,
    /// The most requests of a group.
    pub largest: usize,
    /// How long a request waits for its turn; none means as long as the pool says.
    pub patience: Option<Duration>,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self {
            at_once: 4,
            smallest: 2,
            largest: 16,
            patience: None,
        }
    }
}

/// A request as a statement for several of its kind takes it.
pub(in crate::grant) trait Grouped: Send + Sync + 'static {
    /// What the statement answers for one of them.
    type Row: Send + 'static;

    /// What the log calls several of them.
    const NAME: &'static str;

    /// Whether the statement may be sent twice without doing anything twice.
    const REPEATS: bool;

    /// The row that it is about: no group has two requests for one.
    fn row(&self) -> Digest;

    /// Who asks, for the log.
    fn client(&self) -> &ClientId;

    /// Whether what it asks for may be done now.
    fn may_send(&self, now: &Present<'_>) -> bool;

    /// Sends a group; answers with what was done, each by its place in the group. Who is left out goes alone.
    fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Placed<Self::Row>>, DatabaseError>> + Send;
}

/// What was done for the request at a place of its group, counted from 0. A row that cannot be read is its own request's
/// error: what was done for the others is done.
pub(in crate::grant) type Placed<T> = (usize, Result<T, DatabaseError>);

/// What may have changed while a request waited.
pub(in crate::grant) struct Present<'a> {
    pub(super) services: &'a GroupServices,
}

impl Present<'_> {
    /// Nothing is granted from what may have been revoked since it was read, and hooks that were not asked must be.
    pub(in crate::grant) fn allows_completing(&self, hooks_were_asked: bool) -> bool {
        let services = self.services;
        services.freshness.why_stale().is_none()
            && (hooks_were_asked || !consult::asks(&services.token_issuer))
    }
}

/// What every queue works with.
pub(super) struct GroupServices {
    pub(super) pool: Pool,
    pub(super) token_issuer: TokenIssuer,
    pub(super) freshness: Arc<Freshness>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: GroupSettings,
    /// How long a request waits for its turn.
    pub(super) patience: Duration,
}

/// What becomes of a request that asked for its turn.
pub(in crate::grant) enum Turn<T> {
    /// It goes alone; what it holds meanwhile keeps others back, so that they become a group.
    Alone(Option<Slot>),
    /// A group has completed it, at this time.
    Completed(Box<T>, Timestamp),
    /// The database did not answer in time, or with what cannot be read.
    Failed(DatabaseError),
}

impl<T> Turn<T> {
    /// The same with what was completed as somebody else needs it.
    pub(in crate::grant) fn map<U>(self, change: impl FnOnce(T) -> U) -> Turn<U> {
        match self {
            Self::Alone(slot) => Turn::Alone(slot),
            Self::Completed(done, at) => Turn::Completed(Box::new(change(*done)), at),
            Self::Failed(error) => Turn::Failed(error),
        }
    }
}
