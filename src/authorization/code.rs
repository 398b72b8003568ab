//! Owns the issuing of authorization codes (RFC 6749 §4.1.2). Redeeming is the grant's.

use std::time::Duration;

use super::request::AuthorizationRequest;
use super::sent_response::SentResponse;
use super::store;
use super::waiting::Ticket;
use crate::base::handle::{Handle, Kind};
use crate::base::id::GrantId;
use crate::db::{DatabaseError, UnitOfWork};
use crate::session::Session;

/// What became of an issue.
#[derive(Debug)]
pub enum Issued {
    /// The code for the client.
    Code(Handle),
    /// The person has not joined the organization that was asked for.
    NotJoined,
    /// The waiting request was finished by somebody faster.
    Finished,
}

/// Issues a code: one statement, which also finishes the waiting request if there is one. The organization that was
/// asked for is resolved here and binds the grant.
pub async fn issue(
    work: &mut UnitOfWork,
    request: &AuthorizationRequest,
    session: &Session,
    waiting: Option<Ticket<'_>>,
    lifetime: Duration,
) -> Result<Issued, DatabaseError> {
    let handle = Handle::new(Kind::Code, work.entropy());
    let answer = waiting.map(|ticket| ticket.seal(&SentResponse::code(&handle), work));
    let new = store::NewCode {
        digest: handle.digest(work.epoch()),
        grant_id: GrantId::new(work.now(), work.entropy()),
        request,
        session,
        waiting: waiting.map(|ticket| ticket.digest).zip(answer),
        lifetime,
    };
    Ok(match store::insert_code(work, new).await? {
        store::CodeInserted::Yes => Issued::Code(handle),
        store::CodeInserted::NotJoined => Issued::NotJoined,
        store::CodeInserted::Finished => Issued::Finished,
    })
}
