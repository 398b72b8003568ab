//! Owns how an organization is shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::types::{Organization, OrganizationType};
use super::values::Plan;
use crate::base::schema::closed_lists;
use crate::tenancy::member::MemberRole;
use crate::user::AccessTier;

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Organization)]
pub struct OrganizationView {
    /// Its id: the claim `org_id`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its short name, unique among all organizations.
    pub slug: String,
    /// What kind of space it is.
    #[serde(rename = "type")]
    #[schema(value_type = OrganizationType)]
    pub organization_type: &'static str,
    /// The claim `tier` of its members; null: each person's own.
    #[schema(required, value_type = Option<AccessTier>)]
    pub tier: Option<&'static str>,
    /// What it pays for.
    #[schema(required, value_type = Option<Plan>)]
    pub plan: Option<&'static str>,
    /// What is switched on or off for it.
    #[schema(value_type = Map<String, Value>)]
    pub feature_flags: Value,
    /// How it looks.
    #[schema(value_type = Map<String, Value>)]
    pub branding: Value,
    /// Since when it gives no claim.
    #[schema(required)]
    pub suspended_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The caller's; in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<String>,
}

impl OrganizationView {
    /// An organization with the role of whoever asks.
    #[must_use]
    pub fn joined_as(organization: Organization, role: &MemberRole) -> Self {
        Self {
            role: Some(role.to_string()),
            ..organization.into()
        }
    }
}

impl From<Organization> for OrganizationView {
    fn from(organization: Organization) -> Self {
        Self {
            id: organization.id.to_string(),
            name: organization.name,
            slug: organization.slug.to_string(),
            organization_type: organization.organization_type.name(),
            tier: organization.tier.map(AccessTier::name),
            plan: organization.plan.map(Plan::name),
            feature_flags: organization.feature_flags.to_json(),
            branding: organization.branding.to_json(),
            suspended_at: organization.suspended_at,
            created_at: organization.created_at,
            role: None,
        }
    }
}

closed_lists! {
    /// What kind of space an organization is: one that can be made, or a person's own.
    OrganizationType as "AnyOrganizationType" = OrganizationType::ALL.map(OrganizationType::name);
    /// How early a person sees what is new, lowest first.
    AccessTier as "AccessTier" = AccessTier::ALL.map(AccessTier::name);
    /// What an organization pays for.
    Plan as "Plan" = Plan::ALL.map(Plan::name);
}
