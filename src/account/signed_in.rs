//! Who is signed in in this browser, and whether a waiting request asks for more than that.

use http::HeaderMap;

use crate::authorization::context;
use crate::authorization::interaction::{self, Situation};
use crate::base::clock::Timestamp;
use crate::db::DatabaseError;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::flow::{FoundFlow, session_cookie};
use crate::session::LiveSession;

/// The browser's live session: one statement, if it has a cookie for one.
pub(super) async fn session(
    state: &AppState,
    context: RequestContext,
    headers: &HeaderMap,
) -> Result<Option<LiveSession>, DatabaseError> {
    let Some(handle) = session_cookie(state, headers) else {
        return Ok(None);
    };
    let mut work = state.app.repeatable(context).await?;
    let session = context::session(&mut work, Some(&handle), state.app.session_lifetimes()).await?;
    // Whoever holds a connection waits for none.
    work.commit().await?;
    Ok(session)
}

/// Whether this person must sign in again, or somebody else, for the request.
pub(super) fn must_again(state: &AppState, found: &FoundFlow, session: &LiveSession, now: Timestamp) -> bool {
    let waiting = &found.waiting;
    let next = interaction::next(Situation {
        request: &waiting.request,
        client: &found.client,
        session: Some(session),
        consent: None,
        asked_at: waiting.asked_at,
        consented_by: waiting.consented_by.as_ref(),
        trust_loopback: state.app.is_development(),
        now,
    });
    next == interaction::NextStep::Login
}
