//! Owns which status and which stable code each error of the rooms has at the organizations' API; the sentence is the
//! error's own. Who is no member learns of no organization: services say "unknown", which is 404.

use http::StatusCode;

use crate::api::refusal::Refusal;
use crate::http::respond::failure::Failure;
use crate::lifecycle::invite::InviteError;
use crate::lifecycle::send_mail::SendMailError;
use crate::queue::AddError;
use crate::tenancy::module::ModuleError;
use crate::tenancy::workspace::WorkspaceError;
use crate::tenancy::{DomainError, InvitationError, MemberError, OrganizationError, TenancyError};

impl From<TenancyError> for Refusal {
    fn from(error: TenancyError) -> Self {
        let (status, code) = match error {
            TenancyError::Database(error) => return error.into(),
            TenancyError::Forbidden(_) | TenancyError::BeyondModules { .. } => {
                (StatusCode::FORBIDDEN, "forbidden")
            }
            TenancyError::PersonalSpace(_) => (StatusCode::CONFLICT, "personal_space"),
            TenancyError::Suspended(_) => (StatusCode::CONFLICT, "suspended"),
            TenancyError::Unknown(_) => (StatusCode::NOT_FOUND, "organization_not_found"),
            TenancyError::UnknownUser(_) => (StatusCode::NOT_FOUND, "member_not_found"),
            TenancyError::QuotaReached { .. } => (StatusCode::CONFLICT, "quota_reached"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<OrganizationError> for Refusal {
    fn from(error: OrganizationError) -> Self {
        let (status, code) = match error {
            OrganizationError::Tenancy(error) => return error.into(),
            OrganizationError::Database(error) => return error.into(),
            OrganizationError::Slug(_) | OrganizationError::Settings(_) | OrganizationError::Name => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            OrganizationError::Personal => (StatusCode::UNPROCESSABLE_ENTITY, "personal_space"),
            OrganizationError::PersonalUndeletable(_) => (StatusCode::FORBIDDEN, "personal_space"),
            OrganizationError::AnotherIsGlobal => (StatusCode::CONFLICT, "invalid"),
            OrganizationError::SlugTaken(_) | OrganizationError::NoFreeSlug => {
                (StatusCode::CONFLICT, "slug_taken")
            }
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<MemberError> for Refusal {
    fn from(error: MemberError) -> Self {
        let (status, code) = match error {
            MemberError::Tenancy(error) => return error.into(),
            MemberError::Database(error) => return error.into(),
            MemberError::AlreadyMember { .. } => (StatusCode::CONFLICT, "already_member"),
            MemberError::NotMember { .. } => (StatusCode::NOT_FOUND, "member_not_found"),
            MemberError::LastOwner { .. } => (StatusCode::CONFLICT, "last_owner"),
            MemberError::InviterGone => (StatusCode::FORBIDDEN, "inviter_gone"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<InvitationError> for Refusal {
    fn from(error: InvitationError) -> Self {
        let (status, code) = match error {
            InvitationError::Tenancy(error) => return error.into(),
            InvitationError::Database(error) => return error.into(),
            InvitationError::AlreadyInvited => (StatusCode::CONFLICT, "already_invited"),
            InvitationError::MemberHasAddress => (StatusCode::CONFLICT, "already_member"),
            InvitationError::Lifetime => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            InvitationError::Unknown(_) | InvitationError::UnknownToken => {
                (StatusCode::NOT_FOUND, "invitation_not_found")
            }
            InvitationError::Over(_) => (StatusCode::CONFLICT, "invitation_over"),
            InvitationError::ForAnother => (StatusCode::FORBIDDEN, "invitation_for_another"),
            InvitationError::EmailUnverified => (StatusCode::FORBIDDEN, "email_unverified"),
            InvitationError::InviterGone => (StatusCode::FORBIDDEN, "inviter_gone"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<InviteError> for Refusal {
    fn from(error: InviteError) -> Self {
        match error {
            InviteError::Invitation(error) => error.into(),
            InviteError::Mail(
                SendMailError::Database(error) | SendMailError::Queue(AddError::Database(error)),
            ) => error.into(),
            // A key that is missing here can be loaded, and another replica may have it.
            InviteError::Mail(error) => {
                tracing::error!(error = %error, "a mail could not be asked for");
                Self::Failure(Failure::Unavailable)
            }
        }
    }
}

impl From<DomainError> for Refusal {
    fn from(error: DomainError) -> Self {
        let (status, code) = match error {
            DomainError::Tenancy(error) => return error.into(),
            DomainError::Database(error) => return error.into(),
            DomainError::AutoJoinRole => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            DomainError::Claimed(_) => (StatusCode::CONFLICT, "domain_claimed"),
            DomainError::Unknown(_) => (StatusCode::NOT_FOUND, "domain_not_found"),
            DomainError::Taken(_) => (StatusCode::CONFLICT, "domain_taken"),
            DomainError::ProofMissing(_) => (StatusCode::CONFLICT, "domain_proof_missing"),
            DomainError::ProofVoid(_) => (StatusCode::CONFLICT, "domain_proof_void"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<WorkspaceError> for Refusal {
    fn from(error: WorkspaceError) -> Self {
        let (status, code) = match error {
            WorkspaceError::Tenancy(error) => return error.into(),
            WorkspaceError::Database(error) => return error.into(),
            WorkspaceError::Name => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            WorkspaceError::SlugTaken(_) | WorkspaceError::NoFreeSlug => (StatusCode::CONFLICT, "slug_taken"),
            WorkspaceError::Unknown(_) => (StatusCode::NOT_FOUND, "workspace_not_found"),
            WorkspaceError::Archived(_) => (StatusCode::CONFLICT, "archived"),
            WorkspaceError::Personal(_) => (StatusCode::CONFLICT, "personal_space"),
            WorkspaceError::NotJoined { .. } | WorkspaceError::NotMember { .. } => {
                (StatusCode::NOT_FOUND, "member_not_found")
            }
            WorkspaceError::AlreadyMember { .. } => (StatusCode::CONFLICT, "already_member"),
            WorkspaceError::LastOwner { .. } => (StatusCode::CONFLICT, "last_owner"),
            WorkspaceError::NotManager | WorkspaceError::AboveOwn(_) => (StatusCode::FORBIDDEN, "forbidden"),
        };
        Self::new(status, code, error.to_string())
    }
}

impl From<ModuleError> for Refusal {
    fn from(error: ModuleError) -> Self {
        let (status, code) = match error {
            ModuleError::Tenancy(error) => return error.into(),
            ModuleError::Database(error) => return error.into(),
            ModuleError::Id | ModuleError::Role(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            ModuleError::NotInType { .. } => (StatusCode::CONFLICT, "module_not_in_type"),
            ModuleError::TooMany { .. } => (StatusCode::CONFLICT, "too_many"),
            ModuleError::BeyondOwn(_) => (StatusCode::FORBIDDEN, "forbidden"),
            ModuleError::NoEntry { .. } => (StatusCode::NOT_FOUND, "entry_not_found"),
        };
        Self::new(status, code, error.to_string())
    }
}
