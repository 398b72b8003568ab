//! Owns what the names in a text mean. PostgreSQL wrote the texts of policies, views and parsed functions itself: there
//! a name without a schema is its own, and any other is one of those that `pg_depend` has. In what somebody else wrote, a
//! name means what the function's search path finds, or, where that is its caller's, anything of that name. Where it may
//! mean several, all of them must be such to be surely such.

use std::collections::BTreeMap;

use super::word::Word;
use crate::rls::verify::catalog::{Function, Oid, Policy, Table, Uses};
use crate::rls::verify::names::{Certainty, Names};

/// How one text is read.
#[derive(Debug)]
pub(in super::super) struct Reader<'a> {
    names: &'a Names,
    /// What is used, where the text is PostgreSQL's.
    uses: Option<&'a Uses>,
    /// Where else names are looked for; none where that is not known.
    path: Option<Vec<String>>,
    /// Whose policy it is.
    table: Option<&'a Table>,
    /// What it looks into, by schema and name, and whether that asks who is asking.
    relations: BTreeMap<(String, String), bool>,
}

/// PostgreSQL's types that take every text, as they are written alone.
const LAX: [&str; 8] = [
    "text",
    "varchar",
    "character",
    "char",
    "bpchar",
    "name",
    "cstring",
    "unknown",
];

impl<'a> Reader<'a> {
    /// A text of which nothing is known.
    pub(in super::super) const fn anywhere(names: &'a Names) -> Self {
        Self {
            names,
            uses: None,
            path: None,
            table: None,
            relations: BTreeMap::new(),
        }
    }

    /// What PostgreSQL wrote of something that uses this.
    pub(in super::super) fn resolved(names: &'a Names, uses: &'a Uses) -> Self {
        Self {
            uses: Some(uses),
            ..Self::anywhere(names)
        }
    }

    /// A function's body.
    pub(in super::super) fn of_function(names: &'a Names, function: &'a Function) -> Self {
        if function.parsed {
            return Self::resolved(names, &function.uses);
        }
        let path = function.schemas().filter(|schemas| {
            let own = schemas.iter().any(|schema| schema.starts_with('$'));
            !own && !names.moves_path(function.oid)
        });
        Self {
            path,
            ..Self::anywhere(names)
        }
    }

    /// An expression of a policy that looks into these tables and views.
    pub(in super::super) fn of_policy(
        names: &'a Names,
        table: &'a Table,
        policy: &'a Policy,
        relations: BTreeMap<(String, String), bool>,
    ) -> Self {
        Self {
            table: Some(table),
            relations,
            ..Self::resolved(names, &policy.uses)
        }
    }

    /// Whether this calls what says who is asking.
    pub(super) fn is_context(&self, word: &Word, certainty: Certainty) -> bool {
        let (schema, name) = word.qualified();
        let own = name == "current_setting" && schema.is_none_or(|schema| schema == "pg_catalog");
        own || self.say(self.called(word), certainty)
    }

    /// The same of an operator.
    pub(super) fn is_context_operator(&self, schema: &str, name: &str, certainty: Certainty) -> bool {
        let operators = self.uses.into_iter().flat_map(|uses| &uses.operators);
        let named = operators.filter(|operator| operator.schema == schema && operator.name == name);
        self.say(named.map(|operator| operator.oid), certainty)
    }

    /// The text does not say which of several functions of one name it is.
    fn say(&self, functions: impl Iterator<Item = Oid>, certainty: Certainty) -> bool {
        let mut functions = functions.peekable();
        let asks = |function| self.names.is_context(function, certainty);
        match certainty {
            Certainty::Surely => functions.peek().is_some() && functions.all(asks),
            Certainty::Perhaps => functions.any(asks),
        }
    }

    /// The functions that a call may mean.
    pub(in super::super) fn called(&self, word: &Word) -> Box<dyn Iterator<Item = Oid> + '_> {
        let (schema, name) = word.qualified();
        if let Some(uses) = self.uses {
            let used = uses.functions.iter();
            let (schema, name) = (schema.map(str::to_owned), name.to_owned());
            let named = used.filter(move |used| schema.as_ref() == Some(&used.schema) && used.name == name);
            return Box::new(named.map(|used| used.oid));
        }
        match (schema, &self.path) {
            (None, Some(path)) => {
                let name = name.to_owned();
                let path = path.iter().map(String::as_str).chain(["pg_catalog"]);
                Box::new(path.flat_map(move |schema| self.names.called(Some(schema), &name)))
            }
            _ => Box::new(self.names.called(schema, name)),
        }
    }

    /// Whether a name without a schema may mean something in this one.
    pub(in super::super) fn finds_in(&self, schema: &str) -> bool {
        let path = self.path.as_ref();
        path.is_none_or(|path| path.iter().any(|one| one == schema))
    }

    /// Whether this is a table or view that the policy looks into.
    pub(super) fn is_relation(&self, word: &Word) -> bool {
        self.relation(word).is_some()
    }

    /// Whether this is a table or view whose rows depend on who is asking.
    pub(super) fn is_asking(&self, word: &Word) -> bool {
        self.relation(word) == Some(true)
    }

    fn relation(&self, word: &Word) -> Option<bool> {
        let (schema, name) = word.qualified();
        let key = (schema?.to_owned(), name.to_owned());
        self.relations.get(&key).copied()
    }

    /// Whether the policy uses this column of its own table at all.
    pub(super) fn may_name(&self, column: &str) -> bool {
        self.uses.zip(self.table).is_none_or(|(uses, table)| {
            let mut columns = uses.columns.iter();
            columns.any(|(oid, name)| *oid == table.oid && name == column)
        })
    }

    /// Whether this is the column behind its table's name.
    pub(super) fn is_own_column(&self, word: &Word, column: &str) -> bool {
        self.table.is_some_and(|table| word.is_in(&table.name, column))
    }

    /// Whether this type refuses some text. Of one that is not known, it is assumed.
    pub(super) fn is_strict(&self, word: &Word) -> bool {
        let (schema, name) = word.qualified();
        let own = schema.is_none_or(|schema| schema == "pg_catalog") && LAX.contains(&name);
        let named = schema.is_some() || self.uses.is_none();
        !(own || (named && self.names.is_lax(schema, name)))
    }
}

#[cfg(test)]
impl Reader<'_> {
    /// The same, looking into a table whose rows depend on who is asking or not.
    pub(super) fn looking_into(mut self, schema: &str, name: &str, asks: bool) -> Self {
        self.relations.insert((schema.to_owned(), name.to_owned()), asks);
        self
    }
}
