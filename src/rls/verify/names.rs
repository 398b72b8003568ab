//! Owns which functions and settings tell a database who is asking: the kit's, and those that read a setting
//! themselves, by however many steps.

use std::collections::BTreeSet;

use super::catalog::Catalog;
use super::expression::Expression;

/// The kit's functions, and those that products with the same convention have.
const KIT: [&str; 14] = [
    "claims",
    "uid",
    "uid_uuid",
    "org_id",
    "org_id_uuid",
    "org_role",
    "role",
    "tier",
    "tier_at_least",
    "has_org_role",
    "can",
    "is_current",
    "jwt",
    "email",
];

/// Where the kit keeps the claims, and REST gateways too.
pub(super) const CLAIMS_SETTING: &str = "request.jwt.claims";

/// What tells a database who is asking.
#[derive(Debug, Default)]
pub(super) struct Names {
    functions: BTreeSet<String>,
    settings: BTreeSet<String>,
}

impl Names {
    /// What this database uses.
    pub(super) fn of(catalog: &Catalog, schema: &str) -> Self {
        let mut names = Self::of_functions(KIT.map(|name| format!("{schema}.{name}")));
        let bodies: Vec<(String, Expression)> = catalog
            .functions
            .iter()
            .map(|function| (function.path(), Expression::parse(&function.body)))
            .collect();
        loop {
            let more: Vec<String> = bodies
                .iter()
                .filter(|(path, body)| !names.functions.contains(path) && body.reads_context(&names))
                .map(|(path, _)| path.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            names.functions.extend(more);
        }
        let policies = catalog.tables.iter().flat_map(|table| &table.policies);
        let expressions: Vec<Expression> = policies
            .flat_map(|policy| policy.expressions().map(Expression::parse).collect::<Vec<_>>())
            .collect();
        names.settings = bodies
            .iter()
            .map(|(_, body)| body)
            .chain(&expressions)
            .flat_map(Expression::settings)
            .filter(|setting| setting.contains('.'))
            .map(str::to_owned)
            .chain([CLAIMS_SETTING.to_owned()])
            .collect();
        names
    }

    /// Exactly these functions, besides PostgreSQL's own.
    pub(super) fn of_functions(functions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            functions: functions.into_iter().map(Into::into).collect(),
            settings: BTreeSet::new(),
        }
    }

    /// Whether a function says who is asking. A name without a schema may be any of that name.
    pub(super) fn is_context(&self, name: &str) -> bool {
        let own = name == "current_setting" || name == "pg_catalog.current_setting";
        own || self.functions.contains(name)
            || (!name.contains('.')
                && self
                    .functions
                    .iter()
                    .any(|known| known.rsplit_once('.').is_some_and(|(_, last)| last == name)))
    }

    /// The settings of applications that are read anywhere, the claims' among them.
    pub(super) fn settings(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().map(String::as_str)
    }
}
