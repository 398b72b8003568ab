//! Owns whom a token is about: the one place that writes `sub`, and the claims of whoever acts for the subject.
//!
//! `sub` is public today: the person's own id for every client (Core §8). A pairwise one is computed here, for writing
//! and for finding the person again. `act` and `may_act` (RFC 8693 §4.1, §4.4) belong beside it.

use serde_json::{Map, Value, json};

use crate::authentication::Assurance;
use crate::base::id::{ClientId, GrantId, SessionId, UserId};

/// Whom an access token is about.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// A person, by a grant of theirs: without one, nothing would end the token before its time.
    Person(&'a PersonFacts, &'a GrantFacts),
    /// The client itself (RFC 6749 §4.4).
    Client(&'a ClientId),
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

impl<'a> Subject<'a> {
    /// The person, if it is one: then operators' hooks are asked.
    #[must_use]
    pub const fn person(self) -> Option<&'a PersonFacts> {
        match self {
            Self::Person(person, _) => Some(person),
            Self::Client(_) => None,
        }
    }

    /// Writes `sub`.
    pub(super) fn write(self, claims: &mut Map<String, Value>) {
        match self {
            Self::Person(person, _) => write_person(claims, &person.user_id),
            Self::Client(client_id) => {
                claims.insert(SUB.to_owned(), json!(client_id));
            }
        }
    }
}

const SUB: &str = "sub";

/// Writes the `sub` of a person.
pub fn write_person(claims: &mut Map<String, Value>, user_id: &UserId) {
    claims.insert(SUB.to_owned(), json!(user_id));
}

/// The person whom the claims of a token of ours are about, if they are a person's.
#[must_use]
pub fn read_person(claims: &Map<String, Value>) -> Option<UserId> {
    let text = claims.get(SUB).and_then(Value::as_str)?;
    Some(UserId::from_text(text))
}
