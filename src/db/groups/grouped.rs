//! What a kind of statement for several requests is, and what becomes of a request that waits for its turn.

use std::sync::Arc;
use std::time::Duration;

use super::dispatcher::Slot;
use super::placed::LARGEST_GROUP;
use crate::base::clock::{Clock, Timestamp};
use crate::base::digest::Digest;
use crate::base::id::ClientId;
use crate::db::pool::Pool;
use crate::db::{DatabaseError, PgConnection};

/// When requests become a group.
#[derive(Debug, Clone, Copy)]
pub struct GroupSettings {
    /// How many statements run at once before others wait: few, so that who waits becomes a group.
    pub at_once: usize,
    /// How many run at once where as many wait as a group takes, or somebody waits for long.
    pub at_most: usize,
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
            at_once: 2,
            at_most: 4,
            smallest: 2,
            largest: 16,
            patience: None,
        }
    }
}

/// What a statement for several does, and so what may be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// It only reads, or what it writes besides is nobody's answer: it may be sent twice, and several may ask about one row.
    Reads,
    /// It writes, and sent twice it does nothing twice: it may be sent twice, but only one of a row's requests can win.
    Repeats,
    /// It writes, and sent twice it would do harm.
    Once,
}

impl Effect {
    /// Whether the statement may be sent twice.
    pub(super) const fn repeats(self) -> bool {
        matches!(self, Self::Reads | Self::Repeats)
    }
}

/// A request as a statement for several of its kind takes it.
pub trait Grouped: Send + Sync + 'static {
    /// What the statement answers for one of them.
    type Row: Send + 'static;

    /// What [`Self::may_send`] asks, if it asks anything.
    type Gate: Send + Sync + 'static;

    /// What the log calls several of them.
    const NAME: &'static str;

    /// What the statement does.
    const EFFECT: Effect;

    /// The row that it is about.
    fn row(&self) -> Digest;

    /// Who asks, for the log.
    fn client(&self) -> Option<&ClientId> {
        None
    }

    /// Whether what it asks for may be done now, after it has waited; else it goes alone.
    fn may_send(&self, _gate: &Self::Gate) -> bool {
        true
    }

    /// Sends a group; answers with what was done, each by its place in the group. Who is left out goes alone.
    fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Placed<Self::Row>>, DatabaseError>> + Send;
}

/// What was done for the request at a place of its group, counted from 0. A row that cannot be read is its own request's
/// error: what was done for the others is done.
pub type Placed<T> = (usize, Result<T, DatabaseError>);

/// What every queue works with.
pub struct Sharing {
    pub(super) pool: Pool,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) settings: GroupSettings,
    /// How long a request waits for its turn.
    pub(super) patience: Duration,
}

impl Sharing {
    /// Statements on the connections of a pool.
    #[must_use]
    pub fn new(pool: Pool, clock: Arc<dyn Clock>, settings: GroupSettings) -> Arc<Self> {
        Arc::new(Self {
            patience: settings.patience.unwrap_or_else(|| pool.patience()),
            pool,
            clock,
            settings: GroupSettings {
                largest: settings.largest.min(LARGEST_GROUP),
                ..settings
            },
        })
    }
}

impl Sharing {
    /// The connections, for what no group asks.
    #[must_use]
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }
}

/// What becomes of a request that asked for its turn.
pub enum Turn<T> {
    /// It goes alone; what it holds meanwhile keeps others back, so that they become a group.
    Alone(Option<Slot>),
    /// A group has completed it, at this time.
    Completed(Box<T>, Timestamp),
    /// The database did not answer in time, or with what cannot be read.
    Failed(DatabaseError),
}

impl<T> Turn<T> {
    /// The same with what was completed as somebody else needs it.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Turn<U> {
        match self {
            Self::Alone(slot) => Turn::Alone(slot),
            Self::Completed(done, at) => Turn::Completed(Box::new(change(*done)), at),
            Self::Failed(error) => Turn::Failed(error),
        }
    }
}
