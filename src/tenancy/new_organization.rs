//! Owns what an organization is made from.

use super::error::TenancyError;
use super::organization::OrganizationType;
use super::slug::Slug;
use crate::base::display;
use crate::base::id::UserId;
use crate::user::AccessTier;

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
    ) -> Result<Self, TenancyError> {
        if organization_type == OrganizationType::Personal {
            return Err(TenancyError::Personal);
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
pub(super) fn organization_name(text: &str) -> Result<String, TenancyError> {
    let name = text.trim();
    if !display::is_name(name) {
        return Err(TenancyError::Name);
    }
    Ok(name.to_owned())
}
