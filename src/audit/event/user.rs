//! Owns what is recorded of people's accounts.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::UserId;

/// A person's account changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserEvent {
    /// A person signed up.
    Registered { user: UserId },
    /// An operator or an import made the account.
    Created { user: UserId },
    /// Its status lets nobody in any more.
    Disabled { user: UserId, status: &'static str },
    /// It is active.
    Enabled { user: UserId },
    /// It is gone.
    Deleted { user: UserId },
    /// What they may do on the platform changed.
    RoleChanged { user: UserId, role: &'static str },
    /// What is released to them changed.
    TierChanged { user: UserId, tier: &'static str },
    /// It has another password.
    PasswordChanged { user: UserId },
    /// The address was proven to be theirs.
    EmailVerified { user: UserId },
    /// It has another address; which one is not recorded.
    EmailChanged { user: UserId },
    /// The name or another part of the profile changed.
    ProfileUpdated { user: UserId },
}

impl Event for UserEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Registered { user } => Entry::new("REGISTER", json!({})).user(user),
            Self::Created { user } => Entry::new("USER_CREATED", json!({})).user(user),
            Self::Disabled { user, status } => {
                Entry::new("USER_DISABLED", json!({ "status": status })).user(user)
            }
            Self::Enabled { user } => Entry::new("USER_ENABLED", json!({})).user(user),
            Self::Deleted { user } => Entry::new("ACCOUNT_DELETED", json!({})).user(user),
            Self::RoleChanged { user, role } => {
                Entry::new("USER_ROLE_CHANGED", json!({ "role": role })).user(user)
            }
            Self::TierChanged { user, tier } => {
                Entry::new("USER_TIER_CHANGED", json!({ "tier": tier })).user(user)
            }
            Self::PasswordChanged { user } => Entry::new("PASSWORD_CHANGED", json!({})).user(user),
            Self::EmailVerified { user } => Entry::new("EMAIL_VERIFIED", json!({})).user(user),
            Self::EmailChanged { user } => Entry::new("EMAIL_CHANGED", json!({})).user(user),
            Self::ProfileUpdated { user } => Entry::new("PROFILE_UPDATED", json!({})).user(user),
        }
    }
}
