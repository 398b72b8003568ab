//! Owns who is told that a session ended (OpenID Connect Back-Channel Logout 1.0 §2.3): applications that took part in it
//! and registered an address. They are told after the commit, by the queue. Time alone tells nobody: who hears nothing of
//! a session for longer than it may live, ends its own.

use super::store;
use crate::base::id::{SessionId, UserId};
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::queue::{self, Notice};

/// The most that wait to be told. Beyond that nobody is: applications that answer nothing must not fill the database.
const MOST_WAITING: i64 = 100_000;

/// Has everybody told who is to hear of these sessions' end: one statement that reads, and one that writes where there is
/// somebody.
pub(super) async fn tell(work: &mut UnitOfWork, ended: &[SessionId]) -> Result<(), DatabaseError> {
    if ended.is_empty() {
        return Ok(());
    }
    let participants = store::participants(work, ended).await?;
    if participants.is_empty() {
        return Ok(());
    }
    let notices = participants
        .into_iter()
        .map(|(session, client)| Notice { session, client })
        .collect::<Vec<_>>();
    queue::notify(work, &notices, MOST_WAITING).await
}

/// Whose a session is, or was until it ended; none once it is forgotten.
pub async fn owner(
    connection: &mut PgConnection,
    session: &SessionId,
) -> Result<Option<UserId>, DatabaseError> {
    store::owner(connection, session).await
}
