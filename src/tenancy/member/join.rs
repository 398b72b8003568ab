//! Owns how somebody becomes a joined member other than by an act on the membership itself: as who makes an organization,
//! by an invitation, by their address, or as a new person; and what follows for their status.

use super::role::MemberRole;
use super::store;
use super::types::JoinsAs;
use crate::audit::{self, MemberEvent};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::organization;
use crate::user;

/// Makes a person the first owner of an organization that was just made; false if there is no such person. The person is
/// locked. Its caller records it.
pub(in crate::tenancy) async fn insert_owner(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<bool, DatabaseError> {
    let now = work.now();
    store::insert_owner(work.connection()?, organization, user, now).await
}

/// Lets a person join as what an invitation says; a pending membership gives way, a joined one stays what it is. Says the
/// role that they have then; none if there is no such person.
pub(in crate::tenancy) async fn join_as(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    joins: &JoinsAs,
) -> Result<Option<MemberRole>, DatabaseError> {
    let now = work.now();
    let joined = store::join_as(work.connection()?, organization, user, joins, now).await?;
    follow(work, organization, user, joined).await
}

/// Lets a person join by their proven address, if everything about it holds; says as what. The organization is locked.
pub(in crate::tenancy) async fn join_by_domain(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    canonical_email: &str,
    domain: &str,
) -> Result<Option<MemberRole>, DatabaseError> {
    let now = work.now();
    let joined = store::join_by_domain(
        work.connection()?,
        organization,
        user,
        canonical_email,
        domain,
        now,
    );
    let joined = joined.await?;
    follow(work, organization, user, joined).await
}

/// Makes a person a member of the global organization; none if there is no such organization.
pub(in crate::tenancy) async fn join_global(
    work: &mut UnitOfWork,
    user: &UserId,
) -> Result<Option<OrganizationId>, DatabaseError> {
    let now = work.now();
    let Some(organization) = store::insert_global_member(work.connection()?, user, now).await? else {
        return Ok(None);
    };
    let event = MemberEvent::Added {
        organization: organization.clone(),
        user: user.clone(),
        role: "member".to_owned(),
    };
    audit::record(work, event).await?;
    Ok(Some(organization))
}

/// Follows every act by which somebody has joined.
async fn follow(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    joined: Option<MemberRole>,
) -> Result<Option<MemberRole>, DatabaseError> {
    let Some(role) = joined else { return Ok(None) };
    activate(work, organization, user).await?;
    let event = MemberEvent::Added {
        organization: organization.clone(),
        user: user.clone(),
        role: role.to_string(),
    };
    audit::record(work, event).await?;
    Ok(Some(role))
}

/// Makes active whoever waited, or was invited, once they belong to a shared organization. The global one, where everybody
/// is, makes nobody active; otherwise nobody would ever wait.
pub(super) async fn activate(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), DatabaseError> {
    if !organization::is_global(work, organization).await? {
        user::service::note_membership(work, user).await?;
    }
    Ok(())
}
