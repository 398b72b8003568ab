//! Owns an account's standing and kind.

use serde::{Deserialize, Serialize};

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserStatus {
    /// Made for somebody who has not come yet.
    Invited,
    /// May sign in to their account page only.
    Waitlist,
    /// May do everything.
    Active,
    /// Put to rest, by the person or an operator.
    Inactive,
    /// Shut out by an operator.
    Banned,
    /// Kept for the record only.
    Archived,
}

impl UserStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::Invited,
        Self::Waitlist,
        Self::Active,
        Self::Inactive,
        Self::Banned,
        Self::Archived,
    ];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Waitlist => "waitlist",
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Banned => "banned",
            Self::Archived => "archived",
        }
    }

    /// The status of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether the person may sign in, if only to their account page.
    #[must_use]
    pub const fn may_sign_in(self) -> bool {
        matches!(self, Self::Active | Self::Waitlist)
    }

    /// Whether clients may be given tokens for the person.
    #[must_use]
    pub const fn may_grant(self) -> bool {
        matches!(self, Self::Active)
    }
}

/// What an account stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserKind {
    /// A person.
    Human,
    /// A program with an account of its own.
    Service,
    /// The installation itself.
    System,
}

impl UserKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Human, Self::Service, Self::System];

    /// The name that is stored and shown.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Service => "service",
            Self::System => "system",
        }
    }

    /// The kind of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
