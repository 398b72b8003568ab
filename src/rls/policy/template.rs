//! Owns what can be asked for: which rows, for whom, by which claim.

use crate::rls::RlsError;
use crate::rls::identifier::{Identifier, QualifiedName, literal};

/// Who may do what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// Rows of the organization are read by its members, and written by nobody.
    Read,
    /// Rows of the organization are read, written and deleted by roles in it. With an owner's column, a row is
    /// written by its own person, and by whoever may delete.
    WriteByRole,
    /// Rows belong to one person; with a tenant's column, while they act for its organization.
    OwnerOnly,
    /// Rows belong to nobody: whoever has a token that counts reads them, and nobody writes.
    Shared,
    /// Rows of the organization are read, written and deleted by the permissions of a module: read, write, admin.
    Module(String),
}

impl Template {
    /// Reads a template's name.
    pub fn parse(text: &str) -> Result<Self, RlsError> {
        match text {
            "read" => Ok(Self::Read),
            "write-by-role" => Ok(Self::WriteByRole),
            "owner-only" => Ok(Self::OwnerOnly),
            "shared" => Ok(Self::Shared),
            _ => match text.strip_prefix("module:") {
                Some(module) if !module.is_empty() && !module.contains(char::is_control) => {
                    Ok(Self::Module(module.to_owned()))
                }
                _ => Err(RlsError::UnknownTemplate(text.to_owned())),
            },
        }
    }

    /// Its name, without a module's.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::WriteByRole => "write-by-role",
            Self::OwnerOnly => "owner-only",
            Self::Shared => "shared",
            Self::Module(_) => "module",
        }
    }
}

/// Roles in an organization, any of which suffices; none: every member, those of the organization's own roles too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgRoles(Vec<String>);

impl OrgRoles {
    /// Reads names with commas between them; `any` is every member.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let names: Vec<String> = names.map(str::to_owned).collect();
        if names.iter().any(|name| name == "any") {
            Self(Vec::new())
        } else {
            Self(names)
        }
    }

    /// The condition, if there is one.
    pub(super) fn condition(&self, kit: &Identifier) -> Option<String> {
        let asked: Vec<String> = self
            .0
            .iter()
            .map(|role| format!("(select {kit}.has_org_role({}))", literal(role)))
            .collect();
        match asked.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => Some(format!("({})", several.join(" or "))),
        }
    }
}

impl From<&str> for OrgRoles {
    fn from(text: &str) -> Self {
        Self::parse(text)
    }
}

/// What is to be generated.
#[derive(Debug, Clone)]
pub struct PolicyRequest {
    /// For which table.
    pub table: QualifiedName,
    /// Where the kit is.
    pub kit: Identifier,
    /// By which template.
    pub template: Template,
    /// The organization's column.
    pub tenant_column: Option<Identifier>,
    /// The person's column.
    pub owner_column: Option<Identifier>,
    /// Who reads, by role.
    pub read: OrgRoles,
    /// Who inserts and updates.
    pub write: OrgRoles,
    /// Who deletes.
    pub delete: OrgRoles,
    /// The database roles that the policies are for.
    pub to: Vec<Identifier>,
    /// Whether they get the rights that the policies judge.
    pub grant: bool,
}

impl PolicyRequest {
    /// What the policies let anybody do, and PostgreSQL only lets those do who were granted it.
    #[must_use]
    pub(super) fn privileges(&self) -> &'static [&'static str] {
        match self.template {
            Template::Read | Template::Shared => &["select"],
            Template::OwnerOnly | Template::WriteByRole | Template::Module(_) => {
                &["select", "insert", "update", "delete"]
            }
        }
    }

    /// Refuses a template without the column that it works by.
    pub fn check(&self) -> Result<(), RlsError> {
        let missing = |flag| RlsError::Missing {
            template: self.template.name(),
            flag,
        };
        match self.template {
            Template::OwnerOnly if self.owner_column.is_none() => Err(missing("--owner-column")),
            Template::Read | Template::WriteByRole | Template::Module(_) if self.tenant_column.is_none() => {
                Err(missing("--tenant-column"))
            }
            _ => Ok(()),
        }
    }
}
