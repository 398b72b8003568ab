//! Owns who belongs to an organization. It always keeps an owner who joined: writes that could take the last one
//! away lock the organization first, and carry the condition themselves.

use super::error::TenancyError;
use super::member::{Joining, Member, MemberRole};
use super::service::not_a_shared_one;
use super::store;
use crate::audit::{self, Event};
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, Work};

/// Makes a person a member, or invites them.
pub async fn add(
    work: &mut Work,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
    joining: Joining,
) -> Result<(), TenancyError> {
    let now = work.now();
    if !store::insert_member(work.connection()?, organization, user, (role, joining), now).await? {
        return Err(match not_a_shared_one(work, organization).await? {
            // It exists and is shared, so it is the person who does not.
            TenancyError::Unknown(id) if store::find(work.connection()?, id.as_str()).await?.is_some() => {
                TenancyError::UnknownUser(user.clone())
            }
            error => error,
        });
    }
    let (organization, user, role) = (organization.clone(), user.clone(), role.to_string());
    let event = match joining {
        Joining::Now => Event::MemberAdded {
            organization,
            user,
            role,
        },
        Joining::Invited => Event::MemberInvited {
            organization,
            user,
            role,
        },
    };
    Ok(audit::record(work, event).await?)
}

/// Turns an invitation into a membership. Who joined already stays what they are.
pub async fn join(work: &mut Work, organization: &OrganizationId, user: &UserId) -> Result<(), TenancyError> {
    let now = work.now();
    let Some(role) = store::set_joined(work.connection()?, organization, user, now).await? else {
        return Err(TenancyError::NotMember {
            organization: organization.clone(),
            user: user.clone(),
        });
    };
    let event = Event::MemberAdded {
        organization: organization.clone(),
        user: user.clone(),
        role,
    };
    Ok(audit::record(work, event).await?)
}

/// Ends a membership or an invitation; never the last owner's.
pub async fn remove(
    work: &mut Work,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), TenancyError> {
    store::lock(work.connection()?, organization).await?;
    if !store::delete_member(work.connection()?, organization, user).await? {
        return Err(missing_or_last(work, organization, user).await?);
    }
    let event = Event::MemberRemoved {
        organization: organization.clone(),
        user: user.clone(),
    };
    Ok(audit::record(work, event).await?)
}

/// Gives a member another role; the last owner stays one.
pub async fn set_role(
    work: &mut Work,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
) -> Result<(), TenancyError> {
    let now = work.now();
    store::lock(work.connection()?, organization).await?;
    if !store::set_member_role(work.connection()?, organization, user, role, now).await? {
        return Err(missing_or_last(work, organization, user).await?);
    }
    let event = Event::MemberRoleChanged {
        organization: organization.clone(),
        user: user.clone(),
        role: role.to_string(),
    };
    Ok(audit::record(work, event).await?)
}

/// Everyone who belongs to an organization or is invited, after the given person, in the order of their ids.
pub async fn list(
    work: &mut Work,
    organization: &OrganizationId,
    after: Option<&UserId>,
    limit: u16,
) -> Result<Vec<Member>, DatabaseError> {
    let after = after.map_or("", UserId::as_str);
    store::list_members(work.connection()?, organization, after, i64::from(limit)).await
}

/// Every membership and invitation of a person, in organizations that are not deleted.
pub async fn of_user(work: &mut Work, user: &UserId) -> Result<Vec<Member>, DatabaseError> {
    store::list_memberships(work.connection()?, user).await
}

async fn missing_or_last(
    work: &mut Work,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<TenancyError, DatabaseError> {
    let (organization_id, user_id) = (organization.clone(), user.clone());
    Ok(
        if store::is_member(work.connection()?, organization, user).await? {
            TenancyError::LastOwner {
                organization: organization_id,
                user: user_id,
            }
        } else {
            TenancyError::NotMember {
                organization: organization_id,
                user: user_id,
            }
        },
    )
}
