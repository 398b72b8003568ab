//! Owns what an account is, as other rooms see it.

use super::access::{AccessTier, PlatformRole};
use super::profile::Profile;
use super::status::{UserKind, UserStatus};
use crate::base::clock::Timestamp;
use crate::base::id::UserId;

/// An account that is not deleted.
#[derive(Debug, Clone)]
pub struct User {
    /// The `sub` claim.
    pub id: UserId,
    /// The standard claims.
    pub profile: Profile,
    /// The `role` claim.
    pub role: PlatformRole,
    /// The `tier` claim, unless an organization has one of its own.
    pub access_tier: AccessTier,
    /// What it stands for.
    pub kind: UserKind,
    /// Whether it may be used.
    pub status: UserStatus,
    /// Every session and grant made before this instant is dead.
    pub revoked_before: Option<Timestamp>,
    /// The last login.
    pub last_sign_in_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A line in a list of accounts.
#[derive(Debug, Clone)]
pub struct UserSummary {
    /// The `sub` claim.
    pub id: UserId,
    /// The address of mail.
    pub email: String,
    /// The user name.
    pub user_name: Option<String>,
    /// The full name.
    pub name: String,
    /// The `role` claim.
    pub role: PlatformRole,
    /// The `tier` claim.
    pub access_tier: AccessTier,
    /// Whether it may be used.
    pub status: UserStatus,
}
