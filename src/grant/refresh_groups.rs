//! Owns the rotating of refresh families in groups. A few statements run at once, each for its own request; whoever comes
//! meanwhile waits for one of them to end, and all who wait then are one statement. Nobody waits while there is a free
//! turn, so that a group never delays a request on a quiet server.
//!
//! A group is an attempt: a family that it leaves out (locked, ended, used before, of another client), and every one of a
//! group whose statement fails, is rotated alone, which finds out why and answers. Where the database does not answer,
//! each is told that it is unavailable, as they would be alone: all of them would ask it again at once. A group belongs to
//! nobody: a client that goes away ends none.
//!
//! Two waits follow each other, and both are bounded: for the turn by this place, and then for the group's connection and
//! statement by the pool. The first one's time says nothing of a group that has been sent: whoever is in it hears what
//! became of it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::consult;
use super::row::GrantedRow;
use super::store::{self, GroupedRotation, LARGEST_GROUP};
use crate::base::clock::{Clock, Timestamp};
use crate::base::digest::Digest;
use crate::claims::TokenIssuer;
use crate::db::DatabaseError;
use crate::db::changes::Freshness;
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

/// Rotates refresh families in groups.
#[derive(Clone)]
pub struct RefreshGroups(Arc<Shared>);

struct Shared {
    pool: Pool,
    token_issuer: TokenIssuer,
    freshness: Arc<Freshness>,
    clock: Arc<dyn Clock>,
    settings: GroupSettings,
    patience: Duration,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    /// In the order of their numbers.
    waiting: VecDeque<Waiting>,
    /// The number of the request that waits next.
    next_number: u64,
    alone: HashMap<Digest, Instant>,
}

struct Waiting {
    number: u64,
    rotation: GroupedRotation,
    answer: oneshot::Sender<Turn<GrantedRow>>,
}

/// What becomes of a request that asked for its turn.
pub(super) enum Turn<T> {
    /// It goes alone; what it holds meanwhile keeps others back, so that they become a group.
    Alone(Option<Slot>),
    /// A group has completed it, at this time.
    Completed(Box<T>, Timestamp),
    /// The database did not answer in time.
    Unavailable,
}

/// One of the statements that run at once; dropped, the next ones who wait have their turn.
pub(super) struct Slot(Arc<Shared>);

/// A request's place among who wait; dropped, it is given up.
struct Place {
    shared: Arc<Shared>,
    number: u64,
}

/// Who has the turn next.
enum Next {
    Nobody,
    One(Waiting),
    Group(Vec<Waiting>),
}

impl RefreshGroups {
    /// Groups on the connections of a pool, for tokens of an issuer.
    #[must_use]
    pub fn new(
        pool: Pool,
        token_issuer: TokenIssuer,
        freshness: Arc<Freshness>,
        clock: Arc<dyn Clock>,
        settings: GroupSettings,
    ) -> Self {
        Self(Arc::new(Shared {
            patience: settings.patience.unwrap_or_else(|| pool.longest_queued()),
            pool,
            token_issuer,
            freshness,
            clock,
            settings: GroupSettings {
                largest: settings.largest.min(LARGEST_GROUP),
                ..settings
            },
            state: Mutex::default(),
        }))
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.state().waiting.len()
    }

