//! Owns `auth.security_events`: append-only, so the only statement is the insert.

use super::event::Event;
use super::row;
use crate::base::id::{EventId, UserId};
use crate::db::{DatabaseError, UnitOfWork};

/// Records an event in the transaction of the act itself, with address, user agent and request id of its origin.
pub async fn record(work: &mut UnitOfWork, event: Event) -> Result<(), DatabaseError> {
    record_by(work, event, None).await
}

/// The same with the person who did it to somebody or something else.
pub async fn record_by(
    work: &mut UnitOfWork,
    event: Event,
    by: Option<&UserId>,
) -> Result<(), DatabaseError> {
    let now = work.now();
    let id = EventId::new(now, work.entropy());
    let origin = work.origin().clone();
    let address = origin.address.map(|address| address.to_canonical().to_string());
    let mut row = row::of(&event);
    if let (Some(by), Some(metadata)) = (by, row.metadata.as_object_mut()) {
        metadata.insert("by".to_owned(), by.as_str().into());
    }
    sqlx::query!(
        "insert into auth.security_events
            (id, event_type, user_id, client_id, session_id, grant_id,
             ip_address, user_agent, request_id, metadata, occurred_at)
         values ($1, $2, $3, $4, $5, $6, $7::text::inet, $8, $9, $10, $11)",
        id.as_str(),
        event.name(),
        row.user,
        row.client,
        row.session,
        row.grant,
        address,
        origin.user_agent,
        origin.request_id,
        row.metadata,
        now,
    )
    .execute(work.connection()?)
    .await?;
    Ok(())
}
