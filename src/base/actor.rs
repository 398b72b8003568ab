//! Owns who does something: what an event records of it, and what rooms decide by.

use super::id::{ClientId, UserId};

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// A person who proved who they are, whichever application they use.
    Person(UserId),
    /// A client that proved who it is; one that has no credential is anonymous.
    Client(ClientId),
    /// A service, by the name of its key.
    ServiceKey(String),
    /// Whoever runs the command line, by their name in the operating system.
    Operator(String),
    /// The server itself, by the name of the job.
    System(String),
    /// A request that has proven nothing, or not yet.
    Anonymous,
}

impl Actor {
    /// The word in `auth.security_events.actor_kind`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Person(_) => "person",
            Self::Client(_) => "client",
            Self::ServiceKey(_) => "service_key",
            Self::Operator(_) => "operator",
            Self::System(_) => "system",
            Self::Anonymous => "anonymous",
        }
    }

    /// Which one of its kind.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Person(user) => Some(user.as_str()),
            Self::Client(client) => Some(client.as_str()),
            Self::ServiceKey(name) | Self::Operator(name) | Self::System(name) => Some(name),
            Self::Anonymous => None,
        }
    }

    /// The person, if it is one.
    #[must_use]
    pub const fn person(&self) -> Option<&UserId> {
        match self {
            Self::Person(user) => Some(user),
            Self::Client(_) | Self::ServiceKey(_) | Self::Operator(_) | Self::System(_) | Self::Anonymous => {
                None
            }
        }
    }
}
