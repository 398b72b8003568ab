//! Owns how an organization is shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

use super::types::{Organization, OrganizationType};
use super::values::Plan;
use crate::base::schema;
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
    #[schema(schema_with = types)]
    pub organization_type: &'static str,
    /// The claim `tier` of its members; null: each person's own.
    #[schema(required, schema_with = tiers)]
    pub tier: Option<&'static str>,
    /// What it pays for.
    #[schema(required, schema_with = plans)]
    pub plan: Option<&'static str>,
    /// What is switched on or off for it.
    #[schema(schema_with = schema::any_object)]
    pub feature_flags: Value,
    /// How it looks.
    #[schema(schema_with = schema::any_object)]
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

fn types() -> Object {
    schema::one_of(OrganizationType::ALL.map(OrganizationType::name))
}

fn tiers() -> Object {
    schema::one_of_or_null(AccessTier::ALL.map(AccessTier::name))
}

fn plans() -> Object {
    schema::one_of_or_null(Plan::ALL.map(Plan::name))
}
