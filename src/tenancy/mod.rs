//! Where: organizations (spaces) and who belongs to them, with which role. It does not know what a token says of it:
//! that rule is `auth.member_claims`.

pub mod error;
pub mod member;
pub mod membership;
pub mod new_organization;
pub mod organization;
pub mod provisioning;
pub mod service;
pub mod slug;
mod store;

pub use error::TenancyError;
pub use member::{Joining, Member, MemberRole, RoleError};
pub use new_organization::NewOrganization;
pub use organization::{Organization, OrganizationType};
pub use slug::{Slug, SlugError};
