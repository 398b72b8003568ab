//! Owns whether there is room for one more workspace that is not archived. The organization is locked.

use super::error::WorkspaceError;
use super::store;
use crate::base::id::{OrganizationId, UserId};
use crate::config::QuotaSettings;
use crate::db::UnitOfWork;
use crate::tenancy::authority::{Authority, Permission, Rank};
use crate::tenancy::member;
use crate::tenancy::quota::Quota;

/// Refuses one more. Where neither whoever asks nor whoever made it manages all of the organization's workspaces, those
/// of that maker are counted too, whoever owns them by now: they are made and archived by members as often as they like.
pub(super) async fn for_one_more(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    maker: Option<&UserId>,
    quotas: &QuotaSettings,
) -> Result<(), WorkspaceError> {
    let actor = work.actor();
    let others = store::count(work.connection()?, organization, None).await?;
    Quota::Workspaces.admit(quotas, others)?;
    let Some(maker) = maker else { return Ok(()) };
    if manages_all(work, organization, actor.person()).await?
        || manages_all(work, organization, Some(maker)).await?
    {
        return Ok(());
    }
    let others = store::count(work.connection()?, organization, Some(maker)).await?;
    Ok(Quota::WorkspacesOfMember.admit(quotas, others)?)
}

/// Whether somebody manages every workspace of the organization; who is no person does.
async fn manages_all(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    person: Option<&UserId>,
) -> Result<bool, WorkspaceError> {
    let Some(person) = person else { return Ok(true) };
    let role = member::joined_role(work, organization, person).await?;
    Ok(role.is_some_and(|role| {
        let authority = Authority::Member(Rank::of(&role));
        authority.require(Permission::ManageWorkspaces).is_ok()
    }))
}
