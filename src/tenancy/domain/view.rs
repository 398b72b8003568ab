//! Owns how a claim on a domain is shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::DomainClaim;
use crate::base::schema::closed_lists;

/// A claim on a domain, with the record that proves it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Domain)]
pub struct DomainView {
    /// The domain.
    pub domain: String,
    /// Since when the organization owns the domain; null: claimed, not proven.
    #[schema(required)]
    pub verified_at: Option<DateTime<Utc>>,
    /// As what people join whose proven address is there; null: they do not.
    #[schema(required)]
    pub auto_join_role: Option<String>,
    /// Whether whoever joins so makes workspaces.
    #[schema(required)]
    pub can_create_workspaces: Option<bool>,
    /// Whoever set it may not give that any more: nobody joins until somebody sets it again.
    pub auto_join_paused: bool,
    /// The DNS record that proves the claim.
    pub proof: DomainProofView,
    /// When it was claimed.
    pub created_at: DateTime<Utc>,
}

/// A record in the DNS.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DomainProof)]
pub struct DomainProofView {
    /// Its type.
    #[serde(rename = "type")]
    #[schema(value_type = RecordType)]
    pub record_type: &'static str,
    /// Where it stands.
    pub name: String,
    /// What it says.
    pub value: String,
}

impl From<DomainClaim> for DomainView {
    fn from(claim: DomainClaim) -> Self {
        let joins = claim.auto_join.as_ref();
        Self {
            verified_at: claim.verified_at,
            auto_join_role: joins.map(|joins| joins.role.to_string()),
            can_create_workspaces: joins.map(|joins| joins.workspace_creation.flag()),
            auto_join_paused: claim.auto_join_paused,
            proof: DomainProofView {
                record_type: TXT,
                name: claim.record_name(),
                value: claim.record_value(),
            },
            created_at: claim.created_at,
            domain: claim.domain.to_string(),
        }
    }
}

const TXT: &str = "TXT";

enum RecordType {}

closed_lists! {
    /// The type of a record in the DNS.
    RecordType as "DomainProofType" = [TXT];
}
