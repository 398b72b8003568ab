//! Owns the sending of one kind of statement for several requests at once. Two statements run at once, each for its own
//! request; whoever comes meanwhile waits for one of them to end, and all who wait then are one statement. Nobody waits
//! while there is a free turn, so that a group never delays a request on a quiet server. Where as many wait as a group
//! takes, or somebody waits for long, two more run: the database may be far away, or the two may wait for a lock.
//!
//! A group is an attempt: who is left out (a row that is locked, ended, used before, of another client) goes alone, finds
//! out why and answers, and so does everyone of a group that the database refused: nothing of it was done. Where the
//! database does not answer, each is told that it is unavailable, as they would be alone: all of them would ask it again
//! at once, and what may have been done must not be asked for twice. A group belongs to nobody: a client that goes away
//! ends none.
//!
//! Whoever waits is answered within the time for which a connection is waited for, and its group's statement is bounded by
//! the pool. That time says nothing of a group that has been sent: whoever is in it hears what became of it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout, timeout_at};

use super::grouped::{Effect, Grouped, Placed, Sharing, Turn};
use super::queue::{Next, Queue, Waiting};
use crate::base::clock::Timestamp;
use crate::base::id::ClientId;
use crate::db::DatabaseError;
use crate::db::pool::PooledConnection;
use crate::db::told::told;

/// How long somebody waits before one more statement runs than usually do.
const LONG: Duration = Duration::from_millis(20);

/// The queue of one kind of statement.
pub struct Dispatcher<G: Grouped>(Arc<Shared<G>>);

struct Shared<G: Grouped> {
    sharing: Arc<Sharing>,
    gate: G::Gate,
    queue: Mutex<Queue<G>>,
}

/// One of the statements that run at once; dropped, the next ones who wait have their turn.
pub struct Slot(Option<Arc<dyn PassOn>>);

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
    /// A queue of its own for this kind.
    #[must_use]
    pub fn new(sharing: &Arc<Sharing>, gate: G::Gate) -> Self {
        Self(Arc::new(Shared {
            sharing: Arc::clone(sharing),
            gate,
            queue: Mutex::new(Queue::new()),
        }))
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.queue().len()
    }

    /// Waits for the turn: to go alone, or until a group has done what was asked for. Whose turn does not come in time is
    /// told so, and has left; who is in a group by then waits for its answer, since it may have been done. Of a group that
    /// has broken off nobody knows what it did.
    pub async fn turn(&self, request: impl Into<Arc<G>>) -> Turn<G::Row> {
        let broken_off = || Turn::Failed(DatabaseError::not_in_time());
        let (answer, mut answered) = oneshot::channel();
        let (slot, place) = self.0.enter(request.into(), answer);
        let Some(place) = place else {
            return Turn::Alone(slot);
        };
        drop(slot);
        let patience = self.0.sharing.patience;
        let soon = patience.min(LONG);
        if let Ok(answer) = timeout(soon, &mut answered).await {
            return answer.unwrap_or_else(|_| broken_off());
        }
        place.hurry();
        if let Ok(answer) = timeout(patience.saturating_sub(soon), &mut answered).await {
            return answer.unwrap_or_else(|_| broken_off());
        }
        if place.leave() {
            return broken_off();
        }
        answered.await.unwrap_or_else(|_| broken_off())
    }
}

impl<T: Send + 'static, G: Grouped<Row = Option<T>>> Dispatcher<G> {
    /// Asks what only reads: in a group, or alone with the same statement. Nothing is read of whom it leaves out.
    pub async fn ask(&self, request: G) -> Result<Option<T>, DatabaseError> {
        const {
            assert!(
                matches!(G::EFFECT, Effect::Reads),
                "what writes asks for its turn"
            );
        };
        let request = Arc::new(request);
        let slot = match self.turn(Arc::clone(&request)).await {
            Turn::Completed(row, _) => return Ok(*row),
            Turn::Failed(error) => return Err(error),
            Turn::Alone(slot) => slot,
        };
        let sharing = &self.0.sharing;
        let mut connection = sharing.pool.acquire_repeatable().await?;
        let answer = G::send(&mut connection, &[&request], sharing.clock.now()).await;
        drop(slot);
        let row = answer?.into_iter().next().map_or(Ok(None), |(_, row)| row);
        connection.keep();
        row
    }
}

impl<G: Grouped> Shared<G> {
    fn queue(&self) -> MutexGuard<'_, Queue<G>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a free turn, or a place among who wait: neither for a row that goes alone, or where too many wait. Both
    /// where one request is a group, or as many wait as a group takes: then whoever gives the turn back sends it.
    fn enter(
        self: &Arc<Self>,
        request: Arc<G>,
        answer: oneshot::Sender<Turn<G::Row>>,
    ) -> (Option<Slot>, Option<Place<G>>) {
        let settings = self.sharing.settings;
        let mut queue = self.queue();
        if queue.goes_alone(&*request) {
            return (None, None);
        }
        let free = queue.running < settings.at_once;
        let waits = (settings.smallest == 1 || !free) && !queue.is_full();
        let place = waits.then(|| Place {
            number: queue.push(request, answer, Instant::now() + self.sharing.patience),
            shared: Arc::clone(self),
        });
        let full = queue.len() >= settings.largest && queue.running < settings.at_most;
        let slot = (free || full).then(|| {
            queue.running += 1;
            self.slot()
        });
        (slot, place)
    }

    fn slot(self: &Arc<Self>) -> Slot {
        let shared: Arc<Self> = Arc::clone(self);
        Slot(Some(shared))
    }

