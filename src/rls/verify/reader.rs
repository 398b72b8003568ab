//! Owns what the names in a text mean. PostgreSQL wrote the texts of policies, views and parsed functions itself: there
//! a name without a schema is its own, and any other is one of those that `pg_depend` has. In what somebody else wrote, a
//! name means what the function's search path finds, or, where that is its caller's, anything of that name.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Function, Oid, Policy, Table, Uses};
use super::expression::{STRICT, Word};
use super::names::Names;
use super::reach::Reach;

/// How one text is read.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    names: &'a Names,
    /// What is used, where the text is PostgreSQL's.
    uses: Option<&'a Uses>,
    /// Where else names are looked for; none where that is not known.
    path: Option<Vec<String>>,
    /// Whose policy it is.
    table: Option<&'a Table>,
    /// What it looks into, by schema and name, and whether that asks who is asking.
    relations: BTreeMap<(String, String), bool>,
    /// The functions that look into what asks.
    asking: BTreeSet<Oid>,
}

impl<'a> Reader<'a> {
    /// A text of which nothing is known.
    pub(super) const fn anywhere(names: &'a Names) -> Self {
        Self {
            names,
            uses: None,
            path: None,
            table: None,
            relations: BTreeMap::new(),
            asking: BTreeSet::new(),
        }
    }

    /// What PostgreSQL wrote of something that uses this.
    pub(super) fn resolved(names: &'a Names, uses: &'a Uses) -> Self {
        Self {
            uses: Some(uses),
            ..Self::anywhere(names)
        }
    }

    /// A function's body.
    pub(super) fn of_function(names: &'a Names, function: &'a Function) -> Self {
        if function.parsed {
            return Self::resolved(names, &function.uses);
        }
        // Whoever names the path changes it, as far as is known.
        let path = function.schemas().filter(|schemas| {
            let own = schemas.iter().any(|schema| schema.starts_with('$'));
            !own && !function.body.to_ascii_lowercase().contains("search_path")
        });
        Self {
            path,
            ..Self::anywhere(names)
        }
    }

    /// An expression of a policy.
    pub(super) fn of_policy(
        names: &'a Names,
        reach: &Reach<'_>,
        table: &'a Table,
        policy: &'a Policy,
    ) -> Self {
        Self {
            table: Some(table),
            relations: reach.looked_into(table, policy),
            asking: reach.asking_functions(policy),
            ..Self::resolved(names, &policy.uses)
        }
    }

    /// Whether this calls what says who is asking.
    pub(super) fn is_context(&self, word: &Word) -> bool {
        let (schema, name) = word.qualified();
        let own = name == "current_setting" && schema.is_none_or(|schema| schema == "pg_catalog");
        own || match self.uses {
            Some(_) => self.calls_only(word, |function| self.names.is_context(function)),
            None => self.called(word).any(|function| self.names.is_context(function)),
        }
    }

    /// The text does not say which of several functions of one name it is: all of them must be such.
    fn calls_only(&self, word: &Word, such: impl Fn(Oid) -> bool) -> bool {
        let mut called = self.called(word).peekable();
        called.peek().is_some() && called.all(such)
    }

    /// The same of an operator.
    pub(super) fn is_context_operator(&self, schema: &str, name: &str) -> bool {
        let operators = self.uses.into_iter().flat_map(|uses| &uses.operators);
        let mut named = operators
            .filter(|operator| operator.schema == schema && operator.name == name)
            .peekable();
        named.peek().is_some() && named.all(|operator| self.names.is_context(operator.oid))
    }

    /// The functions that a call may mean.
    pub(super) fn called(&self, word: &Word) -> Box<dyn Iterator<Item = Oid> + '_> {
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
                Box::new(
                    path.iter()
                        .flat_map(move |schema| self.names.called(Some(schema), &name)),
                )
            }
            _ => Box::new(self.names.called(schema, name)),
        }
    }

    /// Whether a name without a schema may mean something in this one.
    pub(super) fn finds_in(&self, schema: &str) -> bool {
        let path = self.path.as_ref();
        path.is_none_or(|path| path.iter().any(|one| one == schema))
    }

    /// Whether this is a table or view that the policy looks into.
    pub(super) fn is_relation(&self, word: &Word) -> bool {
        self.relation(word).is_some()
    }

    /// Whether this is a table or view whose rows depend on who is asking, or a function that looks into such.
    pub(super) fn is_asking(&self, word: &Word) -> bool {
        self.relation(word) == Some(true) || self.calls_only(word, |function| self.asking.contains(&function))
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

    /// Whether this type refuses some text.
    pub(super) fn is_strict(&self, word: &Word) -> bool {
        let (schema, name) = word.qualified();
        let Some(schema) = schema.filter(|schema| *schema != "pg_catalog") else {
            return STRICT.contains(&name);
        };
        let mut types = self.uses.into_iter().flat_map(|uses| &uses.types);
        types.any(|(used, base)| {
            used.schema == schema && used.name == name && (base == "enum" || STRICT.contains(&base.as_str()))
        })
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
