//! Owns what a membership is: a role, and whether the person joined. Only a joined one gives a claim.

use crate::base::clock::Timestamp;
use crate::base::id::{OrganizationId, UserId};

/// A role in one organization: the `org_role` claim. `owner`, `admin`, `member` and `viewer` have a meaning to us;
/// an organization may have others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRole(String);

/// Why a text is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("role: 1 to 40 of a-z 0-9 _ - beginning with a letter, such as owner, admin, member or viewer")]
pub struct RoleError;

impl MemberRole {
    /// Who may do everything.
    pub const OWNER: &'static str = "owner";

    /// Reads a role.
    pub fn parse(text: &str) -> Result<Self, RoleError> {
        let well_formed = (1..=40).contains(&text.len())
            && text.starts_with(|character: char| character.is_ascii_lowercase())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(RoleError)
        }
    }

    /// The role of who may do everything.
    #[must_use]
    pub fn owner() -> Self {
        Self(Self::OWNER.to_owned())
    }

    /// The role of who works in it.
    #[must_use]
    pub fn member() -> Self {
        Self("member".to_owned())
    }

    /// What stands in the database.
    pub(super) const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for MemberRole {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How a membership begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joining {
    /// The person is a member at once.
    Now,
    /// The person is asked; until they join they have no claim.
    Invited,
}

/// Whether a member makes workspaces who does not manage all of them. Owners and admins do anyway.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WorkspaceCreation {
    /// They do not.
    #[default]
    Refused,
    /// They make workspaces of their own.
    Allowed,
}

impl WorkspaceCreation {
    /// What a flag means.
    #[must_use]
    pub const fn of(flag: bool) -> Self {
        if flag { Self::Allowed } else { Self::Refused }
    }

    /// The flag that is stored and shown.
    #[must_use]
    pub const fn flag(self) -> bool {
        matches!(self, Self::Allowed)
    }
}

/// What a person becomes who is asked, or joins by their address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinsAs {
    /// The role.
    pub role: MemberRole,
    /// Whether they make workspaces.
    pub workspace_creation: WorkspaceCreation,
}

impl From<MemberRole> for JoinsAs {
    fn from(role: MemberRole) -> Self {
        Self {
            role,
            workspace_creation: WorkspaceCreation::Refused,
        }
    }
}

/// A membership.
#[derive(Debug, Clone)]
pub struct Member {
    /// The organization.
    pub organization_id: OrganizationId,
    /// The person.
    pub user_id: UserId,
    /// The role.
    pub role: MemberRole,
    /// Whether they make workspaces without managing all of them.
    pub workspace_creation: WorkspaceCreation,
    /// When the person was asked.
    pub invited_at: Option<Timestamp>,
    /// When the person joined; none while they are only invited.
    pub joined_at: Option<Timestamp>,
    /// The member who asked them; none: an operator or a service, or nobody had to.
    pub invited_by: Option<UserId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_lower_case_words() {
        assert!(
            ["owner", "project_creator", "a1-b"]
                .into_iter()
                .all(|role| MemberRole::parse(role).is_ok())
        );
        for text in ["", "Owner", "1a", "a b", "ö", &"a".repeat(41)] {
            assert!(MemberRole::parse(text).is_err(), "{text:?} was accepted");
        }
    }
}

/// One of the organizations that a person belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Belonging {
    /// The organization.
    pub organization_id: OrganizationId,
    /// Its name in addresses.
    pub slug: String,
    /// Its name for people.
    pub name: String,
    /// The person's role.
    pub role: MemberRole,
    /// When they joined; an invitation to be answered if they did not.
    pub joined_at: Option<Timestamp>,
}
