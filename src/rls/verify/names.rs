//! Owns which functions and settings tell a database who is asking: the kit's, and those that read a setting
//! themselves, by however many steps.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, Oid};
use super::expression::Expression;
use super::reader::Reader;

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
    context: BTreeSet<Oid>,
    settings: BTreeSet<String>,
    /// The functions that are not PostgreSQL's, by name: each with its schema.
    functions: BTreeMap<String, Vec<(String, Oid)>>,
}

impl Names {
    /// What this database uses.
    pub(super) fn of(catalog: &Catalog, schema: &str) -> Self {
        let mut names = Self {
            functions: functions(catalog),
            ..Self::default()
        };
        let kits = KIT.iter().flat_map(|name| names.called(Some(schema), name));
        names.context = kits.collect();
        let bodies: Vec<Expression> = catalog
            .functions
            .iter()
            .map(|function| Expression::parse(&function.body))
            .collect();
        loop {
            let more: Vec<Oid> = catalog
                .functions
                .iter()
                .zip(&bodies)
                .filter(|(function, _)| !names.context.contains(&function.oid))
                .filter(|(function, body)| body.reads_context(&Reader::of_function(&names, function)))
                .map(|(function, _)| function.oid)
                .collect();
            if more.is_empty() {
                break;
            }
            names.context.extend(more);
        }
        let policies = catalog.tables.iter().flat_map(|table| &table.policies);
        let expressions: Vec<Expression> = policies
            .flat_map(|policy| policy.expressions().map(Expression::parse).collect::<Vec<_>>())
            .collect();
        names.settings = bodies
            .iter()
            .chain(&expressions)
            .flat_map(Expression::settings)
            .filter(|setting| setting.contains('.'))
            .map(str::to_owned)
            .chain([CLAIMS_SETTING.to_owned()])
            .collect();
        names
    }

    /// Whether a function says who is asking.
    pub(super) fn is_context(&self, function: Oid) -> bool {
        self.context.contains(&function)
    }

    /// The functions that a name may mean, in this schema or in any.
    pub(super) fn called(&self, schema: Option<&str>, name: &str) -> impl Iterator<Item = Oid> + use<'_> {
        let schema = schema.map(str::to_owned);
        let named = self.functions.get(name).into_iter().flatten();
        named
            .filter(move |(own, _)| schema.as_ref().is_none_or(|schema| schema == own))
            .map(|(_, oid)| *oid)
    }

    /// The settings of applications that are read anywhere, the claims' among them.
    pub(super) fn settings(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().map(String::as_str)
    }
}

/// Those that the catalog describes, and an extension's where something uses them.
fn functions(catalog: &Catalog) -> BTreeMap<String, Vec<(String, Oid)>> {
    let mut known: BTreeSet<(&str, &str, Oid)> = catalog
        .functions
        .iter()
        .map(|function| (&*function.name, &*function.schema, function.oid))
        .collect();
    let policies = catalog.tables.iter().flat_map(|table| &table.policies);
    let used = policies
        .map(|policy| &policy.uses)
        .chain(catalog.functions.iter().map(|function| &function.uses))
        .flat_map(|uses| &uses.functions);
    known.extend(used.map(|named| (&*named.name, &*named.schema, named.oid)));
    let mut functions: BTreeMap<String, Vec<(String, Oid)>> = BTreeMap::new();
    for (name, schema, oid) in known {
        functions
            .entry(name.to_owned())
            .or_default()
            .push((schema.to_owned(), oid));
    }
    functions
}

#[cfg(test)]
impl Names {
    /// Exactly these functions, besides PostgreSQL's own.
    pub(super) fn of_functions<const N: usize>(paths: [&str; N]) -> Self {
        let mut names = Self::default();
        for (oid, path) in (1..).zip(paths) {
            let (schema, name) = path.split_once('.').unwrap_or(("", path));
            let known = names.functions.entry(name.to_owned()).or_default();
            known.push((schema.to_owned(), oid));
            names.context.insert(oid);
        }
        names
    }
}
