//! Owns what can go wrong when invitations are sent and answered. No address of mail stands in it.

use super::types::InvitationEnd;
use crate::base::id::InvitationId;
use crate::db::DatabaseError;
use crate::tenancy::authority::Forbidden;
use crate::tenancy::error::TenancyError;

/// Why an invitation was not sent or answered.
#[derive(Debug, thiserror::Error)]
pub enum InvitationError {
    /// What every act in an organization may be refused for.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// The address was asked already, and has not answered.
    #[error("an invitation of this address is pending already; resend or revoke that one")]
    AlreadyInvited,
    /// Whoever has the address belongs to the organization already.
    #[error("a member of the organization has this address already")]
    MemberHasAddress,
    /// How long an invitation waits.
    #[error("expires: one minute to 90 days")]
    Lifetime,
    /// No invitation has this id here.
    #[error("there is no pending invitation {0}")]
    Unknown(InvitationId),
    /// No invitation has this token: it was never given, or another one replaced it.
    #[error("there is no such invitation; its latest message has the link that works")]
    UnknownToken,
    /// It was answered, revoked or has expired.
    #[error("the invitation is over: {}", .0.name())]
    Over(InvitationEnd),
    /// It was sent to another address than the account's.
    #[error("the invitation is for another address than this account's")]
    ForAnother,
    /// The account's address is not proven; the invitation keeps until it is.
    #[error("email_unverified: prove the address of this account first, then use the same link again")]
    EmailUnverified,
    /// Whoever asked left, or may no longer give the role.
    #[error("the invitation no longer stands: whoever sent it may not give this role any more")]
    InviterGone,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<Forbidden> for InvitationError {
    fn from(refused: Forbidden) -> Self {
        Self::Tenancy(refused.into())
    }
}
