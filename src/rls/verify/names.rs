//! Owns the functions of a database by their names, and which of them tell it who is asking.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, Oid};

/// How sure it must be that something asks who is asking: surely where that silences a finding, perhaps where it makes
/// one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    Surely,
    Perhaps,
}

/// What names stand for.
#[derive(Debug, Default)]
pub(super) struct Names {
    surely: BTreeSet<Oid>,
    perhaps: BTreeSet<Oid>,
    settings: BTreeSet<String>,
    /// Each with its schema.
    functions: BTreeMap<String, Vec<(String, Oid)>>,
    /// The types of one's own that take every text: schema and name.
    lax: BTreeSet<(String, String)>,
    /// The functions that may change where names are looked for.
    movers: BTreeSet<Oid>,
}

impl Names {
    /// The functions of a database, none of which asks yet.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let mut functions: BTreeMap<String, Vec<(String, Oid)>> = BTreeMap::new();
        for routine in &catalog.around.routines {
            let named = functions.entry(routine.name.clone()).or_default();
            named.extend(routine.oids.iter().map(|oid| (routine.schema.clone(), *oid)));
        }
        Self {
            functions,
            lax: catalog.around.lax.iter().cloned().collect(),
            ..Self::default()
        }
    }

    /// These say who is asking.
    pub(super) fn add_context(&mut self, certainty: Certainty, functions: Vec<Oid>) {
        match certainty {
            Certainty::Surely => self.surely.extend(functions),
            Certainty::Perhaps => self.perhaps.extend(functions),
        }
    }

    /// These may change where names are looked for.
    pub(super) fn add_movers(&mut self, functions: Vec<Oid>) {
        self.movers.extend(functions);
    }

    /// Whether a function may change where names are looked for, so that its own search path says nothing.
    pub(super) fn moves_path(&self, function: Oid) -> bool {
        self.movers.contains(&function)
    }

    /// These are read.
    pub(super) fn add_settings(&mut self, settings: impl IntoIterator<Item = String>) {
        self.settings.extend(settings);
    }

    /// Whether a function says who is asking.
    pub(super) fn is_context(&self, function: Oid, certainty: Certainty) -> bool {
        match certainty {
            Certainty::Surely => self.surely.contains(&function),
            Certainty::Perhaps => self.perhaps.contains(&function),
        }
    }

    /// The functions that a name may mean, in this schema or in any.
    pub(super) fn called(&self, schema: Option<&str>, name: &str) -> impl Iterator<Item = Oid> + use<'_> {
        let schema = schema.map(str::to_owned);
        let named = self.functions.get(name).into_iter().flatten();
        named
            .filter(move |(own, _)| schema.as_ref().is_none_or(|schema| schema == own))
            .map(|(_, oid)| *oid)
    }

    /// Whether a type of one's own takes every text.
    pub(super) fn is_lax(&self, schema: Option<&str>, name: &str) -> bool {
        let mut lax = self.lax.iter();
        lax.any(|(own, lax)| lax == name && schema.is_none_or(|schema| schema == own))
    }

    /// The settings of applications that are read anywhere, the claims' among them.
    pub(super) fn settings(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().map(String::as_str)
    }
}

#[cfg(test)]
impl Names {
    /// Exactly these functions, each of which asks.
    pub(super) fn of_functions<const N: usize>(paths: [&str; N]) -> Self {
        let mut names = Self::default();
        for (oid, path) in (1..).zip(paths) {
            let (schema, name) = path.split_once('.').unwrap_or(("", path));
            let known = names.functions.entry(name.to_owned()).or_default();
            known.push((schema.to_owned(), oid));
            names.add_context(Certainty::Surely, vec![oid]);
            names.add_context(Certainty::Perhaps, vec![oid]);
        }
        names
    }
}
