//! Owns what a service key is: its name, what it may do, and its stored form.

use crate::base::clock::Timestamp;
use crate::base::digest::{self, Digest};
use crate::base::handle::Handle;
use crate::base::id::ServiceKeyId;

use super::error::ServiceKeyError;

/// What a service may do. The list is closed: a key never means more than what was written when it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServiceScope {
    /// Read the cut-offs of the membership epoch.
    EpochRead,
    /// Ask what hooks would make of anybody's token: it shows what is said of them, and runs functions that hooks may
    /// be.
    HooksPreview,
    /// Ask who belongs to which organization.
    MembershipRead,
}

impl ServiceScope {
    /// Every scope.
    pub const ALL: [Self; 3] = [Self::EpochRead, Self::HooksPreview, Self::MembershipRead];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EpochRead => "epoch:read",
            Self::HooksPreview => "hooks:preview",
            Self::MembershipRead => "membership:read",
        }
    }

    /// The scope of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// The name of a service's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    /// Reads a name.
    pub fn parse(text: &str) -> Result<Self, ServiceKeyError> {
        let first = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let well_formed = (1..=63).contains(&text.len())
            && text.bytes().next().is_some_and(first)
            && text
                .bytes()
                .all(|byte| first(byte) || byte == b'_' || byte == b'-');
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(ServiceKeyError::Name)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for KeyName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A key as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceKey {
    /// Its id.
    pub id: ServiceKeyId,
    /// Whose it is.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<ServiceScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl ServiceKey {
    /// Whether it may be used for this.
    #[must_use]
    pub fn may(&self, scope: ServiceScope) -> bool {
        self.scopes.contains(&scope)
    }

    /// Whether it opens at `now`.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|expires_at| now < expires_at)
    }
}

/// A key that was just made, in the clear: shown now and never again.
#[derive(Debug)]
pub struct NewServiceKey {
    /// What is stored of it.
    pub key: ServiceKey,
    /// What its holder presents.
    pub handle: Handle,
}

/// What is stored of a key. Unlike the digests of what people hold it knows no backup epoch: a restore must not
/// lock every service out.
pub(super) fn digest(handle: &Handle) -> Digest {
    digest::sha256(&[b"service_key", handle.expose().as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_lower_case_words() {
        for name in ["a", "billing-sync", "0_1", &"a".repeat(63)] {
            assert!(KeyName::parse(name).is_ok(), "{name:?} was refused");
        }
        for name in ["", "-a", "A", "a b", "ä", &"a".repeat(64)] {
            assert!(KeyName::parse(name).is_err(), "{name:?} was accepted");
        }
    }

    #[test]
    fn each_scope_has_its_name() {
        for scope in ServiceScope::ALL {
            assert_eq!(ServiceScope::parse(scope.name()), Some(scope));
        }
        assert_eq!(ServiceScope::parse("epoch:write"), None);
    }
}
