//! Owns what `signet module …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::cli::layout;
use crate::tenancy::module::{ModulePermission, ModulesView};

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ModuleReport {
    /// What a role may do.
    Rights(ModuleRights),
    /// Entries.
    Entries(ModuleEntryList),
    /// What was done.
    Changed(ModuleChanged),
}

/// What a role may do in an organization.
#[derive(Debug, Serialize)]
pub struct ModuleRights {
    /// Where.
    pub organization_id: String,
    /// Who, and what.
    #[serde(flatten)]
    pub rights: ModulesView,
}

/// Entries of an organization.
#[derive(Debug, Serialize)]
pub struct ModuleEntryList {
    /// In the order of role and module.
    pub entries: Vec<ModuleEntry>,
}

/// One entry.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the entry")]
pub struct ModuleEntry {
    pub role: String,
    pub module: String,
    pub access: &'static str,
}

/// What was done.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the entry")]
pub struct ModuleChanged {
    pub organization_id: String,
    pub role: String,
    pub module: String,
    /// What.
    pub done: String,
}

impl From<ModulePermission> for ModuleEntry {
    fn from(permission: ModulePermission) -> Self {
        Self {
            role: permission.role.to_string(),
            module: permission.module.to_string(),
            access: permission.access.name(),
        }
    }
}

impl fmt::Display for ModuleReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rights(ModuleRights { rights, .. }) => {
                let rows = rights
                    .modules
                    .iter()
                    .map(|(module, access)| [module.as_str(), access.name()]);
                layout::table(formatter, ["MODULE", "ACCESS"], rows)
            }
            Self::Entries(list) => {
                let rows = list
                    .entries
                    .iter()
                    .map(|entry| [entry.role.as_str(), entry.module.as_str(), entry.access]);
                layout::table(formatter, ["ROLE", "MODULE", "ACCESS"], rows)
            }
            Self::Changed(changed) => write!(
                formatter,
                "{} of {} in {}: {}",
                changed.module, changed.role, changed.organization_id, changed.done
            ),
        }
    }
}
