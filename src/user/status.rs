//! Owns an account's standing, which act leads from which standing to which, and its kind.

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

/// An act that gives an account another standing. Nothing else does, but making and deleting the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChange {
    /// The person belongs to a shared organization now.
    Join,
    /// An operator lets them in, or wakes them.
    Activate,
    /// An operator puts them (back) on the waiting list.
    Wait,
    /// They are put to rest.
    Deactivate,
    /// They are shut out.
    Ban,
    /// They are no longer shut out.
    Unban,
    /// Kept for the record only; nothing leads back.
    Archive,
}

impl StatusChange {
    /// Every act.
    pub const ALL: [Self; 7] = [
        Self::Join,
        Self::Activate,
        Self::Wait,
        Self::Deactivate,
        Self::Ban,
        Self::Unban,
        Self::Archive,
    ];

    /// The standings that it leads from.
    #[must_use]
    pub const fn from(self) -> &'static [UserStatus] {
        use UserStatus::{Active, Banned, Inactive, Invited, Waitlist};
        match self {
            Self::Join => &[Invited, Waitlist],
            Self::Activate => &[Invited, Waitlist, Inactive],
            Self::Wait => &[Invited, Active],
            Self::Deactivate => &[Invited, Waitlist, Active],
            Self::Ban => &[Invited, Waitlist, Active, Inactive],
            Self::Unban => &[Banned],
            Self::Archive => &[Invited, Waitlist, Active, Inactive, Banned],
        }
    }

    /// The standing that it leads to.
    #[must_use]
    pub const fn to(self) -> UserStatus {
        match self {
            Self::Join | Self::Activate | Self::Unban => UserStatus::Active,
            Self::Wait => UserStatus::Waitlist,
            Self::Deactivate => UserStatus::Inactive,
            Self::Ban => UserStatus::Banned,
            Self::Archive => UserStatus::Archived,
        }
    }

    /// What it does, in a sentence about the account.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "joined",
            Self::Activate => "activated",
            Self::Wait => "put on the waiting list",
            Self::Deactivate => "deactivated",
            Self::Ban => "banned",
            Self::Unban => "unbanned",
            Self::Archive => "archived",
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_act_leads_out_of_the_archive_and_only_one_out_of_a_ban() {
        for change in StatusChange::ALL {
            assert!(!change.from().contains(&UserStatus::Archived), "{change:?}");
            assert!(!change.from().contains(&change.to()), "{change:?}");
            let from_ban = change.from().contains(&UserStatus::Banned);
            assert_eq!(
                from_ban,
                matches!(change, StatusChange::Unban | StatusChange::Archive)
            );
        }
    }
}
