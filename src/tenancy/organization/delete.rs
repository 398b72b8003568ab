//! Owns how organizations end, and how a person who is deleted leaves them. Rows stay for the record; whatever asks
//! who belongs where passes them over. `lifecycle/` does what belongs to it in other rooms.

use super::error::OrganizationError;
use super::store;
use super::types::OrganizationType;
use crate::audit::{self, MemberEvent, OrganizationEvent};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority::{self, Permission};
use crate::tenancy::{domain, member, workspace};

/// Why an organization or a workspace is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    /// An owner or an operator deleted the organization.
    OrganizationDeleted,
    /// Its person was deleted.
    UserDeleted,
}

impl Reason {
    /// The word in the row.
    const fn name(self) -> &'static str {
        match self {
            Self::OrganizationDeleted => "organization_deleted",
            Self::UserDeleted => "user_deleted",
        }
    }
}

/// Deletes a shared organization: it gives no claim any more, and its slug stays taken. A personal space goes with
/// its person only.
pub async fn delete(work: &mut UnitOfWork, id: &OrganizationId) -> Result<(), OrganizationError> {
    let access = authority::lock(work, id).await?;
    access.authority.require(Permission::DeleteOrganization)?;
    if access.organization_type == OrganizationType::Personal {
        return Err(OrganizationError::PersonalUndeletable(id.clone()));
    }
    let now = work.now();
    store::set_deleted(work.connection()?, id, now).await?;
    let archived = Reason::OrganizationDeleted.name();
    workspace::archive_all_of(work, id, archived).await?;
    domain::release_all(work, id).await?;
    let event = OrganizationEvent::Deleted {
        organization: id.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Locks the organizations that a person owns, so that two owners cannot both be told that the other one stays; the
/// personal space too, which is archived later: whoever locks many does so in the order of their ids.
pub async fn lock_owned(work: &mut UnitOfWork, user: &UserId) -> Result<(), DatabaseError> {
    store::lock_owned(work.connection()?, user).await
}

/// The shared organizations whose only owner a person is. [`lock_owned`] came before.
pub async fn owned_alone(work: &mut UnitOfWork, user: &UserId) -> Result<Vec<OrganizationId>, DatabaseError> {
    store::owned_alone(work.connection()?, user).await
}

/// Ends every membership and invitation of a person who is deleted, and archives their personal space with its
/// workspaces. [`owned_alone`] was empty in the same transaction.
pub async fn leave_everything(work: &mut UnitOfWork, user: &UserId) -> Result<(), DatabaseError> {
    let now = work.now();
    let reason = Reason::UserDeleted.name();
    let personal = store::set_personal_deleted(work.connection()?, user, reason, now).await?;
    if let Some(organization) = personal.clone() {
        workspace::archive_all_of(work, &organization, reason).await?;
        audit::record(work, OrganizationEvent::Deleted { organization }).await?;
    }
    for organization in member::end_all_of(work, user).await? {
        if Some(&organization) != personal.as_ref() {
            let user = user.clone();
            audit::record(work, MemberEvent::Removed { organization, user }).await?;
        }
    }
    Ok(())
}
