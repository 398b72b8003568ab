//! Owns what every person has from the start: a personal space with its workspace, and what configuration adds. It is
//! written in the transaction that makes the person, so that neither is ever without the other. Nothing here makes
//! anybody active: otherwise nobody would ever wait.

use super::error::OrganizationError;
use super::free_slug::insert_with_free_slug;
use super::service::record_creation;
use super::store::{self, OrganizationRow};
use super::types::OrganizationType;
use crate::base::id::{OrganizationId, UserId};
use crate::config::SignUpSettings;
use crate::db::UnitOfWork;
use crate::tenancy::error::TenancyError;
use crate::tenancy::member;
use crate::tenancy::slug::Stem;
use crate::tenancy::workspace::{self, WorkspaceKind};
use crate::user::EmailAddress;

/// What a personal space is called: nothing that tells who its person is.
const PERSONAL_SPACE: &str = "Personal space";
/// What a person's first organization is called until they name it.
const ORGANIZATION: &str = "My organization";

/// What a person has from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationsOfNewUser {
    /// Their personal space.
    pub personal_space: OrganizationId,
    /// An organization of their own beside it, if configuration says so.
    pub organization: Option<OrganizationId>,
    /// The global organization, if they joined it.
    pub global: Option<OrganizationId>,
}

/// Makes what a person has from the start. Who has it keeps it.
pub async fn make_for_new_user(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
    settings: &SignUpSettings,
) -> Result<OrganizationsOfNewUser, OrganizationError> {
    Ok(OrganizationsOfNewUser {
        personal_space: personal_space(work, user, email).await?,
        organization: organization(work, user, email, settings).await?,
        global: if settings.join_global_organization {
            member::join_global(work, user).await?
        } else {
            None
        },
    })
}

async fn personal_space(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
) -> Result<OrganizationId, OrganizationError> {
    if let Some(id) = store::find_personal(work.connection()?, user).await? {
        return Ok(id);
    }
    let kind = WorkspaceKind::Personal;
    space(
        work,
        user,
        email,
        PERSONAL_SPACE,
        OrganizationType::Personal,
        kind,
    )
    .await
}

async fn organization(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
    settings: &SignUpSettings,
) -> Result<Option<OrganizationId>, OrganizationError> {
    let organization_type = OrganizationType::parse(&settings.organization_type)
        .filter(|organization_type| *organization_type != OrganizationType::Personal);
    let Some(organization_type) = organization_type else {
        return Ok(None);
    };
    let kind = WorkspaceKind::Default;
    let made = space(work, user, email, ORGANIZATION, organization_type, kind).await?;
    Ok(Some(made))
}

/// Makes an organization whose first and only member the person is, with its first workspace.
async fn space(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
    name: &str,
    organization_type: OrganizationType,
    kind: WorkspaceKind,
) -> Result<OrganizationId, OrganizationError> {
    let now = work.now();
    let id = OrganizationId::new(now, work.entropy());
    let row = OrganizationRow {
        id: &id,
        name,
        organization_type,
        owner: user,
        tier: None,
    };
    insert_with_free_slug(work, &row, &Stem::of_local_part(email.local_part())).await?;
    if !member::insert_owner(work, &id, user).await? {
        return Err(TenancyError::UnknownUser(user.clone()).into());
    }
    record_creation(work, &id, user).await?;
    workspace::create_first(work, &id, user, kind).await?;
    Ok(id)
}
