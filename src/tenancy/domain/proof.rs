//! Owns the proof of a claim, in three steps: what has to stand in the DNS (`challenge`), whether it does (`look_up`,
//! with no transaction open), and what follows (`settle`). The proof is of one organization, domain and token: a claim
//! that was given up or got another token meanwhile is proven by nothing that was found.

use super::claim::{find, lock};
use super::error::DomainError;
use super::name::DomainName;
use super::store;
use super::types::{DomainClaim, record_name, record_value};
use crate::audit::{self, DomainEvent};
use crate::base::dns::{DnsError, TextRecords};
use crate::base::id::OrganizationId;
use crate::db::UnitOfWork;
use crate::tenancy::organization;

/// What is to be looked up.
#[derive(Debug, Clone)]
pub struct Challenge {
    organization: OrganizationId,
    domain: DomainName,
    token: String,
    /// Whose the domain is, if it is another's: what is theirs has to be gone.
    rival: Option<Rival>,
}

#[derive(Debug, Clone)]
struct Rival {
    organization: OrganizationId,
    token: String,
}

/// Whether it stands there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// It does.
    Found,
    /// It does, and so does the proof of the organization that owns the domain.
    Contested,
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
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    domain: &DomainName,
) -> Result<Challenge, DomainError> {
    lock(work, organization).await?;
    let claim = find(work, organization, domain).await?;
    let owner = store::owning_claim(work.connection()?, domain.as_str()).await?;
    let rival = owner.filter(|owner| owner.organization_id != claim.organization_id);
    Ok(Challenge {
        organization: claim.organization_id,
        domain: claim.domain,
        token: claim.proof_token,
        rival: rival.map(|rival| Rival {
            organization: rival.organization_id,
            token: rival.proof_token,
        }),
    })
}

/// Looks it up, and in the same answer what the present owner proved the domain with. No transaction is open meanwhile.
pub async fn look_up(dns: &dyn TextRecords, challenge: &Challenge) -> Result<Proof, DnsError> {
    let found = dns.text_records(&record_name(&challenge.domain)).await?;
    let stands = |token: &str| {
        let expected = record_value(token);
        found.iter().any(|text| text.trim() == expected)
    };
    let contested = challenge.rival.as_ref().is_some_and(|rival| stands(&rival.token));
    Ok(match (stands(&challenge.token), contested) {
        (false, _) => Proof::Missing,
        (true, true) => Proof::Contested,
        (true, false) => Proof::Found,
    })
}

/// Draws the consequence, if the claim is still the one that was looked up. Of two organizations that prove one domain
/// at once the unique index lets one own it. A proof that is gone from a domain that was owned ends the ownership: when
/// its owner asks, and when another organization proves the domain.
pub async fn settle(
    work: &mut UnitOfWork,
    challenge: &Challenge,
    proof: Proof,
) -> Result<Settled, DomainError> {
    let (organization, domain) = (&challenge.organization, &challenge.domain);
    let rival = challenge.rival.as_ref().filter(|_| proof == Proof::Found);
    if let Some(rival) = rival {
        organization::lock_in_order(work, &[organization, &rival.organization]).await?;
    }
    lock(work, organization).await?;
    let claim = store::find_claim(work.connection()?, organization, domain).await?;
    let Some(claim) = claim.filter(|claim| claim.proof_token == challenge.token) else {
        return Err(DomainError::ProofVoid(domain.clone()));
    };
    match (proof, claim.verified_at) {
        (Proof::Found | Proof::Contested, Some(_)) => {
            return Ok(Settled::Verified(find(work, organization, domain).await?));
        }
        (Proof::Contested, None) => return Err(DomainError::Taken(domain.clone())),
        (Proof::Missing, None) => return Err(DomainError::ProofMissing(domain.clone())),
        (Proof::Found, None) => {}
        (Proof::Missing, Some(_)) => {
            lose(work, organization, domain, &challenge.token).await?;
            return Ok(Settled::Lost(find(work, organization, domain).await?));
        }
    }
    if let Some(rival) = rival {
        lose(work, &rival.organization, domain, &rival.token).await?;
    }
    let now = work.now();
    let proven = store::set_verified(work.connection()?, organization, domain, &challenge.token, now);
    if !proven.await? {
        return Err(DomainError::ProofVoid(domain.clone()));
    }
    let event = DomainEvent::Verified {
        organization: organization.clone(),
        domain: domain.to_string(),
    };
    audit::record(work, event).await?;
    Ok(Settled::Verified(find(work, organization, domain).await?))
}

/// Ends an ownership whose proof is gone, unless it ended or was proven anew meanwhile: nobody joins by the domain.
async fn lose(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    domain: &DomainName,
    token: &str,
) -> Result<(), DomainError> {
    let now = work.now();
    if !store::set_unverified(work.connection()?, organization, domain, token, now).await? {
        return Ok(());
    }
    let event = DomainEvent::Lost {
        organization: organization.clone(),
        domain: domain.to_string(),
    };
    Ok(audit::record(work, event).await?)
}
