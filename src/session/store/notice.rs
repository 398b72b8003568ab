//! The statements that find who is to be told of a session's end: they read which grants were made in it
//! (`auth.oauth_grants`) and who registered an address for it (`auth.oauth_applications`).

use crate::base::id::{ClientId, SessionId, UserId};
use crate::db::{DatabaseError, PgConnection, UnitOfWork};

/// Every client that took part in one of the sessions and registered where it is told. A grant that ended, or outlives the
/// session, counts too: the application may have a session of its own all the same.
pub(in crate::session) async fn participants(
    work: &mut UnitOfWork,
    sessions: &[SessionId],
) -> Result<Vec<(SessionId, ClientId)>, DatabaseError> {
    let sessions: Vec<&str> = sessions.iter().map(SessionId::as_str).collect();
    let rows = sqlx::query!(
        r#"select distinct g.session_id as "session_id!", g.client_id
           from auth.oauth_grants g
           join auth.oauth_applications a on a.client_id = g.client_id
           where g.session_id = any($1)
             and a.backchannel_logout_uri is not null
             and a.disabled_at is null"#,
        &sessions as &[&str],
    )
    .fetch_all(work.connection()?)
    .await?;
    let participants = rows.into_iter().map(|row| {
        (
            SessionId::from_text(row.session_id),
            ClientId::from_text(row.client_id),
        )
    });
    Ok(participants.collect())
}

/// Whose a session is or was.
pub(in crate::session) async fn owner(
    connection: &mut PgConnection,
    session: &SessionId,
) -> Result<Option<UserId>, DatabaseError> {
    let owner = sqlx::query_scalar!(
        "select user_id from auth.sessions where id = $1",
        session.as_str()
    )
    .fetch_optional(connection)
    .await?;
    Ok(owner.map(UserId::from_text))
}
