//! Owns the ids of modules and what may be done with one.

use super::error::ModuleError;
use crate::config::is_module_id;
use crate::tenancy::member::MemberRole;

/// The id of a module.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleId(String);

impl ModuleId {
    /// What stands for every module that has no entry of its own.
    pub const EVERY: &'static str = "*";

    /// Reads the id of one module.
    pub fn parse(text: &str) -> Result<Self, ModuleError> {
        if is_module_id(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ModuleError::Id)
        }
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

impl std::fmt::Display for ModuleId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What may be done with a module; each holds what stands before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModuleAccess {
    /// Nothing.
    None,
    /// Reading.
    Read,
    /// Writing.
    Write,
    /// Administering.
    Admin,
}

impl ModuleAccess {
    /// All of it, least first.
    pub const ALL: [Self; 4] = [Self::None, Self::Read, Self::Write, Self::Admin];

    /// How it is told: in the `modules` claim, and by `spaces.module_access`.
    #[must_use]
    pub const fn letters(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Read => "r",
            Self::Write => "rw",
            Self::Admin => "rwa",
        }
    }

    /// The word for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    /// What a word for people means.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.name() == name)
    }

    /// What the letters mean.
    pub(in crate::tenancy) fn from_letters(letters: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.letters() == letters)
    }
}

/// An explicit entry: it wins over what a role has otherwise, also where it takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModulePermission {
    /// Whose.
    pub role: MemberRole,
    /// For what.
    pub module: ModuleId,
    /// What.
    pub access: ModuleAccess,
}
