//! Owns what an invitation is. Organization, address and role are fixed when it is made: another one is another
//! invitation.

use std::time::Duration;

use super::error::InvitationError;
use crate::base::clock::Timestamp;
use crate::base::id::{InvitationId, OrganizationId, UserId};
use crate::tenancy::member::{JoinsAs, MemberRole};
use crate::user::EmailAddress;

/// How long an invitation waits for its answer, if nobody says otherwise.
const USUAL: Duration = Duration::from_hours(7 * 24);
const SHORTEST: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_hours(90 * 24);

/// An invitation to be sent.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    pub(super) email: EmailAddress,
    pub(super) joins: JoinsAs,
    pub(super) lifetime: Duration,
}

impl NewInvitation {
    /// An invitation of an address to a role, for seven days unless said otherwise.
    pub fn new(
        email: EmailAddress,
        joins: impl Into<JoinsAs>,
        lifetime: Option<Duration>,
    ) -> Result<Self, InvitationError> {
        Ok(Self {
            email,
            joins: joins.into(),
            lifetime: lifetime_of(lifetime)?,
        })
    }
}

/// How long an invitation waits.
pub(super) fn lifetime_of(wanted: Option<Duration>) -> Result<Duration, InvitationError> {
    let lifetime = wanted.unwrap_or(USUAL);
    if (SHORTEST..=LONGEST).contains(&lifetime) {
        Ok(lifetime)
    } else {
        Err(InvitationError::Lifetime)
    }
}

/// What has become of an invitation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationStatus {
    /// It waits for its answer, or for nothing any more once it has expired.
    Pending,
    /// Somebody joined by it.
    Accepted,
    /// It was declined.
    Rejected,
    /// It was taken back.
    Canceled,
}

impl InvitationStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Accepted, Self::Rejected, Self::Canceled];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Canceled => "canceled",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Why an invitation is over, if it is.
    #[must_use]
    pub fn end(self, expires_at: Timestamp, now: Timestamp) -> Option<InvitationEnd> {
        match self {
            Self::Pending if now >= expires_at => Some(InvitationEnd::Expired),
            Self::Pending => None,
            Self::Accepted => Some(InvitationEnd::Used),
            Self::Rejected => Some(InvitationEnd::Rejected),
            Self::Canceled => Some(InvitationEnd::Revoked),
        }
    }
}

/// Why an invitation is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvitationEnd {
    /// Somebody used it.
    Used,
    /// It was declined.
    Rejected,
    /// It was taken back.
    Revoked,
    /// Its time has passed.
    Expired,
}

impl InvitationEnd {
    /// Every end.
    pub const ALL: [Self; 4] = [Self::Used, Self::Rejected, Self::Revoked, Self::Expired];

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Used => "used",
            Self::Rejected => "rejected",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// An invitation, as those see it who manage the team.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its id: no secret.
    pub id: InvitationId,
    /// Where to.
    pub organization_id: OrganizationId,
    /// The address it is for.
    pub email: String,
    /// What it makes of whoever accepts.
    pub joins: JoinsAs,
    /// What has become of it.
    pub status: InvitationStatus,
    /// Which member asked; none: an operator or a service.
    pub invited_by: Option<UserId>,
    /// From when on it gives nothing.
    pub expires_at: Timestamp,
    /// Who joined by it.
    pub accepted_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An invitation that waits for the answer of the person it is for.
#[derive(Debug, Clone)]
pub struct OfferedInvitation {
    /// What people call the organization.
    pub organization_name: String,
    /// What whoever asked is called; none: an operator or a service did.
    pub inviter: Option<String>,
    /// The role it gives.
    pub role: MemberRole,
    /// From when on it gives nothing.
    pub expires_at: Timestamp,
}

/// An invitation, as whoever holds its token sees it before they sign in.
#[derive(Debug, Clone)]
pub struct PresentedInvitation {
    /// What people call the organization.
    pub organization_name: String,
    /// The address it is for.
    pub email: String,
    /// What whoever asked is called; none: an operator or a service did.
    pub inviter: Option<String>,
    /// The role it gives.
    pub role: MemberRole,
    /// From when on it gives nothing.
    pub expires_at: Timestamp,
    /// Why it is over, if it is.
    pub end: Option<InvitationEnd>,
}
