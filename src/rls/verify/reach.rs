//! Owns what policies, views and functions lead to, by however many steps: the functions that run and the tables that
//! are read, and as whom. What `pg_depend` does not have, the bodies of functions that are strings, is read for names.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, Function, Oid, Policy, Table, Uses, View};
use super::expression::{Expression, Reader};
use super::names::{Certainty, Names};

/// What leads where.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    catalog: &'a Catalog,
    /// What each function uses itself.
    functions: BTreeMap<Oid, Step<'a>>,
    views: BTreeMap<Oid, &'a View>,
    /// The views that ask who is asking, themselves or by a function.
    asking: BTreeSet<Oid>,
}

#[derive(Debug)]
struct Step<'a> {
    function: &'a Function,
    functions: BTreeSet<Oid>,
    relations: BTreeSet<Oid>,
}

/// That a table is read, and as whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Reading {
    pub(super) table: Oid,
    pub(super) reader: Oid,
    /// What is read was kept when no policy was asked.
    pub(super) kept: bool,
}

impl<'a> Reach<'a> {
    /// Of everything in the database.
    pub(super) fn of(catalog: &'a Catalog, names: &Names) -> Self {
        let relations = by_name(catalog);
        let functions = catalog
            .functions
            .iter()
            .map(|function| (function.oid, step(function, names, &relations)))
            .collect();
        let asking = catalog.views.iter().filter(|view| {
            let reader = Reader::resolved(names, &view.uses);
            let text = catalog.around.asks(&view.schema, &view.name).unwrap_or_default();
            Expression::parse(text).reads_context(&reader, Certainty::Surely)
        });
        Self {
            catalog,
            functions,
            views: catalog.views.iter().map(|view| (view.oid, view)).collect(),
            asking: asking.map(|view| view.oid).collect(),
        }
    }

    /// The functions that run when these policies are asked.
    pub(super) fn functions<'p>(&self, policies: impl IntoIterator<Item = &'p Policy>) -> BTreeSet<Oid> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let (mut next, mut views) = (Vec::new(), Vec::new());
        for policy in policies {
            next.extend(called(&policy.uses));
            views.extend(&policy.uses.relations);
        }
        loop {
            if let Some(function) = next.pop() {
                let step = self.functions.get(&function).filter(|_| found.insert(function));
                next.extend(step.into_iter().flat_map(|step| &step.functions));
                views.extend(step.into_iter().flat_map(|step| &step.relations));
            } else if let Some(view) = views.pop() {
                let view = self.views.get(&view).filter(|view| seen.insert(view.oid));
                next.extend(view.into_iter().flat_map(|view| called(&view.uses)));
                views.extend(view.into_iter().flat_map(|view| &view.uses.relations));
            } else {
                return found;
            }
        }
    }

    /// The tables that a function reads as its owner: by itself, by views, and by functions with its caller's rights.
    pub(super) fn tables(&self, function: &Function) -> BTreeSet<Reading> {
        let mut found = BTreeSet::new();
        for relation in self.relations(function) {
            self.behind(relation, function.owner, &mut BTreeSet::new(), &mut found);
        }
        found
    }

    /// The tables whose policies are asked when this one is: it reads them itself, or by views.
    pub(super) fn asked(&self, policy: &Policy) -> BTreeSet<Oid> {
        let mut found = BTreeSet::new();
        for relation in &policy.uses.relations {
            self.behind(*relation, JUDGED, &mut BTreeSet::new(), &mut found);
        }
        let bound = found.into_iter().filter(|reading| self.is_bound(*reading));
        bound.map(|reading| reading.table).collect()
    }

    /// The tables and views that a policy looks into, and whether that surely asks who is asking.
    pub(super) fn looked_into(&self, policy: &Policy) -> BTreeMap<(String, String), bool> {
        let relations = policy.uses.relations.iter().filter_map(|relation| {
            let (schema, name) = self.name(*relation)?;
            let asks = self.catalog.told && self.asks(*relation);
            Some(((schema.to_owned(), name.to_owned()), asks))
        });
        relations.collect()
    }

    /// What a function reads, also by functions that run with its rights.
    fn relations(&self, function: &Function) -> BTreeSet<Oid> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut next = vec![function.oid];
        while let Some(one) = next.pop() {
            let Some(step) = self.functions.get(&one) else {
                continue;
            };
            let own = one == function.oid;
            if (own || !step.function.definer) && seen.insert(one) {
                next.extend(&step.functions);
                found.extend(&step.relations);
            }
        }
        found
    }

    /// The tables behind a table or view, and as whom each is read.
    fn behind(
        &self,
        relation: Oid,
        reader: Oid,
        seen: &mut BTreeSet<(Oid, Oid)>,
        found: &mut BTreeSet<Reading>,
    ) {
        let read = |table: Oid, kept: bool| Reading { table, reader, kept };
        match self.views.get(&relation) {
            None => {
                found.insert(read(relation, false));
            }
            Some(view) if view.materialized => {
                found.extend(view.reads.iter().map(|table| read(*table, true)));
            }
            Some(view) => {
                let reader = if view.invoker { reader } else { view.owner };
                if seen.insert((relation, reader)) {
                    for below in &view.uses.relations {
                        self.behind(*below, reader, seen, found);
                    }
                }
            }
        }
    }

    /// Whether rows depend on who is asking: a policy judges them, or a view asks.
    fn asks(&self, relation: Oid) -> bool {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        self.behind(relation, JUDGED, &mut seen, &mut found);
        found.iter().any(|reading| self.is_bound(*reading))
            || seen.iter().any(|(view, _)| self.asking.contains(view))
    }

    /// Whether policies judge what is read.
    fn is_bound(&self, reading: Reading) -> bool {
        let table = self.catalog.table(reading.table);
        let bound = |table: &Table| table.secured && !self.catalog.escapes(reading.reader, table);
        !reading.kept && table.is_some_and(bound)
    }

    fn name(&self, relation: Oid) -> Option<(&str, &str)> {
        let table = self
            .catalog
            .table(relation)
            .map(|table| (&*table.schema, &*table.name));
        table.or_else(|| self.views.get(&relation).map(|view| (&*view.schema, &*view.name)))
    }
}