    /// Waits for the turn: to go alone, or until a group has rotated the family. Whose turn does not come in time is
    /// told so, and has left; who is in a group by then waits for its answer, since it may have rotated the family.
    pub(super) async fn turn(&self, rotation: GroupedRotation) -> Turn<GrantedRow> {
        let (answer, mut answered) = oneshot::channel();
        let (slot, place) = self.0.enter(rotation, answer);
        let Some(place) = place else {
            return Turn::Alone(slot);
        };
        drop(slot);
        if let Ok(answer) = timeout(self.0.patience, &mut answered).await {
            return answer.unwrap_or(Turn::Alone(None));
        }
        if place.leave() {
            return Turn::Unavailable;
        }
        answered.await.unwrap_or(Turn::Alone(None))
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a free turn, or a place among who wait: neither for a family that goes alone, or where too many wait. Both
    /// where one family is a group: then whoever gives the turn back sends it.
    fn enter(
        self: &Arc<Self>,
        rotation: GroupedRotation,
        answer: oneshot::Sender<Turn<GrantedRow>>,
    ) -> (Option<Slot>, Option<Place>) {
        let mut state = self.state();
        let until = state.alone.get(&rotation.digest);
        if until.is_some_and(|until| Instant::now() < *until) {
            return (None, None);
        }
        let free = state.running < self.settings.at_once;
        let waits = (self.settings.smallest == 1 || !free) && state.waiting.len() < WAITING;
        let place = waits.then(|| Place {
            number: state.push(rotation, answer),
            shared: Arc::clone(self),
        });
        let slot = free.then(|| {
            state.running += 1;
            Slot(Arc::clone(self))
        });
        (slot, place)
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

    async fn rotate(&self, mut group: Vec<Waiting>) {
        match self.send(&mut group).await {
            Ok((rotated, now)) => {
                let mut group: Vec<Option<Waiting>> = group.into_iter().map(Some).collect();
                for (place, row) in rotated {
                    if let Some(waiting) = group.get_mut(place).and_then(Option::take) {
                        // Whoever has gone away asks again, and is given the same.
                        drop(waiting.answer.send(Turn::Completed(Box::new(row), now)));
                    }
                }
            }
            Err(error @ DatabaseError::Unavailable(_)) => {
                tracing::warn!(error = %error, families = group.len(), "a group of refreshes was not answered");
                for waiting in group {
                    drop(waiting.answer.send(Turn::Unavailable));
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, families = group.len(), "a group of refreshes failed; each goes alone");
                let families = group.iter().map(|waiting| waiting.rotation.digest);
                self.state().send_alone(families);
            }
        }
    }

    /// Sends who is still there, once there is a connection; says when that was, since what has expired by then is not
    /// rotated. If what is held in memory may have been revoked since they came, or hooks are to be asked, nobody is
    /// sent: each goes alone and finds out.
    async fn send(
        &self,
        group: &mut Vec<Waiting>,
    ) -> Result<(Vec<(usize, GrantedRow)>, Timestamp), DatabaseError> {
        let mut connection = self.pool.acquire_repeatable().await?;
        group.retain(|waiting| !waiting.answer.is_closed());
        let now = self.clock.now();
        let may_send = self.freshness.why_stale().is_none() && !consult::asks(&self.token_issuer);
        let rotated = if may_send && !group.is_empty() {
            let rotations: Vec<&GroupedRotation> = group.iter().map(|waiting| &waiting.rotation).collect();
            store::rotate_group(&mut connection, &rotations, now).await?
        } else {
            Vec::new()
        };
        connection.keep();
        Ok((rotated, now))
    }
}

impl State {
    /// Puts a request behind all who wait; says its number.
    fn push(&mut self, rotation: GroupedRotation, answer: oneshot::Sender<Turn<GrantedRow>>) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.waiting.push_back(Waiting {
            number,
            rotation,
            answer,
        });
        number
    }

    /// Takes out the request of this number, if it still waits.
    fn remove(&mut self, number: u64) -> Option<Waiting> {
        let at = self
            .waiting
            .binary_search_by_key(&number, |waiting| waiting.number);
        self.waiting.remove(at.ok()?)
    }

    /// Takes who has the turn next: each family once, since only one of two requests for it can win; the other one goes
    /// alone, and is given what the first one got. Who has gone away has no turn.
    fn next(&mut self, settings: GroupSettings) -> Next {
        let mut families = HashSet::new();
        let mut group = Vec::new();
        while group.len() < settings.largest
            && let Some(waiting) = self.waiting.pop_front()
        {
            if !waiting.answer.is_closed() && families.insert(waiting.rotation.digest) {
                group.push(waiting);
            }
        }
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

impl Place {
    /// Gives it up; says whether it was still there: else its turn has come.
    fn leave(&self) -> bool {
        let waiting = self.shared.state().remove(self.number);
        waiting.is_some()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.pass_on();
    }
}
