//! Owns whom a token is about: the one place that writes `sub`, and the claims of whoever acts for the subject.
//!
//! `sub` is public today: the person's own id for every client (Core §8). A pairwise one is computed here, for writing
//! and for finding the person again. `act` and `may_act` (RFC 8693 §4.1, §4.4) belong beside it.

use serde_json::{Map, Value, json};

use crate::authentication::Assurance;
use crate::base::id::{ClientId, GrantId, SessionId, UserId};

/// Whom a token is about.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A person.
    Person(Box<PersonFacts>),
    /// The client itself (RFC 6749 §4.4).
    Client(ClientId),
}

/// A person, and what the built-in hook says of their membership.
#[derive(Debug, Clone)]
pub struct PersonFacts {
    /// Who.
    pub user_id: UserId,
    /// What was answered inside the grant's statement: all of it, whether or not an output says it.
    pub tenancy: Map<String, Value>,
}

/// A person's grant, as its tokens speak of it.
#[derive(Debug, Clone)]
pub struct GrantFacts {
    /// The grant.
    pub grant_id: GrantId,
    /// In which session; a grant that outlived it names none.
    pub session_id: Option<SessionId>,
    /// How the person proved who they are.
    pub assurance: Assurance,
}

impl Subject {
    /// A person.
    #[must_use]
    pub fn person(user_id: UserId, tenancy: Map<String, Value>) -> Self {
        Self::Person(Box::new(PersonFacts { user_id, tenancy }))
    }

    /// The person, if it is one: then operators' hooks are asked.
    #[must_use]
    pub fn as_person(&self) -> Option<&PersonFacts> {
        match self {
            Self::Person(person) => Some(person),
            Self::Client(_) => None,
        }
    }

    /// Writes `sub`.
    pub(super) fn write(&self, claims: &mut Map<String, Value>) {
        match self {
            Self::Person(person) => write_person(claims, &person.user_id),
            Self::Client(client_id) => {
                claims.insert(SUB.to_owned(), json!(client_id));
            }
        }
    }
}

const SUB: &str = "sub";

/// Writes the `sub` of a person.
pub(super) fn write_person(claims: &mut Map<String, Value>, user_id: &UserId) {
    claims.insert(SUB.to_owned(), json!(user_id));
}

/// The person whom the claims of a token of ours are about, if they are a person's.
#[must_use]
pub fn read_person(claims: &Map<String, Value>) -> Option<UserId> {
    let text = claims.get(SUB).and_then(Value::as_str)?;
    Some(UserId::from_text(text))
}