/// Stands for whichever role a policy judges.
const JUDGED: Oid = 0;

fn called(uses: &Uses) -> impl Iterator<Item = Oid> {
    uses.functions
        .iter()
        .chain(&uses.operators)
        .map(|named| named.oid)
}

/// What a function uses itself: what the catalog has, and what its body names.
fn step<'a>(function: &'a Function, names: &Names, relations: &BTreeMap<&str, Vec<(&str, Oid)>>) -> Step<'a> {
    let mut step = Step {
        function,
        functions: called(&function.uses).collect(),
        relations: function.uses.relations.clone(),
    };
    if function.parsed {
        return step;
    }
    let body = Expression::parse(&function.body);
    // What is put together may bring a name and its schema from different places: any table of that name may be meant.
    let together = body.puts_together();
    let reader = if together {
        Reader::anywhere(names)
    } else {
        Reader::of_function(names, function)
    };
    let body = body.with_statements();
    for name in body.calls() {
        step.functions.extend(reader.called(name));
    }
    for word in body.words() {
        // `schema.table.column`, `table.column`
        for at in 0..word.parts.len() {
            let before = at.checked_sub(1).filter(|_| !together);
            let before = before.and_then(|before| word.parts.get(before));
            let meant = word.parts.get(at).and_then(|part| relations.get(part.as_str()));
            let fits = |(schema, _): &&(&str, Oid)| match before {
                Some(before) => before == schema,
                None => reader.finds_in(schema),
            };
            let meant = meant.into_iter().flatten().filter(fits);
            step.relations.extend(meant.map(|(_, oid)| *oid));
        }
    }
    step
}

fn by_name(catalog: &Catalog) -> BTreeMap<&str, Vec<(&str, Oid)>> {
    let tables = catalog
        .tables
        .iter()
        .map(|one| (&*one.name, &*one.schema, one.oid));
    let views = catalog
        .views
        .iter()
        .map(|one| (&*one.name, &*one.schema, one.oid));
    let mut relations: BTreeMap<&str, Vec<(&str, Oid)>> = BTreeMap::new();
    for (name, schema, oid) in tables.chain(views) {
        relations.entry(name).or_default().push((schema, oid));
    }
    relations
}
