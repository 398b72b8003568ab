//! Owns the issuing of authorization codes (RFC 6749 §4.1.2). Redeeming is the grant's.

use std::sync::Arc;
use std::time::Duration;

use super::request::AuthorizationRequest;
use super::sent_response::SentResponse;
use super::store::{self, PlainCode};
use super::waiting::Ticket;
use crate::base::handle::{Handle, Kind};
use crate::base::id::GrantId;
use crate::db::groups::{Dispatcher, Sharing, Slot, Turn};
use crate::db::pool::Pool;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use crate::session::Session;

/// Where codes are issued.
#[derive(Clone)]
pub struct Codes {
    pool: Pool,
    plain: Dispatcher<PlainCode>,
    lifetime: Duration,
}

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

impl Codes {
    /// Codes that live so long.
    #[must_use]
    pub fn new(sharing: &Arc<Sharing>, lifetime: Duration) -> Self {
        Self {
            pool: sharing.pool().clone(),
            plain: Dispatcher::new(sharing, ()),
            lifetime,
        }
    }

    /// Issues a code: one statement, which also finishes the waiting request if there is one. The organization that was
    /// asked for is resolved here and binds the grant. A code without either is issued together with others.
    ///
    /// It is dated by when it was asked for, however long it waited: an end of everything older that came meanwhile must
    /// reach it.
    pub async fn issue(
        &self,
        context: &RequestContext,
        request: &AuthorizationRequest,
        session: &Session,
        waiting: Option<Ticket<'_>>,
    ) -> Result<Issued, DatabaseError> {
        let handle = Handle::new(Kind::Code, &*context.entropy);
        let new = store::NewCode {
            digest: handle.digest(context.epoch),
            grant_id: GrantId::new(context.now, &*context.entropy),
            request,
            session,
            lifetime: self.lifetime,
        };
        let mut slot = None;
        if waiting.is_none()
            && let Some(plain) = PlainCode::of(&new, context.now)
        {
            match self.plain.turn(plain).await {
                Turn::Completed(..) => return Ok(Issued::Code(handle)),
                Turn::Failed(error) => return Err(error),
                Turn::Alone(turn) => slot = turn,
            }
        }
        Ok(match self.alone(context, new, &handle, waiting, slot).await? {
            store::CodeInserted::Yes => Issued::Code(handle),
            store::CodeInserted::NotJoined => Issued::NotJoined,
            store::CodeInserted::Finished => Issued::Finished,
        })
    }

    async fn alone(
        &self,
        context: &RequestContext,
        new: store::NewCode<'_>,
        handle: &Handle,
        waiting: Option<Ticket<'_>>,
        slot: Option<Slot>,
    ) -> Result<store::CodeInserted, DatabaseError> {
        let mut work = UnitOfWork::single(&self.pool, context.clone()).await?;
        let answer = waiting.map(|ticket| ticket.seal(&SentResponse::code(handle), &work));
        let waiting = waiting.map(|ticket| ticket.digest).zip(answer);
        let inserted = store::insert_code(&mut work, new, waiting).await?;
        drop(slot);
        // What follows can need a connection too: whoever holds one waits for none.
        work.commit().await?;
        Ok(inserted)
    }

    /// How many requests wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.plain.waiting()
    }
}
