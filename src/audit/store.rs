//! Owns `auth.security_events`: append-only, so the only statement is the insert.

use super::event::{Entry, Event};
use crate::base::id::{ClientId, EventId, GrantId, SessionId, UserId};
use crate::db::{DatabaseError, UnitOfWork};

/// Records an event in the transaction of the act itself, with who did it, and address, user agent and request id of
/// its origin.
pub async fn record(work: &mut UnitOfWork, event: impl Event) -> Result<(), DatabaseError> {
    insert(work, event.entry()).await
}

async fn insert(work: &mut UnitOfWork, entry: Entry<'_>) -> Result<(), DatabaseError> {
    let now = work.now();
    let id = EventId::new(now, work.entropy());
    let origin = work.origin().clone();
    let actor = origin.actor();
    let address = origin.address.map(|address| address.to_canonical().to_string());
    sqlx::query!(
        "insert into auth.security_events
            (id, event_type, user_id, client_id, session_id, grant_id,
             ip_address, user_agent, request_id, metadata, occurred_at, actor_kind, actor_id)
         values ($1, $2, $3, $4, $5, $6, $7::text::inet, $8, $9, $10, $11, $12, $13)",
        id.as_str(),
        entry.name,
        entry.user.map(UserId::as_str),
        entry.client.map(ClientId::as_str),
        entry.session.map(SessionId::as_str),
        entry.grant.map(GrantId::as_str),
        address,
        origin.user_agent,
        origin.request_id,
        entry.metadata,
        now,
        actor.kind(),
        actor.id(),
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}
