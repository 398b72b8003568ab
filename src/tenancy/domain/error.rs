//! Owns what can go wrong when domains are claimed and proven.

use super::name::DomainName;
use crate::db::DatabaseError;
use crate::tenancy::error::TenancyError;

/// Why a domain was not claimed, proven, changed or released.
#[derive(Debug, thiserror::Error)]
pub enum DomainError {
    /// What every act in an organization may be refused for.
    #[error(transparent)]
    Tenancy(#[from] TenancyError),
    /// Who joins unasked manages nothing.
    #[error("role: who joins by their address alone is neither owner nor admin")]
    AutoJoinRole,
    /// The organization claimed it before.
    #[error("domain: {0} is claimed by this organization already")]
    Claimed(DomainName),
    /// The organization has not claimed it.
    #[error("domain: {0} is not claimed by this organization")]
    Unknown(DomainName),
    /// Another organization's proof stood first, and still stands.
    #[error(
        "domain: {0} belongs to another organization: its TXT record has to go from the DNS, or it has to release it"
    )]
    Taken(DomainName),
    /// The DNS does not say it.
    #[error("domain: the TXT record that proves {0} is not there, or not visible yet")]
    ProofMissing(DomainName),
    /// The claim was given up or changed while the proof was looked up.
    #[error("domain: the claim on {0} changed meanwhile; look its record up again")]
    ProofVoid(DomainName),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
