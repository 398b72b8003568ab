//! Owns the first workspace of an organization, which is made with it.

use super::store::{self, WorkspaceRow};
use super::types::{WorkspaceKind, WorkspaceRole};
use crate::audit::{self, WorkspaceEvent};
use crate::base::id::{OrganizationId, UserId, WorkspaceId};
use crate::db::{DatabaseError, UnitOfWork};

/// What it is called.
const WORKSPACE: &str = "My Workspace";
const WORKSPACE_SLUG: &str = "my-workspace";

/// Makes the first workspace of an organization that was just made, with its owner as owner.
pub(in crate::tenancy) async fn create_first(
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
    store::insert(work.connection()?, &row, WORKSPACE_SLUG, now).await?;
    store::insert_owner(work.connection()?, &id, organization, owner, now).await?;
    let created = WorkspaceEvent::Created {
        organization: organization.clone(),
        workspace: id.clone(),
    };
    audit::record(work, created).await?;
    let added = WorkspaceEvent::MemberAdded {
        workspace: id,
        user: owner.clone(),
        role: WorkspaceRole::Owner.name(),
    };
    audit::record(work, added).await
}
