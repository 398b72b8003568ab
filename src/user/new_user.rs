//! Owns what an account is made from.

use super::access::{AccessTier, PlatformRole};
use super::email::EmailAddress;
use super::error::UserError;
use super::profile::ProfileDetails;
use super::profile_rules;
use super::status::{UserKind, UserStatus};
use super::user_name::UserName;
use crate::base::id::UserId;

/// An account to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// The id; made if there is none.
    pub id: Option<UserId>,
    /// The address of mail.
    pub email: EmailAddress,
    /// Whether it is proven already.
    pub email_verified: bool,
    /// The user name.
    pub user_name: Option<UserName>,
    /// The standard claims.
    pub details: ProfileDetails,
    /// Whether the telephone number is proven already.
    pub phone_verified: bool,
    /// The `role` claim.
    pub role: PlatformRole,
    /// The `tier` claim.
    pub access_tier: AccessTier,
    /// What it stands for.
    pub kind: UserKind,
    /// Whether it may be used.
    pub status: UserStatus,
}

impl NewUser {
    /// An active person with an unproven address and nothing else.
    #[must_use]
    pub fn new(email: EmailAddress) -> Self {
        Self {
            id: None,
            email,
            email_verified: false,
            user_name: None,
            details: ProfileDetails::default(),
            phone_verified: false,
            role: PlatformRole::User,
            access_tier: AccessTier::Public,
            kind: UserKind::Human,
            status: UserStatus::Active,
        }
    }

    pub(super) fn check(&self) -> Result<(), UserError> {
        if self.id.as_ref().is_some_and(|id| !is_user_id(id.as_str())) {
            return Err(UserError::Id);
        }
        Ok(profile_rules::check(&self.details)?)
    }
}

/// `sub` is at most 255 ASCII characters (OpenID Connect Core §2); we take fewer, as for clients.
fn is_user_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._~-".contains(&byte))
}
