//! Owns where a piece of work comes from and who does it: what an event records beside what happened.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::actor::Actor;
use super::id::UserId;

/// What a request has proven of who acts.
#[derive(Debug)]
enum Proven {
    /// Nothing yet.
    Nothing,
    /// Who it is.
    Actor(Actor),
    /// Two who are not the same: it is nobody.
    Contradiction,
}

/// Request id, client address and user agent of whoever asks, and who they have proven to be. Copies are of the same
/// request: what one of them learns all of them know.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The id that the request's log line and an error page show.
    pub request_id: String,
    /// The client's address as the trusted hops tell it; none for the command line.
    pub address: Option<IpAddr>,
    /// At most 512 characters of the user agent.
    pub user_agent: Option<String>,
    proven: Arc<Mutex<Proven>>,
    abandoned: Arc<AtomicBool>,
}

impl Origin {
    /// An origin for work that no request asked for: a job of the server.
    #[must_use]
    pub fn internal(name: &str) -> Self {
        Self::new(name.to_owned(), Proven::Actor(Actor::System(name.to_owned())))
    }

    /// An origin for what somebody does on the command line, by their name in the operating system.
    #[must_use]
    pub fn command_line(operator: String) -> Self {
        Self::new(
            "command line".to_owned(),
            Proven::Actor(Actor::Operator(operator)),
        )
    }

    /// An origin of a request that has proven nothing yet.
    #[must_use]
    pub fn of_request(request_id: String, address: Option<IpAddr>, user_agent: Option<String>) -> Self {
        Self {
            address,
            user_agent,
            ..Self::new(request_id, Proven::Nothing)
        }
    }

    fn new(request_id: String, proven: Proven) -> Self {
        Self {
            request_id,
            address: None,
            user_agent: None,
            proven: Arc::new(Mutex::new(proven)),
            abandoned: Arc::default(),
        }
    }

    /// Notes whom the request has proven to come from; called where that is proven, and nowhere else. A request that
    /// proves two who are not the same is nobody's: it may do nothing, and no later proof chooses between them.
    pub fn proves(&self, actor: Actor) {
        let mut proven = self.proven();
        match &*proven {
            Proven::Nothing => *proven = Proven::Actor(actor),
            Proven::Actor(known) if *known == actor => {}
            Proven::Actor(_) | Proven::Contradiction => *proven = Proven::Contradiction,
        }
    }

    /// Notes that a person has just signed in or registered: whoever it was before, it is they from then on.
    pub fn signs_in(&self, person: UserId) {
        *self.proven() = Proven::Actor(Actor::Person(person));
    }

    /// Who does it; nobody, if nothing was proven or two who are not the same.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match &*self.proven() {
            Proven::Actor(actor) => actor.clone(),
            Proven::Nothing | Proven::Contradiction => Actor::Anonymous,
        }
    }

    fn proven(&self) -> MutexGuard<'_, Proven> {
        self.proven.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a transaction was dropped without commit or rollback by name.
    pub fn mark_abandoned(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// Whether such a transaction was seen: an error if the request answered success.
    #[must_use]
    pub fn has_abandoned_work(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }
}

impl Default for Origin {
    /// Of a request of which nothing is known.
    fn default() -> Self {
        Self::of_request(String::new(), None, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Origin {
        Origin::of_request("r".to_owned(), None, None)
    }

    fn person(id: &str) -> Actor {
        Actor::Person(UserId::from_text(id))
    }

    #[test]
    fn what_one_unit_of_work_proves_the_others_of_the_request_know() {
        let origin = request();
        let other = origin.clone();
        assert_eq!(other.actor(), Actor::Anonymous);
        origin.proves(person("u1"));
        assert_eq!(other.actor().id(), Some("u1"));
        assert_eq!(Origin::internal("cleanup").actor().kind(), "system");
        assert_eq!(Origin::command_line("ada".to_owned()).actor().id(), Some("ada"));
    }

    #[test]
    fn a_request_that_proves_two_is_nobodys() {
        let origin = request();
        origin.proves(person("u1"));
        origin.proves(person("u1"));
        assert_eq!(origin.actor(), person("u1"), "the same again");
        for other in [person("u2"), person("u1")] {
            origin.proves(other);
            assert_eq!(origin.actor(), Actor::Anonymous);
        }
        for origin in [Origin::internal("job"), Origin::command_line("ada".to_owned())] {
            origin.proves(person("u1"));
            assert_eq!(origin.actor(), Actor::Anonymous);
        }
    }

    #[test]
    fn whoever_signs_in_acts_from_then_on() {
        let origin = request();
        origin.proves(person("u1"));
        origin.signs_in(UserId::from_text("u2"));
        assert_eq!(origin.actor(), person("u2"));
        origin.proves(person("u1"));
        assert_eq!(origin.actor(), Actor::Anonymous);
    }
}
