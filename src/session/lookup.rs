//! Owns the look-up of a browser's session, which every page makes: those that come at once are one statement.

use std::sync::Arc;
use std::time::Duration;

use super::live::{ACTIVITY_GRAIN, Lifetimes, LiveSession};
use super::store;
use crate::base::actor::Actor;
use crate::base::clock::{Timestamp, after, before};
use crate::base::digest::Digest;
use crate::base::handle::Handle;
use crate::db::groups::{Dispatcher, Effect, Grouped, Placed, Sharing, column};
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, PgConnection};

/// Where sessions are looked up.
#[derive(Clone)]
pub struct Sessions {
    found: Dispatcher<PresentedSession>,
    lifetimes: Lifetimes,
}

/// A session that a browser presents.
struct PresentedSession {
    digest: Digest,
    idle: Duration,
}

/// When and how a look-up slides the idle time.
#[derive(Debug)]
pub(super) struct Slides {
    pub(in crate::session) if_before: Timestamp,
    /// For each of the group.
    pub(super) idle_until: Vec<Timestamp>,
}

impl Sessions {
    /// Sessions that live so long.
    #[must_use]
    pub fn new(sharing: &Arc<Sharing>, lifetimes: Lifetimes) -> Self {
        Self {
            found: Dispatcher::new(sharing, ()),
            lifetimes,
        }
    }

    /// How long sessions live.
    #[must_use]
    pub const fn lifetimes(&self) -> Lifetimes {
        self.lifetimes
    }

    /// The live session of a handle, in one statement, which also slides its idle time when the last activity is older
    /// than [`ACTIVITY_GRAIN`]. The request is its person's from here on.
    pub async fn find_live(
        &self,
        context: &RequestContext,
        handle: &Handle,
    ) -> Result<Option<LiveSession>, DatabaseError> {
        let presented = PresentedSession {
            digest: handle.digest(context.epoch),
            idle: self.lifetimes.idle,
        };
        let found = self.found.ask(presented).await?;
        if let Some(live) = &found {
            let person = live.session.user_id.clone();
            context.origin.proves(Actor::Person(person));
        }
        Ok(found)
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.found.waiting()
    }
}

impl Grouped for PresentedSession {
    type Row = Option<LiveSession>;
    type Gate = ();

    const NAME: &'static str = "look-ups of sessions";

    /// It slides at most once in a while, and twice to the same time.
    const EFFECT: Effect = Effect::Reads;

    fn row(&self) -> Digest {
        self.digest
    }

    async fn send(
        connection: &mut PgConnection,
        group: &[&Self],
        now: Timestamp,
    ) -> Result<Vec<Placed<Option<LiveSession>>>, DatabaseError> {
        let digests = column(group, |one| one.digest);
        let slides = Slides {
            if_before: before(now, ACTIVITY_GRAIN),
            idle_until: column(group, |one| after(now, one.idle)),
        };
        store::find_live(connection, &digests, now, slides).await
    }
}