    async fn carry_out(&self, group: Vec<Waiting<G>>) {
        // Whose time it is up first.
        let until = group.first().map_or_else(Instant::now, |waiting| waiting.until);
        let mut connection = match self.connection(until).await {
            Ok(connection) => connection,
            Err(error) => return refuse(group, &error),
        };
        let (group, others): (Vec<_>, Vec<_>) = group
            .into_iter()
            .filter(|waiting| !waiting.answer.is_closed())
            .partition(|waiting| waiting.request.may_send(&self.gate));
        others.into_iter().for_each(Waiting::goes_alone);
        // Since what has expired by now is not granted.
        let now = self.sharing.clock.now();
        let requests: Vec<&G> = group.iter().map(|waiting| &*waiting.request).collect();
        let sent = if requests.is_empty() {
            Ok(Vec::new())
        } else {
            G::send(&mut connection, &requests, now).await
        };
        match sent {
            Ok(done) => {
                connection.keep();
                answer(group, done, now);
            }
            Err(error) => {
                drop(connection);
                self.fail(group, &error);
            }
        }
    }

    /// A connection for a group. One whose statement is sent once only is asked first whether it answers: alone, one
    /// request would pay for a connection that is lost.
    async fn connection(&self, until: Instant) -> Result<PooledConnection, DatabaseError> {
        let pool = &self.sharing.pool;
        let connection = async {
            if G::EFFECT.repeats() {
                return pool.acquire_repeatable().await;
            }
            let mut connection = pool.acquire().await?;
            connection.ping().await?;
            Ok(connection)
        };
        let connection = timeout_at(until, connection).await;
        connection.unwrap_or_else(|_| Err(DatabaseError::not_in_time()))
    }

    /// What the database has refused was not done, and each may ask for it alone; so may who can ask for it twice. The
    /// others are told that nobody knows.
    fn fail(&self, group: Vec<Waiting<G>>, error: &DatabaseError) {
        let refused = error.is_of_the_database();
        if refused {
            let rows = group.iter().map(|waiting| waiting.request.row());
            self.queue().send_alone(rows);
        }
        let unavailable = matches!(error, DatabaseError::Unavailable(_)) && !error.is_contention();
        if unavailable || !(refused || G::EFFECT.repeats()) {
            return refuse(group, error);
        }
        let clients = clients(&group);
        let error = told(error);
        tracing::warn!(error, clients, "{} failed together; each goes alone", G::NAME);
        group.into_iter().for_each(Waiting::goes_alone);
    }
}

/// Tells each what was done for it; who was left out goes alone.
fn answer<G: Grouped>(group: Vec<Waiting<G>>, done: Vec<Placed<G::Row>>, now: Timestamp) {
    let mut group: Vec<Option<Waiting<G>>> = group.into_iter().map(Some).collect();
    for (place, row) in done {
        if let Some(waiting) = group.get_mut(place).and_then(Option::take) {
            let turn = row.map_or_else(Turn::Failed, |row| Turn::Completed(Box::new(row), now));
            waiting.answer(turn);
        }
    }
    group.into_iter().flatten().for_each(Waiting::goes_alone);
}

/// Tells each the error.
fn refuse<G: Grouped>(group: Vec<Waiting<G>>, error: &DatabaseError) {
    let clients = clients(&group);
    tracing::warn!(error = told(error), clients, "{} failed together", G::NAME);
    for waiting in group {
        waiting.answer(Turn::Failed(error.for_another()));
    }
}

fn clients<G: Grouped>(group: &[Waiting<G>]) -> String {
    let clients: BTreeSet<&str> = group
        .iter()
        .filter_map(|waiting| waiting.request.client())
        .map(ClientId::as_str)
        .collect();
    clients.into_iter().collect::<Vec<_>>().join(" ")
}

impl<G: Grouped> PassOn for Shared<G> {
    /// Gives the turn to whoever waits, or frees it. Of more than usual only as many go on as there are groups.
    fn pass_on(self: Arc<Self>) {
        let settings = self.sharing.settings;
        let mut queue = self.queue();
        if queue.running > settings.at_once && queue.len() < settings.largest {
            queue.running -= 1;
            return;
        }
        drop(queue);
        self.send_next();
    }
}

impl<G: Grouped> Shared<G> {
    /// The turn is whoever's who waits, or nobody's.
    fn send_next(self: Arc<Self>) {
        loop {
            let next = {
                let mut queue = self.queue();
                let next = queue.next(self.sharing.settings);
                if matches!(next, Next::Nobody) {
                    queue.running = queue.running.saturating_sub(1);
                }
                next
            };
            match next {
                Next::Nobody => return,
                Next::One(waiting) => match waiting.answer.send(Turn::Alone(Some(self.slot()))) {
                    Ok(()) => return,
                    // It has gone away by now: the next one has the turn.
                    Err(Turn::Alone(Some(slot))) => slot.take_back(),
                    Err(_) => {}
                },
                Next::Group(group) => {
                    let slot = self.slot();
                    // Without a runtime the server is gone, and so is whoever waits.
                    if let Ok(runtime) = Handle::try_current() {
                        runtime.spawn(async move {
                            self.carry_out(group).await;
                            drop(slot);
                        });
                    } else {
                        slot.take_back();
                    }
                    return;
                }
            }
        }
    }
}

impl<G: Grouped> Place<G> {
    /// Gives one more turn to those who wait, if this one still does: whoever has the others may be waiting for a lock.
    fn hurry(&self) {
        let shared = &self.shared;
        let mut queue = shared.queue();
        if queue.waits(self.number) && queue.running < shared.sharing.settings.at_most {
            queue.running += 1;
            drop(queue);
            Arc::clone(shared).send_next();
        }
    }

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

impl Slot {
    /// Whoever gave it keeps the turn.
    fn take_back(mut self) {
        self.0 = None;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(shared) = self.0.take() {
            shared.pass_on();
        }
    }
}
