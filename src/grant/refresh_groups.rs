//! Owns the rotating of refresh families in groups. A few statements run at once, each for its own request; whoever comes
//! meanwhile waits for one of them to end, and all who wait then are one statement. Nobody waits while there is a free
//! turn, so that a group never delays a request on a quiet server.
//!
//! A group is an attempt: a family that it leaves out (locked, ended, used before, of another client), and every one of a
//! group that fails or takes too long, is rotated alone, which finds out why and answers. What a group has rotated although
//! it was given up comes to its request as a lost reply. A group belongs to nobody: a client that goes away ends none.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::row::GrantedRow;
use super::store::{self, GroupedRotation};
use crate::base::digest::Digest;
use crate::db::DatabaseError;
use crate::db::pool::Pool;

/// How many requests may wait; whoever comes beyond them goes alone.
const WAITING: usize = 1024;
/// How long a family goes alone after a group with it failed: whatever its row holds harms nobody else's refresh.
const ALONE: Duration = Duration::from_mins(1);
/// How many families are remembered for that.
const REMEMBERED: usize = 1024;

/// When requests become a group.
#[derive(Debug, Clone, Copy)]
pub struct GroupSettings {
    /// How many statements run at once before others wait.
    pub at_once: usize,
    /// The fewest families of a group: one alone needs none.
    pub smallest: usize,
    /// The most families of a group.
    pub largest: usize,
    /// How long a group may take, the wait for a connection included.
    pub longest_group: Duration,
    /// How long a request waits for its group to be sent and answered.
    pub longest_wait: Duration,
}

impl Default for GroupSettings {
    fn default() -> Self {
        Self {
            at_once: 4,
            smallest: 2,
            largest: 16,
            longest_group: Duration::from_millis(250),
            longest_wait: Duration::from_millis(500),
        }
    }
}

/// Rotates refresh families in groups.
#[derive(Clone)]
pub struct RefreshGroups(Arc<Shared>);

struct Shared {
    pool: Pool,
    settings: GroupSettings,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    waiting: VecDeque<Waiting>,
    alone: HashMap<Digest, Instant>,
}

struct Waiting {
    rotation: GroupedRotation,
    answer: oneshot::Sender<Turn<GrantedRow>>,
}

/// What becomes of a request that asked for its turn.
pub(super) enum Turn<T> {
    /// It goes alone; what it holds meanwhile keeps others back, so that they become a group.
    Alone(Option<Slot>),
    /// A group has completed it.
    Completed(Box<T>),
}

/// One of the statements that run at once; dropped, the next ones who wait have their turn.
pub(super) struct Slot(Arc<Shared>);

/// Who has the turn next.
enum Next {
    Nobody,
    One(Waiting),
    Group(Vec<Waiting>),
}

impl RefreshGroups {
    /// Groups on the connections of a pool.
    #[must_use]
    pub fn new(pool: Pool, settings: GroupSettings) -> Self {
        Self(Arc::new(Shared {
            pool,
            settings,
            state: Mutex::default(),
        }))
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.state().waiting.len()
    }

    /// Waits for the turn: to go alone, or until a group has rotated the family.
    pub(super) async fn turn(&self, rotation: GroupedRotation) -> Turn<GrantedRow> {
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { rotation, answer };
        if let Some(slot) = self.0.enter(waiting) {
            if self.0.settings.smallest > 1 {
                return Turn::Alone(Some(slot));
            }
            drop(slot);
        }
        match timeout(self.0.settings.longest_wait, answered).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) | Err(_) => Turn::Alone(None),
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a free turn, or joins who wait. Who can do neither has no answer to wait for: its sender is dropped.
    fn enter(self: &Arc<Self>, waiting: Waiting) -> Option<Slot> {
        let mut state = self.state();
        let digest = waiting.rotation.digest;
        if state
            .alone
            .get(&digest)
            .is_some_and(|until| Instant::now() < *until)
        {
            return None;
        }
        let free = state.running < self.settings.at_once;
        if (self.settings.smallest == 1 || !free) && state.waiting.len() < WAITING {
            state.waiting.push_back(waiting);
        }
        free.then(|| {
            state.running += 1;
            Slot(Arc::clone(self))
        })
    }

    /// Gives the turn to whoever waits, or frees it.
    fn pass_on(self: &Arc<Self>) {
        let next = {
            let mut state = self.state();
            let next = state.next(self.settings);
            if matches!(next, Next::Nobody) {
                state.running = state.running.saturating_sub(1);
            }
            next
        };
        let slot = || Slot(Arc::clone(self));
        match next {
            Next::Nobody => {}
            // If it has gone away by now, the slot comes back and is passed on.
            Next::One(waiting) => drop(waiting.answer.send(Turn::Alone(Some(slot())))),
            Next::Group(group) => {
                let slot = slot();
                // Without a runtime the server is gone, and so is whoever waits.
                if let Ok(runtime) = Handle::try_current() {
                    runtime.spawn(async move { slot.0.rotate(group).await });
                }
            }
        }
    }

    async fn rotate(&self, group: Vec<Waiting>) {
        let rotations: Vec<&GroupedRotation> = group.iter().map(|waiting| &waiting.rotation).collect();
        let rotated = match timeout(self.settings.longest_group, self.send(&rotations)).await {
            Ok(Ok(rotated)) => rotated,
            Ok(Err(error)) => {
                tracing::warn!(error = %error, families = group.len(), "a group of refreshes failed; each goes alone");
                if !matches!(error, DatabaseError::Unavailable(_)) {
                    self.state().send_alone(rotations.iter().map(|one| one.digest));
                }
                return;
            }
            Err(_) => {
                tracing::warn!(
                    families = group.len(),
                    "a group of refreshes took too long; each goes alone"
                );
                return;
            }
        };
        let mut group: Vec<Option<Waiting>> = group.into_iter().map(Some).collect();
        for (place, row) in rotated {
            if let Some(waiting) = group.get_mut(place).and_then(Option::take) {
                // Whoever has gone away asks again, and is given the same.
                drop(waiting.answer.send(Turn::Completed(Box::new(row))));
            }
        }
    }

    async fn send(&self, group: &[&GroupedRotation]) -> Result<Vec<(usize, GrantedRow)>, DatabaseError> {
        let mut connection = self.pool.acquire_repeatable().await?;
        let rotated = store::rotate_group(&mut connection, group).await?;
        connection.keep();
        Ok(rotated)
    }
}

impl State {
    /// Takes who has the turn next: each family once, since only one of two requests for it can win. Who has gone away
    /// has none.
    fn next(&mut self, settings: GroupSettings) -> Next {
        let mut families = HashSet::new();
        let mut group = Vec::new();
        let mut left = VecDeque::new();
        while group.len() < settings.largest
            && let Some(waiting) = self.waiting.pop_front()
        {
            if waiting.answer.is_closed() {
                continue;
            }
            if families.insert(waiting.rotation.digest) {
                group.push(waiting);
            } else {
                left.push_back(waiting);
            }
        }
        left.append(&mut self.waiting);
        self.waiting = left;
        if group.len() < settings.smallest {
            return group.pop().map_or(Next::Nobody, Next::One);
        }
        Next::Group(group)
    }

    /// Remembers families of a group that failed.
    fn send_alone(&mut self, families: impl Iterator<Item = Digest>) {
        let now = Instant::now();
        self.alone.retain(|_, until| now < *until);
        for family in families {
            if self.alone.len() < REMEMBERED {
                self.alone.insert(family, now + ALONE);
            }
        }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}
