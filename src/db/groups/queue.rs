//! Who waits for a turn, and who goes alone.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::grouped::{Effect, GroupSettings, Grouped, Turn};
use crate::base::digest::Digest;

/// How many requests may wait; whoever comes beyond them goes alone.
const WAITING: usize = 1024;
/// How long a row goes alone after a group with it failed: whatever it holds harms nobody else's request.
const ALONE: Duration = Duration::from_mins(1);
/// How many rows are remembered for that.
const REMEMBERED: usize = 1024;

/// The queue of one kind of statement.
pub(super) struct Queue<G: Grouped> {
    /// How many statements run.
    pub(super) running: usize,
    /// In the order of their numbers.
    waiting: VecDeque<Waiting<G>>,
    /// The number of the request that waits next.
    next_number: u64,
    alone: HashMap<Digest, Instant>,
}

/// A request that waits.
pub(super) struct Waiting<G: Grouped> {
    number: u64,
    pub(super) request: Arc<G>,
    pub(super) answer: oneshot::Sender<Turn<G::Row>>,
    /// Until when it waits for its turn.
    pub(super) until: tokio::time::Instant,
}

impl<G: Grouped> Waiting<G> {
    /// Tells it what has become of it. Nobody hears it who has gone away.
    pub(super) fn answer(self, turn: Turn<G::Row>) {
        drop(self.answer.send(turn));
    }

    /// Tells it to go alone.
    pub(super) fn goes_alone(self) {
        self.answer(Turn::Alone(None));
    }
}

/// Who has the turn next.
pub(super) enum Next<G: Grouped> {
    Nobody,
    One(Waiting<G>),
    Group(Vec<Waiting<G>>),
}

impl<G: Grouped> Queue<G> {
    pub(super) fn new() -> Self {
        Self {
            running: 0,
            waiting: VecDeque::new(),
            next_number: 0,
            alone: HashMap::new(),
        }
    }

    /// How many requests wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nobody else may wait.
    pub(super) fn is_full(&self) -> bool {
        self.waiting.len() >= WAITING
    }

    /// Whether a request's row goes alone.
    pub(super) fn goes_alone(&self, request: &G) -> bool {
        if self.alone.is_empty() {
            return false;
        }
        let until = self.alone.get(&request.row());
        until.is_some_and(|until| Instant::now() < *until)
    }

    /// Puts a request behind all who wait; says its number.
    pub(super) fn push(
        &mut self,
        request: Arc<G>,
        answer: oneshot::Sender<Turn<G::Row>>,
        until: tokio::time::Instant,
    ) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        self.waiting.push_back(Waiting {
            number,
            request,
            answer,
            until,
        });
        number
    }

    /// Whether the request of this number still waits.
    pub(super) fn waits(&self, number: u64) -> bool {
        self.place(number).is_some()
    }

    /// Takes out the request of this number, if it still waits.
    pub(super) fn remove(&mut self, number: u64) -> Option<Waiting<G>> {
        self.waiting.remove(self.place(number)?)
    }

    fn place(&self, number: u64) -> Option<usize> {
        let place = self
            .waiting
            .binary_search_by_key(&number, |waiting| waiting.number);
        place.ok()
    }

    /// Takes who has the turn next. What writes takes each row once, since only one of two requests for it can win; the
    /// other one goes alone, and finds what the first one did. Who has gone away has no turn.
    pub(super) fn next(&mut self, settings: GroupSettings) -> Next<G> {
        let mut rows = HashSet::new();
        let mut group = Vec::new();
        while group.len() < settings.largest
            && let Some(waiting) = self.waiting.pop_front()
        {
            if waiting.answer.is_closed() {
                continue;
            }
            if matches!(G::EFFECT, Effect::Reads) || rows.insert(waiting.request.row()) {
                group.push(waiting);
            } else {
                waiting.goes_alone();
            }
        }
        if group.len() < settings.smallest {
            return group.pop().map_or(Next::Nobody, Next::One);
        }
        Next::Group(group)
    }

    /// Remembers the rows of a group that failed.
    pub(super) fn send_alone(&mut self, rows: impl Iterator<Item = Digest>) {
        let now = Instant::now();
        self.alone.retain(|_, until| now < *until);
        for row in rows {
            if self.alone.len() < REMEMBERED {
                self.alone.insert(row, now + ALONE);
            }
        }
    }
}
