//! Owns the roles of members: the `org_role` claim.

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
    pub(in crate::tenancy) const fn from_stored(text: String) -> Self {
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
