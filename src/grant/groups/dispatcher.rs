//! Owns the sending of one kind of statement for several requests at once. A few statements run at once, each for its own
//! request; whoever comes meanwhile waits for one of them to end, and all who wait then are one statement. Nobody waits
//! while there is a free turn, so that a group never delays a request on a quiet server.
//!
//! A group is an attempt: who is left out (a row that is locked, ended, used before, of another client), and everyone of a
//! group whose statement fails, goes alone, finds out why and answers. Where the database does not answer, each is told
//! that it is unavailable, as they would be alone: all of them would ask it again at once, and whether the statement was
//! carried out is not known. A group belongs to nobody: a client that goes away ends none.
//!
//! Two waits follow each other, and both are bounded: for the turn by this place, and then for the group's connection and
//! statement by the pool. The first one's time says nothing of a group that has been sent: whoever is in it hears what
//! became of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::queue::{Next, Queue, Waiting};
use crate::base::clock::{Clock, Timestamp};
use crate::base::digest::Digest;
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
    services: &'a GroupServices,
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

/// The queue of one kind of statement.
pub(in crate::grant) struct Dispatcher<G: Grouped>(Arc<Shared<G>>);

struct Shared<G: Grouped> {
    services: Arc<GroupServices>,
    queue: Mutex<Queue<G>>,
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

/// One of the statements that run at once; dropped, the next ones who wait have their turn.
pub(in crate::grant) struct Slot(Arc<dyn PassOn>);

/// Whose turns a slot is of.
trait PassOn: Send + Sync {
    fn pass_on(self: Arc<Self>);
}

/// A request's place among who wait; dropped, it is given up.
struct Place<G: Grouped> {
    shared: Arc<Shared<G>>,
    number: u64,
}

impl<G: Grouped> Clone for Dispatcher<G> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<G: Grouped> Dispatcher<G> {
    pub(super) fn new(services: &Arc<GroupServices>) -> Self {
        Self(Arc::new(Shared {
            services: Arc::clone(services),
            queue: Mutex::new(Queue::new()),
        }))
    }

    /// How many requests wait for their turn.
    pub(super) fn waiting(&self) -> usize {
        self.0.queue().len()
    }

    /// Waits for the turn: to go alone, or until a group has done what was asked for. Whose turn does not come in time is
    /// told so, and has left; who is in a group by then waits for its answer, since it may have been done.
    pub(in crate::grant) async fn turn(&self, request: G) -> Turn<G::Row> {
        let (answer, mut answered) = oneshot::channel();
        let (slot, place) = self.0.enter(request, answer);
        let Some(place) = place else {
            return Turn::Alone(slot);
        };
        drop(slot);
        if let Ok(answer) = timeout(self.0.services.patience, &mut answered).await {
            return answer.unwrap_or(Turn::Alone(None));
        }
        if place.leave() {
            return Turn::Failed(DatabaseError::not_in_time());
        }
        answered.await.unwrap_or(Turn::Alone(None))
    }
}

impl<G: Grouped> Shared<G> {
    fn queue(&self) -> MutexGuard<'_, Queue<G>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a free turn, or a place among who wait: neither for a row that goes alone, or where too many wait. Both
    /// where one request is a group: then whoever gives the turn back sends it.
    fn enter(
        self: &Arc<Self>,
        request: G,
        answer: oneshot::Sender<Turn<G::Row>>,
    ) -> (Option<Slot>, Option<Place<G>>) {
        let settings = self.services.settings;
        let mut queue = self.queue();
        if queue.goes_alone(&request.row()) {
            return (None, None);
        }
        let free = queue.running < settings.at_once;
        let waits = (settings.smallest == 1 || !free) && !queue.is_full();
        let place = waits.then(|| Place {
            number: queue.push(request, answer),
            shared: Arc::clone(self),
        });
        let slot = free.then(|| {
            queue.running += 1;
            self.slot()
        });
        (slot, place)
    }

    fn slot(self: &Arc<Self>) -> Slot {
        let shared: Arc<Self> = Arc::clone(self);
        Slot(shared)
    }

    async fn carry_out(&self, mut group: Vec<Waiting<G>>) {
        match self.send(&mut group).await {
            Ok((done, now)) => {
                let mut group: Vec<Option<Waiting<G>>> = group.into_iter().map(Some).collect();
                for (place, row) in done {
                    let Some(waiting) = group.get_mut(place).and_then(Option::take) else {
                        continue;
                    };
                    let turn = row.map_or_else(Turn::Failed, |row| Turn::Completed(Box::new(row), now));
                    // Nobody hears it who has gone away.
                    drop(waiting.answer.send(turn));
                }
            }
            Err(error @ DatabaseError::Unavailable(_)) => {
                let requests = group.len();
                tracing::warn!(error = %error, requests, "a group of {} was not answered", G::NAME);
                for waiting in group {
                    drop(waiting.answer.send(Turn::Failed(DatabaseError::not_in_time())));
                }
            }
            Err(error) => {
                let requests = group.len();
                tracing::warn!(error = %error, requests, "a group of {} failed; each goes alone", G::NAME);
                let rows = group.iter().map(|waiting| waiting.request.row());
                self.queue().send_alone(rows);
            }
        }
    }

    /// Sends who is still there and may still be served, once there is a connection; says when that was, since what has
    /// expired by then is not granted. The others go alone and find out.
    async fn send(
        &self,
        group: &mut Vec<Waiting<G>>,
    ) -> Result<(Vec<Placed<G::Row>>, Timestamp), DatabaseError> {
        let services = &*self.services;
        let mut connection = if G::REPEATS {
            services.pool.acquire_repeatable().await?
        } else {
            services.pool.acquire().await?
        };
        let present = Present { services };
        group.retain(|waiting| !waiting.answer.is_closed() && waiting.request.may_send(&present));
        let now = services.clock.now();
        let done = if group.is_empty() {
            Vec::new()
        } else {
            let requests: Vec<&G> = group.iter().map(|waiting| &waiting.request).collect();
            G::send(&mut connection, &requests, now).await?
        };
        connection.keep();
        Ok((done, now))
    }
}

impl<G: Grouped> PassOn for Shared<G> {
    /// Gives the turn to whoever waits, or frees it.
    fn pass_on(self: Arc<Self>) {
        let next = {
            let mut queue = self.queue();
            let next = queue.next(self.services.settings);
            if matches!(next, Next::Nobody) {
                queue.running = queue.running.saturating_sub(1);
            }
            next
        };
        match next {
            Next::Nobody => {}
            // If it has gone away by now, the slot comes back and is passed on.
            Next::One(waiting) => drop(waiting.answer.send(Turn::Alone(Some(self.slot())))),
            Next::Group(group) => {
                let slot = self.slot();
                // Without a runtime the server is gone, and so is whoever waits.
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(async move {
                        self.carry_out(group).await;
                        drop(slot);
                    });
                }
            }
        }
    }
}

impl<G: Grouped> Place<G> {
    /// Gives it up; says whether it was still there: else its turn has come.
    fn leave(&self) -> bool {
        let waiting = self.shared.queue().remove(self.number);
        waiting.is_some()
    }
}

impl<G: Grouped> Drop for Place<G> {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        Arc::clone(&self.0).pass_on();
    }
}
