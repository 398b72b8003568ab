//! Owns what can go wrong when organizations, their members, invitations and domains are administered, and what kind
//! of answer each is. No address of mail stands in it.

use super::authority::Forbidden;
use super::domain::{DomainError, DomainName};
use super::invitation::InvitationEnd;
use super::member::{MemberRole, RoleError};
use super::module::ModuleId;
use super::organization::SettingsError;
use super::quota::Quota;
use super::slug::{Slug, SlugError};
use crate::base::display;
use crate::base::id::{InvitationId, OrganizationId, UserId};
use crate::db::DatabaseError;

/// Why an organization or a membership was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum TenancyError {
    /// The grammar of slugs.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// The grammar of roles.
    #[error(transparent)]
    Role(#[from] RoleError),
    /// The grammar of flags and looks.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The actor's role does not allow it.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The role may do more with a module than the actor's own, so that they cannot give it.
    #[error(
        "role: {role} may do more with {} than your own role, and nobody gives what they lack; an owner gives it, or \
         makes the entry of {role} for it as low as yours, or yours as high", of_modules(.module)
    )]
    BeyondModules {
        /// The role.
        role: MemberRole,
        /// The module.
        module: ModuleId,
    },
    /// The name is what people see.
    #[error("name: 1 to {} characters, {}", display::LONGEST, display::RULE)]
    Name,
    /// A personal space is made with its person, never by itself.
    #[error("type: a personal space is made with its person; choose another type")]
    Personal,
    /// A personal space belongs to one person, and has no tier of its own.
    #[error("{0} is a personal space: nobody else joins it, nobody leaves it, and its tier is its person's")]
    PersonalSpace(OrganizationId),
    /// There is one global organization at most.
    #[error("another organization is the global one")]
    AnotherIsGlobal,
    /// A personal space goes with its person only.
    #[error("{0} is a personal space: it goes with its person only")]
    PersonalUndeletable(OrganizationId),
    /// Another organization has, or had, this slug.
    #[error("slug: {0} is taken")]
    SlugTaken(Slug),
    /// No free slug was found; trying again draws other ones.
    #[error("slug: no free one was found, try again or choose one")]
    NoFreeSlug,
    /// There is as much of it as may be.
    #[error("quota: at most {most} {} ({})", .quota.what(), .quota.key())]
    QuotaReached {
        /// Of what.
        quota: Quota,
        /// The most.
        most: u32,
    },
    /// Members change nothing in a suspended organization.
    #[error("{0} is suspended")]
    Suspended(OrganizationId),
    /// No such organization, or none that whoever asks belongs to.
    #[error("there is no organization {0}")]
    Unknown(OrganizationId),
    /// No such person.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// Already a member, or invited.
    #[error("{user} is a member of {organization} already, or invited")]
    AlreadyMember {
        /// The organization.
        organization: OrganizationId,
        /// The person.
        user: UserId,
    },
    /// Not a member and not invited.
    #[error("{user} is no member of {organization}")]
    NotMember {
        /// The organization.
        organization: OrganizationId,
        /// The person.
        user: UserId,
    },
    /// An organization always has an owner who joined.
    #[error("{user} is the last owner of {organization}: make somebody else an owner first")]
    LastOwner {
        /// The organization.
        organization: OrganizationId,
        /// The person.
        user: UserId,
    },
    /// The address was asked already, and has not answered.
    #[error("an invitation of this address is pending already; resend or revoke that one")]
    AlreadyInvited,
    /// Whoever has the address belongs to the organization already.
    #[error("a member of the organization has this address already")]
    MemberHasAddress,
    /// How long an invitation waits.
    #[error("expires: one minute to 90 days")]
    InvitationLifetime,
    /// No invitation has this id here.
    #[error("there is no pending invitation {0}")]
    UnknownInvitation(InvitationId),
    /// No invitation has this token: it was never given, or another one replaced it.
    #[error("there is no such invitation; its latest message has the link that works")]
    InvitationUnknown,
    /// It was answered, revoked or has expired.
    #[error("the invitation is over: {}", .0.name())]
    InvitationOver(InvitationEnd),
    /// It was sent to another address than the account's.
    #[error("the invitation is for another address than this account's")]
    InvitationForAnother,
    /// The account's address is not proven; the invitation keeps until it is.
    #[error("email_unverified: prove the address of this account first, then use the same link again")]
    EmailUnverified,
    /// Whoever asked left, or may no longer give the role.
    #[error("the invitation no longer stands: whoever sent it may not give this role any more")]
    InviterGone,
    /// The grammar of domains, and what is claimed at most.
    #[error(transparent)]
    Domain(#[from] DomainError),
    /// The organization claimed it before.
    #[error("domain: {0} is claimed by this organization already")]
    DomainClaimed(DomainName),
    /// The organization has not claimed it.
    #[error("domain: {0} is not claimed by this organization")]
    UnknownDomain(DomainName),
    /// Another organization's proof stood first, and still stands.
    #[error(
        "domain: {0} belongs to another organization: its TXT record has to go from the DNS, or it has to release it"
    )]
    DomainTaken(DomainName),
    /// The DNS does not say it.
    #[error("domain: the TXT record that proves {0} is not there, or not visible yet")]
    DomainProofMissing(DomainName),
    /// The claim was given up or changed while the proof was looked up.
    #[error("domain: the claim on {0} changed meanwhile; look its record up again")]
    DomainProofVoid(DomainName),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What kind of answer an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenancyProblem {
    /// 404: it does not exist, or not for whoever asks.
    NotFound,
    /// 403: whoever asks may see it, but not do this.
    Forbidden,
    /// 409: what is there stands against it.
    Conflict,
    /// 422: the value is none.
    Invalid,
    /// The database's own answer.
    Database,
}

impl TenancyError {
    /// What kind of answer it is.
    #[must_use]
    pub const fn problem(&self) -> TenancyProblem {
        match self {
            Self::Slug(_)
            | Self::Role(_)
            | Self::Settings(_)
            | Self::Name
            | Self::Personal
            | Self::InvitationLifetime
            | Self::Domain(_) => TenancyProblem::Invalid,
            Self::Unknown(_)
            | Self::UnknownUser(_)
            | Self::NotMember { .. }
            | Self::UnknownInvitation(_)
            | Self::UnknownDomain(_)
            | Self::InvitationUnknown => TenancyProblem::NotFound,
            Self::Forbidden(_)
            | Self::BeyondModules { .. }
            | Self::PersonalUndeletable(_)
            | Self::InvitationForAnother
            | Self::EmailUnverified
            | Self::InviterGone => TenancyProblem::Forbidden,
            Self::PersonalSpace(_)
            | Self::AnotherIsGlobal
            | Self::SlugTaken(_)
            | Self::NoFreeSlug
            | Self::QuotaReached { .. }
            | Self::Suspended(_)
            | Self::AlreadyMember { .. }
            | Self::LastOwner { .. }
            | Self::AlreadyInvited
            | Self::MemberHasAddress
            | Self::DomainClaimed(_)
            | Self::DomainTaken(_)
            | Self::DomainProofMissing(_)
            | Self::DomainProofVoid(_)
            | Self::InvitationOver(_) => TenancyProblem::Conflict,
            Self::Database(_) => TenancyProblem::Database,
        }
    }
}

/// How a module is named to people.
fn of_modules(module: &ModuleId) -> String {
    match module.as_str() {
        ModuleId::EVERY => "modules without an entry (*)".to_owned(),
        named => format!("the module {named}"),
    }
}

impl From<sqlx::Error> for TenancyError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
