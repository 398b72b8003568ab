//! Owns consent: what a person confirmed for a client, and its withdrawal, which ends every grant made before it.

use super::store;
use super::waiting::WaitingRequest;
use crate::audit::Event;
use crate::base::id::{ClientId, UserId};
use crate::db::{DatabaseError, Work};

/// Notes that the person confirmed in this flow: the flow's row and the standing consent together. False if the
/// request was finished meanwhile.
pub async fn give(
    work: &mut Work,
    waiting: &WaitingRequest,
    user_id: &UserId,
) -> Result<bool, DatabaseError> {
    if !store::note_consent(work, waiting, user_id).await? {
        return Ok(false);
    }
    let event = Event::ConsentGranted {
        user: user_id.clone(),
        client: waiting.client_id.clone(),
        scopes: waiting.request.to_confirm().to_vec(),
    };
    crate::audit::record(work, event).await?;
    Ok(true)
}

/// Withdraws a consent. False if there was none.
pub async fn withdraw(
    work: &mut Work,
    user_id: &UserId,
    client_id: &ClientId,
) -> Result<bool, DatabaseError> {
    if !store::withdraw_consent(work, user_id, client_id).await? {
        return Ok(false);
    }
    let event = Event::ConsentWithdrawn {
        user: user_id.clone(),
        client: client_id.clone(),
    };
    crate::audit::record(work, event).await?;
    Ok(true)
}
