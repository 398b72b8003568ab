//! Where: organizations (spaces), who belongs to them with which role, who is asked to come, and which domains they
//! have proven. It does not know what a token says of it: that rule is `auth.member_claims`.

mod activation;
pub mod administration;
pub mod authority;
pub mod deletion;
pub mod domain;
pub mod error;
pub mod invitation;
pub mod member;
pub mod membership;
pub mod module;
pub mod new_organization;
pub mod organization;
pub mod provisioning;
pub mod quota;
pub mod revocation;
pub mod service;
pub mod settings;
pub mod slug;
pub mod standing;
mod store;
pub mod workspace;

pub use authority::{Actor, Authority, Forbidden, Permission, Rank};
pub use domain::{DomainClaim, DomainError, DomainName};
pub use error::{InvitationEnd, TenancyError, TenancyProblem};
pub use invitation::{Invitation, NewInvitation};
pub use member::{Belonging, Joining, JoinsAs, Member, MemberRole, RoleError, WorkspaceCreation};
pub use new_organization::NewOrganization;
pub use organization::{Organization, OrganizationType};
pub use quota::Quota;
pub use settings::{Branding, FeatureFlags, Plan, SettingsError};
pub use slug::{Slug, SlugError};
