//! Owns the proof of a claim, in three steps: what has to stand in the DNS (`challenge`), whether it does (`look_up`,
//! with no transaction open), and what follows (`settle`). The proof is of one organization, domain and token: a claim
//! that was given up or got another token meanwhile is proven by nothing that was found.

use super::claim::{find, hold};
use super::name::DomainName;
use super::record::{DomainClaim, record_name, record_value};
use crate::audit::{self, Event};
use crate::base::dns::{DnsError, TextRecords};
use crate::base::id::OrganizationId;
use crate::db::Work;
use crate::tenancy::authority::Actor;
use crate::tenancy::error::TenancyError;
use crate::tenancy::store;

/// What is to be looked up.
#[derive(Debug, Clone)]
pub struct Challenge {
    organization: OrganizationId,
    domain: DomainName,
    token: String,
}

/// Whether it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It does.
    Found,
    /// The DNS answered, and it does not.
    Missing,
}

/// What a look-up has led to.
#[derive(Debug, Clone)]
pub enum Settled {
    /// The organization owns the domain: now, or as it did.
    Verified(DomainClaim),
    /// It owned the domain; the proof is gone, so it does no longer.
    Lost(DomainClaim),
}

/// Says what has to be looked up for a claim.
pub async fn challenge(
    work: &mut Work,
    actor: &Actor,
    organization: &OrganizationId,
    domain: &DomainName,
) -> Result<Challenge, TenancyError> {
    hold(work, actor, organization).await?;
    let claim = find(work, organization, domain).await?;
    Ok(Challenge {
        organization: claim.organization_id,
        domain: claim.domain,
        token: claim.proof_token,
    })
}

/// Looks it up. No transaction is open meanwhile.
pub async fn look_up(dns: &dyn TextRecords, challenge: &Challenge) -> Result<Proof, DnsError> {
    let expected = record_value(&challenge.token);
    let found = dns.text_records(&record_name(&challenge.domain)).await?;
    Ok(if found.iter().any(|text| text.trim() == expected) {
        Proof::Found
    } else {
        Proof::Missing
    })
}

/// Draws the consequence, if the claim is still the one that was looked up. Of two organizations that prove one domain
/// at once the unique index lets one own it. A proof that is gone from a domain that was owned ends the ownership.
pub async fn settle(
    work: &mut Work,
    actor: &Actor,
    challenge: &Challenge,
    proof: Proof,
) -> Result<Settled, TenancyError> {
    let (organization, domain) = (&challenge.organization, &challenge.domain);
    hold(work, actor, organization).await?;
    let claim = store::find_claim(work.connection()?, organization, domain).await?;
    let Some(claim) = claim.filter(|claim| claim.proof_token == challenge.token) else {
        return Err(TenancyError::DomainProofVoid(domain.clone()));
    };
    match (proof, claim.verified_at) {
        (Proof::Found, Some(_)) => return Ok(Settled::Verified(claim)),
        (Proof::Missing, None) => return Err(TenancyError::DomainProofMissing(domain.clone())),
        (Proof::Found, None) => {}
        (Proof::Missing, Some(_)) => return lose(work, actor, challenge).await,
    }
    let now = work.now();
    let proven = store::set_verified(work.connection()?, organization, domain, &challenge.token, now);
    if !proven.await? {
        return Err(TenancyError::DomainProofVoid(domain.clone()));
    }
    let event = Event::DomainVerified {
        organization: organization.clone(),
        domain: domain.to_string(),
    };
    audit::record_by(work, event, actor.person()).await?;
    Ok(Settled::Verified(find(work, organization, domain).await?))
}

async fn lose(work: &mut Work, actor: &Actor, challenge: &Challenge) -> Result<Settled, TenancyError> {
    let (organization, domain) = (&challenge.organization, &challenge.domain);
    let now = work.now();
    store::set_unverified(work.connection()?, organization, domain, &challenge.token, now).await?;
    let event = Event::DomainLost {
        organization: organization.clone(),
        domain: domain.to_string(),
    };
    audit::record_by(work, event, actor.person()).await?;
    Ok(Settled::Lost(find(work, organization, domain).await?))
}
