//! Owns where a piece of work comes from and who does it: what an event records beside what happened.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::actor::Actor;

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
    actor: Arc<Mutex<Actor>>,
    abandoned: Arc<AtomicBool>,
}

impl Origin {
    /// An origin for work that no request asked for: a job of the server.
    #[must_use]
    pub fn internal(name: &str) -> Self {
        Self::new(name.to_owned(), Actor::System(name.to_owned()))
    }

    /// An origin for what somebody does on the command line, by their name in the operating system.
    #[must_use]
    pub fn command_line(operator: String) -> Self {
        Self::new("command line".to_owned(), Actor::Operator(operator))
    }

    /// An origin of a request that has proven nothing yet.
    #[must_use]
    pub fn of_request(request_id: String, address: Option<IpAddr>, user_agent: Option<String>) -> Self {
        Self {
            address,
            user_agent,
            ..Self::new(request_id, Actor::Anonymous)
        }
    }

    fn new(request_id: String, actor: Actor) -> Self {
        Self {
            request_id,
            address: None,
            user_agent: None,
            actor: Arc::new(Mutex::new(actor)),
            abandoned: Arc::default(),
        }
    }

    /// Notes whom the request has proven to come from; called where that is proven, and nowhere else. The last proof
    /// counts: whoever signs in as somebody else is somebody else from then on.
    pub fn proves(&self, actor: Actor) {
        *self.actor.lock().unwrap_or_else(PoisonError::into_inner) = actor;
    }

    /// Who does it.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.actor.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
    use crate::base::id::UserId;

    #[test]
    fn what_one_unit_of_work_proves_the_others_of_the_request_know() {
        let origin = Origin::of_request("r".to_owned(), None, None);
        let other = origin.clone();
        assert_eq!(other.actor(), Actor::Anonymous);
        origin.proves(Actor::Person(UserId::from_text("u1")));
        assert_eq!(other.actor().id(), Some("u1"));
        assert_eq!(Origin::internal("cleanup").actor().kind(), "system");
        assert_eq!(Origin::command_line("ada".to_owned()).actor().id(), Some("ada"));
    }
}
