//! Owns what every person has from the start: a personal space with its workspace, and what configuration adds. It is
//! written in the transaction that makes the person, so that neither is ever without the other. Nothing here makes
//! anybody active: otherwise nobody would ever wait.

use super::authority::Actor;
use super::error::TenancyError;
use super::organization::OrganizationType;
use super::service::{insert_with_free_slug, record_creation};
use super::slug::Stem;
use super::standing;
use super::store::{self, OrganizationRow, WorkspaceRow};
use super::workspace::{WorkspaceKind, WorkspaceRole};
use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::config::SignUpSettings;
use crate::db::{DatabaseError, UnitOfWork};
use crate::user::EmailAddress;

/// What a personal space is called: nothing that tells who its person is.
const PERSONAL_SPACE: &str = "Personal space";
/// What a person's first organization is called until they name it.
const ORGANIZATION: &str = "My organization";
/// What its first workspace is called.
const WORKSPACE: &str = "My Workspace";
const WORKSPACE_SLUG: &str = "my-workspace";

/// What a person has from the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provisioned {
    /// Their personal space.
    pub personal_space: OrganizationId,
    /// An organization of their own beside it, if configuration says so.
    pub organization: Option<OrganizationId>,
    /// The global organization, if they joined it.
    pub global: Option<OrganizationId>,
}

/// Makes what a person has from the start. Who has it keeps it.
pub async fn provide(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
    settings: &SignUpSettings,
) -> Result<Provisioned, TenancyError> {
    Ok(Provisioned {
        personal_space: personal_space(work, user, email).await?,
        organization: organization(work, user, email, settings).await?,
        global: if settings.join_global_organization {
            join_global(work, user).await?
        } else {
            None
        },
    })
}

async fn personal_space(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
) -> Result<OrganizationId, TenancyError> {
    if let Some(id) = store::find_personal(work.connection()?, user).await? {
        return Ok(id);
    }
    let kinds = (OrganizationType::Personal, WorkspaceKind::Personal);
    space(work, user, email, PERSONAL_SPACE, kinds).await
}

async fn organization(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
    settings: &SignUpSettings,
) -> Result<Option<OrganizationId>, TenancyError> {
    let organization_type = OrganizationType::parse(&settings.organization_type)
        .filter(|organization_type| *organization_type != OrganizationType::Personal);
    let Some(organization_type) = organization_type else {
        return Ok(None);
    };
    let kinds = (organization_type, WorkspaceKind::Default);
    Ok(Some(space(work, user, email, ORGANIZATION, kinds).await?))
}

/// Makes an organization whose first and only member the person is, with its first workspace.
async fn space(
    work: &mut UnitOfWork,
    user: &UserId,
    email: &EmailAddress,
    name: &str,
    (organization_type, kind): (OrganizationType, WorkspaceKind),
) -> Result<OrganizationId, TenancyError> {
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
    if !store::insert_owner(work.connection()?, &id, user, now).await? {
        return Err(TenancyError::UnknownUser(user.clone()));
    }
    record_creation(work, &id, user).await?;
    first_workspace(work, &id, user, kind).await?;
    Ok(id)
}

/// Makes the first workspace of an organization that was just made, with its owner as owner.
pub(super) async fn first_workspace(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    owner: &UserId,
    kind: WorkspaceKind,
) -> Result<(), DatabaseError> {
    let now = work.now();
    let id = WorkspaceId::new(now, work.entropy());
    let row = WorkspaceRow {
        id: &id,
        organization,
        name: WORKSPACE,
        kind,
        owner: Some(owner),
    };
    store::insert_workspace(work.connection()?, &row, WORKSPACE_SLUG, now).await?;
    store::insert_workspace_owner(work.connection()?, &id, organization, owner, now).await?;
    let created = Event::WorkspaceCreated {
        organization: organization.clone(),
        workspace: id.clone(),
    };
    audit::record(work, created).await?;
    let added = Event::WorkspaceMemberAdded {
        workspace: id,
        user: owner.clone(),
        role: WorkspaceRole::Owner.name(),
    };
    audit::record(work, added).await
}

/// Makes a person a member of the global organization; none if there is no such organization.
async fn join_global(work: &mut UnitOfWork, user: &UserId) -> Result<Option<OrganizationId>, TenancyError> {
    let now = work.now();
    let Some(organization) = store::insert_global_member(work.connection()?, user, now).await? else {
        return Ok(None);
    };
    let event = Event::MemberAdded {
        organization: organization.clone(),
        user: user.clone(),
        role: "member".to_owned(),
    };
    audit::record(work, event).await?;
    Ok(Some(organization))
}

/// Makes a shared organization the global one; another one must be deleted before. Doing it twice changes nothing, and
/// nobody who is here already joins by it.
pub async fn set_global(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<(), TenancyError> {
    let standing = standing::hold(work, actor, organization).await?;
    standing.authority.operate()?;
    standing.shared(organization)?;
    let now = work.now();
    store::set_global(work.connection()?, organization, now).await?;
    let event = Event::OrganizationUpdated {
        organization: organization.clone(),
        what: "global",
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}
