//! Owns what is done with rights to modules, each in its caller's transaction. The owners and admins of an organization
//! decide about the roles below their own, owners about every one; nobody else gives more than they have.

use super::access::{ModuleAccess, ModuleId, ModulePermission};
use super::error::ModuleError;
use super::store;
use crate::audit::{self, ModuleEvent};
use crate::base::id::{OrganizationId, UserId};
use crate::config::ModuleAllowlist;
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority::{self, Authority, Forbidden, Permission, Rank};
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::MemberRole;

/// The most entries of one role in one organization: each may stand in every token of its members.
const MOST_ENTRIES: i64 = 100;

/// Makes the database's list of modules per type of organization the configured one, in a transaction of its own.
pub async fn publish(
    connection: &mut sqlx::PgConnection,
    allowlist: &ModuleAllowlist,
) -> Result<(), DatabaseError> {
    let (mut types, mut modules) = (Vec::new(), Vec::new());
    for (organization_type, of_type) in allowlist.by_type() {
        types.extend(of_type.iter().map(|_| organization_type.to_owned()));
        modules.extend(of_type.iter().cloned());
    }
    store::publish_allowlist(connection, &types, &modules).await
}

/// Writes an entry: what a role may do with a module, or that it may do nothing.
pub async fn set(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    permission: &ModulePermission,
) -> Result<(), ModuleError> {
    let ModulePermission { role, module, access } = permission;
    let authority = authority::lock(work, organization).await?.authority;
    decide_about(authority, role)?;
    let actor = work.actor();
    let limited = limited(actor.person(), authority);
    let others = store::count_module_permissions(work.connection()?, organization, role, module).await?;
    if others >= MOST_ENTRIES {
        return Err(ModuleError::TooMany {
            organization: organization.clone(),
            role: role.clone(),
            most: MOST_ENTRIES,
        });
    }
    let key = (organization, role, module);
    let before = Before::read(work, limited, key).await?;
    let now = work.now();
    if !store::set_module_permission(work.connection()?, organization, permission, now).await? {
        return Err(ModuleError::NotInType {
            organization: organization.clone(),
            module: module.clone(),
        });
    }
    before.compare(work, key).await?;
    let event = changed(organization, role, module, Some(*access));
    Ok(audit::record(work, event).await?)
}

/// Deletes an entry: the role has again what it has without one.
pub async fn clear(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    role: &MemberRole,
    module: &ModuleId,
) -> Result<(), ModuleError> {
    let authority = authority::lock(work, organization).await?.authority;
    decide_about(authority, role)?;
    let actor = work.actor();
    let limited = limited(actor.person(), authority);
    let key = (organization, role, module);
    let before = Before::read(work, limited, key).await?;
    if !store::clear_module_permission(work.connection()?, organization, role, module).await? {
        return Err(ModuleError::NoEntry {
            organization: organization.clone(),
            role: role.clone(),
            module: module.clone(),
        });
    }
    before.compare(work, key).await?;
    let event = changed(organization, role, module, None);
    Ok(audit::record(work, event).await?)
}

/// A page of an organization's entries in the order of role and module, after the given ones.
pub async fn list(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    after: Option<(&MemberRole, &ModuleId)>,
    limit: u16,
) -> Result<Vec<ModulePermission>, ModuleError> {
    authority::read(work, organization).await?;
    let (role, module) = after.map_or(("", ""), |(role, module)| (role.as_str(), module.as_str()));
    let limit = i64::from(limit);
    Ok(store::list_module_permissions(work.connection()?, organization, role, module, limit).await?)
}

/// What a role may do with each module of an organization; [`ModuleId::EVERY`] stands for every other one.
pub async fn effective(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    role: &MemberRole,
) -> Result<Vec<(ModuleId, ModuleAccess)>, ModuleError> {
    authority::read(work, organization).await?;
    Ok(store::module_rights(work.connection()?, organization, role).await?)
}

/// The first module with which a role may do something that a joined member may not.
pub(in crate::tenancy) async fn beyond(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
    role: &MemberRole,
) -> Result<Option<ModuleId>, DatabaseError> {
    store::module_beyond(work.connection()?, organization, user, role).await
}

/// What an entry is for: the organization, the role and the module.
type PermissionKey<'a> = (&'a OrganizationId, &'a MemberRole, &'a ModuleId);

/// What the role and the person who asks could do before a change.
struct Before {
    role: ModuleAccess,
    /// None: whoever asks is an owner or no member, and not held to what they have.
    own: Option<ModuleAccess>,
}

impl Before {
    async fn read(
        work: &mut UnitOfWork,
        limited: Option<&UserId>,
        key: PermissionKey<'_>,
    ) -> Result<Self, DatabaseError> {
        let (organization, role, module) = key;
        let own = match limited {
            Some(person) => {
                Some(store::module_access(work.connection()?, organization, person, module).await?)
            }
            None => None,
        };
        let role = store::role_access(work.connection()?, organization, role, module).await?;
        Ok(Self { role, own })
    }

    /// Refuses a change that was written and gives the role more than whoever asked had; the transaction goes with it.
    async fn compare(self, work: &mut UnitOfWork, key: PermissionKey<'_>) -> Result<(), ModuleError> {
        let (organization, role, module) = key;
        let Some(own) = self.own else { return Ok(()) };
        let after = store::role_access(work.connection()?, organization, role, module).await?;
        if after > own && after > self.role {
            return Err(ModuleError::BeyondOwn(module.clone()));
        }
        Ok(())
    }
}

/// Owners decide about every role, admins about those below theirs: nobody raises themselves.
fn decide_about(authority: Authority, role: &MemberRole) -> Result<(), ModuleError> {
    let refused = match authority {
        Authority::Unlimited | Authority::Member(Rank::Owner) => None,
        Authority::Member(rank) => authority
            .require(Permission::ManageTeam)
            .err()
            .or_else(|| (Rank::of(role) >= rank).then_some(Forbidden::AboveOwn(rank))),
    };
    refused.map_or(Ok(()), |refused| Err(TenancyError::from(refused).into()))
}

/// The person, if they are held to what they have themselves. Owners decide who may do what: were they held to it, what
/// they took from owners could be given back by nobody.
fn limited(person: Option<&UserId>, authority: Authority) -> Option<&UserId> {
    let is_owner = authority == Authority::Member(Rank::Owner);
    person.filter(|_| !is_owner)
}

fn changed(
    organization: &OrganizationId,
    role: &MemberRole,
    module: &ModuleId,
    access: Option<ModuleAccess>,
) -> ModuleEvent {
    ModuleEvent::PermissionChanged {
        organization: organization.clone(),
        role: role.to_string(),
        module: module.to_string(),
        access: access.map(ModuleAccess::name),
    }
}
