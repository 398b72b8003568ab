//! Owns claiming, listing and releasing. A claim alone gives nothing: only its proof does.

use super::error::DomainError;
use super::name::DomainName;
use super::types::{DomainClaim, check_role};
use super::{pause, store};
use crate::audit::{self, DomainEvent};
use crate::base::entropy;
use crate::base::id::OrganizationId;
use crate::config::QuotaSettings;
use crate::db::{DatabaseError, UnitOfWork};
use crate::tenancy::authority::{self, OrganizationAccess, Permission};
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::JoinsAs;
use crate::tenancy::quota::Quota;

/// Characters of a proof's token: 256 bits.
const TOKEN_LENGTH: usize = 43;

/// Claims a domain. Others may have claimed it, or own it: who does is told to nobody before their proof stands.
pub async fn claim(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    domain: &DomainName,
    auto_join: Option<&JoinsAs>,
    quotas: &QuotaSettings,
) -> Result<DomainClaim, DomainError> {
    check_role(auto_join)?;
    let access = lock(work, organization).await?;
    if let Some(JoinsAs { role, .. }) = auto_join {
        authority::may_give(work, access.authority, organization, role).await?;
    }
    let actor = work.actor();
    let now = work.now();
    let claim = DomainClaim {
        organization_id: organization.clone(),
        domain: domain.clone(),
        proof_token: entropy::base62(work.entropy(), TOKEN_LENGTH),
        verified_at: None,
        auto_join: auto_join.cloned(),
        auto_join_set_by: actor.person().cloned(),
        auto_join_paused: false,
        created_by: actor.person().cloned(),
        created_at: now,
    };
    let others = store::count_claims(work.connection()?, organization).await?;
    Quota::Domains.admit(quotas, others)?;
    store::insert_claim(work.connection()?, &claim).await?;
    let event = DomainEvent::Claimed {
        organization: organization.clone(),
        domain: domain.to_string(),
    };
    audit::record(work, event).await?;
    Ok(claim)
}

/// Gives a claim another token: what was proven is unproven again, and a check that is under way proves nothing.
pub async fn renew(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    domain: &DomainName,
) -> Result<DomainClaim, DomainError> {
    lock(work, organization).await?;
    let before = find(work, organization, domain).await?;
    let now = work.now();
    let token = entropy::base62(work.entropy(), TOKEN_LENGTH);
    store::replace_proof(work.connection()?, organization, domain, &token, now).await?;
    if before.verified_at.is_some() {
        let event = DomainEvent::Lost {
            organization: organization.clone(),
            domain: domain.to_string(),
        };
        audit::record(work, event).await?;
    }
    find(work, organization, domain).await
}

/// Says as what people join by their address; none: they do not. From now on the actor stands for it.
pub async fn set_auto_join(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    domain: &DomainName,
    joins: Option<&JoinsAs>,
) -> Result<(), DomainError> {
    check_role(joins)?;
    let access = lock(work, organization).await?;
    if let Some(JoinsAs { role, .. }) = joins {
        authority::may_give(work, access.authority, organization, role).await?;
    }
    let (now, actor) = (work.now(), work.actor());
    let set_by = actor.person();
    if !store::set_auto_join(work.connection()?, organization, domain, joins, set_by, now).await? {
        return Err(DomainError::Unknown(domain.clone()));
    }
    let event = DomainEvent::RoleChanged {
        organization: organization.clone(),
        domain: domain.to_string(),
        role: joins.map(|joins| joins.role.to_string()),
    };
    Ok(audit::record(work, event).await?)
}

/// Gives a domain up. Whoever joined by it stays.
pub async fn release(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    domain: &DomainName,
) -> Result<(), DomainError> {
    lock(work, organization).await?;
    if !store::delete_claim(work.connection()?, organization, domain).await? {
        return Err(DomainError::Unknown(domain.clone()));
    }
    let event = DomainEvent::Released {
        organization: organization.clone(),
        domain: domain.to_string(),
    };
    Ok(audit::record(work, event).await?)
}

/// Gives up every domain of an organization that ends, so that another may prove them. Its caller has decided that and
/// records it.
pub async fn release_all(work: &mut UnitOfWork, organization: &OrganizationId) -> Result<(), DatabaseError> {
    store::delete_claims(work.connection()?, organization).await
}

/// Every claim of an organization, in the order of the domains.
pub async fn list(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<Vec<DomainClaim>, TenancyError> {
    let access = authority::read(work, organization).await?;
    access.authority.require(Permission::ManageDomains)?;
    let mut claims = store::list_claims(work.connection()?, organization).await?;
    pause::mark(work, &mut claims).await?;
    Ok(claims)
}

/// Locks the organization of an actor who manages its domains. A personal space has none.
pub(super) async fn lock(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
) -> Result<OrganizationAccess, TenancyError> {
    let access = authority::lock(work, organization).await?;
    access.authority.require(Permission::ManageDomains)?;
    access.shared(organization)
}

pub(super) async fn find(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    domain: &DomainName,
) -> Result<DomainClaim, DomainError> {
    let mut found = store::find_claim(work.connection()?, organization, domain)
        .await?
        .ok_or_else(|| DomainError::Unknown(domain.clone()))?;
    pause::mark(work, std::slice::from_mut(&mut found)).await?;
    Ok(found)
}
