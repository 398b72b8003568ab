//! Owns what an organization (space) is, and what one is made from.

use super::error::OrganizationError;
use super::values::{Branding, FeatureFlags, Plan};
use crate::base::clock::Timestamp;
use crate::base::display;
use crate::base::id::{OrganizationId, UserId};
use crate::tenancy::slug::Slug;
use crate::user::AccessTier;

/// What kind of space an organization is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrganizationType {
    /// One person's own.
    Personal,
    /// A brand.
    Brand,
    /// A club.
    Club,
    /// A family.
    Family,
    /// A team: the default.
    Team,
    /// A practice.
    Practice,
}

impl OrganizationType {
    /// Every type.
    pub const ALL: [Self; 6] = [
        Self::Personal,
        Self::Brand,
        Self::Club,
        Self::Family,
        Self::Team,
        Self::Practice,
    ];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Personal => "personal",
            Self::Brand => "brand",
            Self::Club => "club",
            Self::Family => "family",
            Self::Team => "team",
            Self::Practice => "practice",
        }
    }

    /// The type of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|organization_type| organization_type.name() == name)
    }
}

/// An organization that is not deleted.
#[derive(Debug, Clone)]
pub struct Organization {
    /// The `org_id` claim.
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Its short name.
    pub slug: Slug,
    /// What kind it is.
    pub organization_type: OrganizationType,
    /// Who made it; of a personal space, whose it is.
    pub owner_user_id: Option<UserId>,
    /// The `tier` claim of its members; none means each person's own.
    pub tier: Option<AccessTier>,
    /// What it pays for.
    pub plan: Option<Plan>,
    /// What is switched on or off for it.
    pub feature_flags: FeatureFlags,
    /// How it looks.
    pub branding: Branding,
    /// Since when it gives no claim.
    pub suspended_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// An organization to be made. Made by [`NewOrganization::new`] only.
#[derive(Debug, Clone)]
pub struct NewOrganization {
    pub(super) name: String,
    pub(super) slug: Option<Slug>,
    pub(super) organization_type: OrganizationType,
    pub(super) tier: Option<AccessTier>,
    pub(super) owner: UserId,
}

impl NewOrganization {
    /// An organization that its first owner joins at once. Its slug is made from the name unless one is chosen.
    pub fn new(
        name: &str,
        slug: Option<Slug>,
        organization_type: OrganizationType,
        tier: Option<AccessTier>,
        owner: UserId,
    ) -> Result<Self, OrganizationError> {
        if organization_type == OrganizationType::Personal {
            return Err(OrganizationError::Personal);
        }
        Ok(Self {
            name: organization_name(name)?,
            slug,
            organization_type,
            tier,
            owner,
        })
    }
}

/// Reads what people call an organization.
pub(super) fn organization_name(text: &str) -> Result<String, OrganizationError> {
    let name = text.trim();
    if !display::is_name(name) {
        return Err(OrganizationError::Name);
    }
    Ok(name.to_owned())
}
