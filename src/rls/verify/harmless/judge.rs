//! Owns the verdict: a function is harmless if its text is, and everything that runs with it.

use std::collections::{BTreeMap, BTreeSet};

use super::read::needs;
use super::words::only_answers;
use crate::rls::verify::catalog::{Around, Catalog, Function, Routine};

/// What runs: a function or a view, by schema and name. Functions of one name count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Piece<'a> {
    Function(&'a str, &'a str),
    Relation(&'a str, &'a str),
    /// What runs with any statement: behind operators, casts and domains.
    Silent,
}

/// What a database's names stand for.
#[derive(Debug)]
pub(super) struct Known<'a> {
    routines: BTreeMap<&'a str, Vec<&'a Routine>>,
    around: &'a Around,
}

/// Which functions may be asked.
#[derive(Debug)]
pub(in super::super) struct Harmless<'a> {
    /// Why something is not harmless.
    reasons: BTreeMap<Piece<'a>, String>,
}

impl<'a> Harmless<'a> {
    /// Judges every function of a database.
    pub(in super::super) fn of(catalog: &'a Catalog) -> Self {
        let known = Known::of(&catalog.around);
        let mut reasons: BTreeMap<Piece<'a>, String> = BTreeMap::new();
        let mut open: BTreeMap<Piece<'a>, BTreeSet<Piece<'a>>> = BTreeMap::new();
        for (piece, text) in pieces(catalog) {
            match text.and_then(|text| needs(&text, &known)) {
                Ok(needs) => open.entry(piece).or_default().extend(needs),
                Err(reason) => {
                    reasons.entry(piece).or_insert(reason);
                }
            }
        }
        let silent = catalog.around.silent.iter();
        open.entry(Piece::Silent)
            .or_default()
            .extend(silent.map(|(schema, name)| Piece::Function(schema, name)));
        // Whatever needs what is not harmless is not either, by however many steps.
        loop {
            let more: Vec<(Piece<'a>, String)> = open
                .iter()
                .filter(|(piece, _)| !reasons.contains_key(*piece))
                .filter_map(|(piece, needs)| {
                    let need = needs
                        .iter()
                        .find(|need| reasons.contains_key(need) || !open.contains_key(need))?;
                    Some((*piece, through(*need, reasons.get(need))))
                })
                .collect();
            if more.is_empty() {
                return Self { reasons };
            }
            reasons.extend(more);
        }
    }

    /// Why a function is not asked, if it is not.
    pub(in super::super) fn reason(&self, function: &'a Function) -> Option<&str> {
        let own = self
            .reasons
            .get(&Piece::Function(&function.schema, &function.name));
        own.or_else(|| self.reasons.get(&Piece::Silent))
            .map(String::as_str)
    }
}

fn through(need: Piece<'_>, reason: Option<&String>) -> String {
    let reason = reason.map_or("cannot be read", String::as_str);
    match need {
        Piece::Function(schema, name) => format!("calls {schema}.{name}, which {reason}"),
        Piece::Relation(schema, name) => format!("reads {schema}.{name}, which {reason}"),
        Piece::Silent => reason.to_owned(),
    }
}

/// Everything that may run, with its text, or why that cannot be read.
fn pieces(catalog: &Catalog) -> impl Iterator<Item = (Piece<'_>, Result<String, String>)> {
    let functions = catalog.functions.iter().map(|function| {
        let text = if !matches!(function.language.as_str(), "sql" | "plpgsql") {
            Err(format!("is written in {}", function.language))
        } else if let Some(set) = function.sets.first() {
            Err(format!("sets {set}"))
        } else {
            Ok(format!("{}\n;\n{}", function.body, function.defaults))
        };
        (Piece::Function(&function.schema, &function.name), text)
    });
    let relations = catalog.around.relations.iter().map(|relation| {
        let asks = relation.asks.clone();
        let text = asks.ok_or_else(|| "is kept by another server".to_owned());
        (Piece::Relation(&relation.schema, &relation.name), text)
    });
    let domains = catalog.around.domains.iter();
    let domains = domains.map(|asks| (Piece::Silent, Ok(asks.clone())));
    functions.chain(relations).chain(domains)
}

impl<'a> Known<'a> {
    fn of(around: &'a Around) -> Self {
        let mut routines: BTreeMap<&str, Vec<&Routine>> = BTreeMap::new();
        for routine in &around.routines {
            routines.entry(&routine.name).or_default().push(routine);
        }
        Self { routines, around }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &'a Routine> + use<'_, 'a> {
        self.routines.get(name).into_iter().flatten().copied()
    }

    /// Whether any function has this name.
    pub(super) fn is_function(&self, name: &str) -> bool {
        self.routines.contains_key(name)
    }

    /// Whether a function that is not PostgreSQL's has this name.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        self.named(name).any(|routine| !routine.system)
    }

    /// What a call of this name may run. Without a schema it may be any function of that name.
    pub(super) fn called(&self, word: &str) -> Result<Vec<Piece<'a>>, String> {
        let (schema, name) = match word.rsplit_once('.') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, word),
        };
        let fits = |routine: &&Routine| schema.is_none_or(|schema| schema == routine.schema);
        let mut found = Vec::new();
        let mut any = false;
        for routine in self.named(name).filter(fits) {
            any = true;
            if routine.system {
                if !only_answers(name, routine.volatile) {
                    return Err(format!("calls {word}, which may do more than answer"));
                }
            } else if routine.opaque {
                return Err(format!("calls {word}, whose text cannot be read"));
            } else {
                found.push(Piece::Function(&routine.schema, &routine.name));
            }
        }
        if any {
            Ok(found)
        } else {
            Err(format!("calls {word}, which is not known"))
        }
    }

    /// The views and foreign tables that a word may name.
    pub(super) fn relations(&self, word: &str) -> impl Iterator<Item = Piece<'a>> + use<'a> {
        let last = word.rsplit_once('.').map_or(word, |(_, last)| last).to_owned();
        let relations = self.around.relations.iter();
        let named = relations.filter(move |relation| relation.name == last);
        named.map(|relation| Piece::Relation(&relation.schema, &relation.name))
    }
}
