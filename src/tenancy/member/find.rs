//! Owns the finding of memberships: for those who may see them, and for the other nouns, which ask what somebody is.

use super::error::MemberError;
use super::role::MemberRole;
use super::store;
use super::types::{Belonging, Member, WorkspaceCreation};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority::{self, Permission};
use crate::tenancy::error::TenancyError;

/// One person's membership, joined or not.
pub async fn find(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<Member>, TenancyError> {
    if work.actor().person() != Some(user) {
        authority::read(work, organization).await?;
    }
    Ok(store::find_member(work.connection()?, organization, user).await?)
}

/// A page of everyone who belongs to an organization or is asked to, after the given person, in the order of their
/// ids.
pub async fn list(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    after: Option<&UserId>,
    limit: u16,
) -> Result<Vec<Member>, TenancyError> {
    let access = authority::read(work, organization).await?;
    access.authority.require(Permission::ViewMembers)?;
    let after = after.map_or("", UserId::as_str);
    Ok(store::list_members(work.connection()?, organization, after, i64::from(limit)).await?)
}

/// How many have joined.
pub async fn count(work: &mut UnitOfWork, organization: &OrganizationId) -> Result<i64, TenancyError> {
    let access = authority::read(work, organization).await?;
    access.authority.require(Permission::ViewMembers)?;
    Ok(store::count_joined(work.connection()?, organization).await?)
}

/// Where a person has joined and may act, of all organizations or of one: what services are told.
pub async fn active(
    work: &mut UnitOfWork,
    user: &UserId,
    organization: Option<&OrganizationId>,
) -> Result<Vec<(OrganizationId, MemberRole)>, DatabaseError> {
    store::active_memberships(work.connection()?, user, organization).await
}

/// Every membership of a person, joined or not, in organizations that are not deleted.
pub async fn of_user(work: &mut UnitOfWork, user: &UserId) -> Result<Vec<Belonging>, DatabaseError> {
    store::list_memberships(work.connection()?, user).await
}

/// What a person joined as, if they may act at all: neither pending, nor deleted, nor shut out.
pub(in crate::tenancy) async fn joined_role(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Option<MemberRole>, DatabaseError> {
    store::joined_role(work.connection()?, organization, user).await
}

/// Whether a person's membership says that they may make workspaces.
pub(in crate::tenancy) async fn makes_workspaces(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<bool, DatabaseError> {
    let member = store::find_member(work.connection()?, organization, user).await?;
    Ok(member.is_some_and(|member| {
        member.joined_at.is_some() && member.workspace_creation == WorkspaceCreation::Allowed
    }))
}

/// One person's membership, joined or not; that there is none is an error.
pub(super) async fn membership(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<Member, MemberError> {
    store::find_member(work.connection()?, organization, user)
        .await?
        .ok_or_else(|| not_a_member(work, organization, user))
}

/// Who asks for themselves and does not belong to it learns not even that it exists.
pub(super) fn not_a_member(work: &UnitOfWork, organization: &OrganizationId, user: &UserId) -> MemberError {
    if work.actor().person() == Some(user) {
        TenancyError::Unknown(organization.clone()).into()
    } else {
        MemberError::NotMember {
            organization: organization.clone(),
            user: user.clone(),
        }
    }
}
