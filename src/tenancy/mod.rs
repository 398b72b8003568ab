//! Where: organizations (spaces), who belongs to them with which role, who is asked to come, and which domains they
//! have proven. It does not know what a token says of it: that rule is `auth.member_claims`. Each noun has a folder with
//! its types, its acts and its statements; `authority`, `quota` and `slug` are what they share.

pub mod authority;
pub mod domain;
pub mod error;
pub mod invitation;
pub mod member;
pub mod module;
pub mod organization;
pub mod quota;
pub mod slug;
pub mod workspace;

pub use authority::{Authority, Forbidden, Permission, Rank};
pub use domain::{DomainClaim, DomainError, DomainName, DomainNameError};
pub use error::TenancyError;
pub use invitation::{Invitation, InvitationEnd, InvitationError, NewInvitation};
pub use member::{
    Belonging, Joining, JoinsAs, Member, MemberError, MemberRole, RoleError, WorkspaceCreation,
};
pub use organization::{
    Branding, FeatureFlags, NewOrganization, Organization, OrganizationError, OrganizationType, Plan,
    SettingsError,
};
pub use quota::Quota;
pub use slug::{Slug, SlugError};
