//! Owns a session's life: its start with a new handle at every login, and the organization that is active in it.

use std::time::Duration;

use super::store;
use crate::audit::{self, LoginEvent};
use crate::authentication::Assurance;
use crate::base::clock::before;
use crate::base::handle::{Handle, Kind};
use crate::base::id::{OrganizationId, SessionId, UserId};
use crate::db::walk::{Span, Walked};
use crate::db::{DatabaseError, UnitOfWork};
use crate::i18n::Locale;

/// Activity younger than this is not written again, so that reading pages does not write rows.
pub const ACTIVITY_GRAIN: Duration = Duration::from_mins(5);

/// Ended sessions are kept this long for whoever looks into an incident.
const KEPT: Duration = Duration::from_hours(30 * 24);

/// How long sessions live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without activity.
    pub idle: Duration,
    /// With it.
    pub absolute: Duration,
}

impl Default for Lifetimes {
    /// 7 days and 30 days.
    fn default() -> Self {
        Self {
            idle: Duration::from_hours(7 * 24),
            absolute: Duration::from_hours(30 * 24),
        }
    }
}

/// What a session's person may do: the only two statuses that `auth.live_sessions` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Everything that is theirs.
    Active,
    /// Signed in, but nothing is granted yet.
    Waitlist,
}

/// A session as it was when it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The `sid` claim.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// `auth_time`, `amr` and `acr`.
    pub assurance: Assurance,
    /// The organization that an unbound grant takes first.
    pub active_organization_id: Option<OrganizationId>,
    /// The status of its person.
    pub standing: Standing,
}

/// What a page says of the person whose session it is. Never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The display name; may be empty.
    pub name: String,
    /// The address as the person writes it.
    pub email: String,
    /// The user name as the person writes it.
    pub user_name: Option<String>,
    /// The language of their profile, if it is one that we speak.
    pub locale: Option<Locale>,
}

impl Person {
    /// What a page calls them: the name, else the address.
    #[must_use]
    pub fn display_name(&self) -> &str {
        if self.name.is_empty() {
            &self.email
        } else {
            &self.name
        }
    }
}

impl std::fmt::Debug for Person {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Person")
    }
}

/// A session that lives, with what a page needs of its person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveSession {
    /// The session.
    pub session: Session,
    /// Its person.
    pub person: Person,
}

/// What a login asks to be made.
#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    /// Who proved who they are.
    pub user_id: &'a UserId,
    /// How.
    pub assurance: Assurance,
    /// How long it may live.
    pub lifetimes: Lifetimes,
    /// What the browser presented. A live session of the same person goes on under the new handle and keeps its id,
    /// so that proving oneself again for one client does not log one out of the others; any other ends.
    pub replaces: Option<&'a Handle>,
}

/// Starts a session and records the login. The handle is new every time (no fixation). `None` if the person may
/// have none: deleted, banned or cut off meanwhile.
pub async fn start(
    work: &mut UnitOfWork,
    new: NewSession<'_>,
) -> Result<Option<(Session, Handle)>, DatabaseError> {
    let handle = Handle::new(Kind::Session, work.entropy());
    let Some(session) = store::start(work, &new, &handle).await? else {
        return Ok(None);
    };
    work.origin().signs_in(session.user_id.clone());
    let event = LoginEvent::Success {
        user: session.user_id.clone(),
        session: session.id.clone(),
        amr: session.assurance.amr.clone(),
    };
    audit::record(work, event).await?;
    Ok(Some((session, handle)))
}

/// Sets the active organization to one that the session's person has joined, or to none. `false` if the session
/// is not live or the person is not in that organization; then nothing changed.
pub async fn switch_organization(
    work: &mut UnitOfWork,
    session: &SessionId,
    organization: Option<&OrganizationId>,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    store::switch_organization(work.connection()?, session, organization, now).await
}

/// Deletes at most `limit` sessions that ended or expired longer than `kept` ago; says how many.
pub async fn expire(work: &mut UnitOfWork, span: Span, limit: i64) -> Result<Walked, DatabaseError> {
    let dead_before = before(work.now(), KEPT);
    store::expire(work.connection()?, dead_before, span, limit).await
}

/// How many sessions live, counted up to `most`.
pub async fn count_live(work: &mut UnitOfWork, most: i64) -> Result<i64, DatabaseError> {
    let now = work.now();
    store::count_live(work.connection()?, now, most).await
}
