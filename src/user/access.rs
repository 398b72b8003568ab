//! Owns the platform role (the `role` claim) and the access tier (the `tier` claim).

use serde::{Deserialize, Serialize};

/// A role on the whole platform. A role in an organization is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlatformRole {
    /// Everyone.
    User,
    /// Runs the platform.
    Admin,
    /// A program.
    Service,
}

impl PlatformRole {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::User, Self::Admin, Self::Service];

    /// The name that is stored and stands in tokens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Admin => "admin",
            Self::Service => "service",
        }
    }

    /// The role of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A stage of release: who has a tier may use what is open to it and to every tier below.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessTier {
    /// 0.
    Guest,
    /// 1: the default.
    Public,
    /// 2.
    Beta,
    /// 3.
    Alpha,
    /// 4.
    Founder,
}

impl AccessTier {
    /// Every tier, lowest first.
    pub const ALL: [Self; 5] = [Self::Guest, Self::Public, Self::Beta, Self::Alpha, Self::Founder];

    /// The name that is stored and stands in tokens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Guest => "guest",
            Self::Public => "public",
            Self::Beta => "beta",
            Self::Alpha => "alpha",
            Self::Founder => "founder",
        }
    }

    /// The tier of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiers_rise_from_guest_to_founder() {
        assert!(AccessTier::ALL.is_sorted());
        for tier in AccessTier::ALL {
            assert_eq!(AccessTier::parse(tier.name()), Some(tier));
        }
    }
}
