//! Owns what the names in an expression say: does it ask who is asking, does it name a column.

use super::reader::Reader;
use super::tree::{Expression, Node, calls_here, is_select, words};
use super::word::Word;
use crate::rls::verify::names::Certainty;

impl Expression {
    /// Whether it asks who is asking.
    pub(in super::super) fn reads_context(&self, reader: &Reader<'_>, certainty: Certainty) -> bool {
        reads_context(&self.nodes, reader, certainty)
    }

    /// Whether it surely asks who is asking, or looks into rows that do.
    pub(in super::super) fn asks(&self, reader: &Reader<'_>) -> bool {
        asks(&self.nodes, reader)
    }

    /// Whether a word stands in it, alone or as the last part of a name.
    pub(in super::super) fn mentions(&self, name: &str) -> bool {
        mentions(&self.nodes, name)
    }

    /// Whether it names a column of the policy's own table.
    pub(in super::super) fn names_column(&self, column: &str, reader: &Reader<'_>) -> bool {
        names_column(&self.nodes, column, reader)
    }
}

pub(super) fn reads_context(nodes: &[Node], reader: &Reader<'_>, certainty: Certainty) -> bool {
    let called = |(_, name, arguments): (usize, &Word, &[Node])| {
        reader.is_context(name, certainty)
            || operator(name, arguments)
                .is_some_and(|(schema, name)| reader.is_context_operator(schema, &name, certainty))
    };
    calls_here(nodes).any(called)
        || nodes.iter().any(|node| match node {
            Node::Word(word) => word.is_one_of(&["current_user", "session_user", "current_role"]),
            Node::Group(inner) => reads_context(inner, reader, certainty),
            Node::Text(_) | Node::Number | Node::Mark(_) => false,
        })
}

pub(super) fn asks(nodes: &[Node], reader: &Reader<'_>) -> bool {
    reads_context(nodes, reader, Certainty::Surely) || has_relation(nodes, &|word| reader.is_asking(word))
}

/// Whether such a table or view is named to be read, and not as a type.
pub(super) fn has_relation(nodes: &[Node], such: &dyn Fn(&Word) -> bool) -> bool {
    nodes.iter().enumerate().any(|(at, node)| match node {
        Node::Group(inner) => has_relation(inner, such),
        Node::Word(word) => such(word) && !is_cast(nodes, at),
        Node::Text(_) | Node::Number | Node::Mark(_) => false,
    })
}

/// Whether what stands here is a type that something is cast to.
fn is_cast(nodes: &[Node], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| nodes.get(before));
    before.is_some_and(|before| before.is_mark("::"))
}

pub(super) fn mentions(nodes: &[Node], name: &str) -> bool {
    words(nodes).any(|word| word.last() == name)
}

/// `operator(schema.=)`: the schema, and the operator's name.
pub(super) fn operator<'a>(word: &Word, inner: &'a [Node]) -> Option<(&'a str, String)> {
    let [Node::Word(schema), Node::Mark(dot), marks @ ..] = inner else {
        return None;
    };
    let mut name = String::new();
    for mark in marks {
        let Node::Mark(mark) = mark else { return None };
        name.push_str(mark);
    }
    (word.is("operator") && dot == ".").then(|| (schema.last(), name))
}

/// PostgreSQL writes a column of the policy's own table without more outside of sub-selects, and behind the table's
/// name in them, where a word alone is what something is called.
pub(super) fn names_column(nodes: &[Node], column: &str, reader: &Reader<'_>) -> bool {
    reader.may_name(column) && column_at(nodes, column, reader, is_select(nodes))
}

fn column_at(nodes: &[Node], column: &str, reader: &Reader<'_>, selected: bool) -> bool {
    nodes.iter().enumerate().any(|(at, node)| match node {
        Node::Group(inner) => column_at(inner, column, reader, selected || is_select(inner)),
        Node::Word(word) => {
            let called = matches!(nodes.get(at + 1), Some(Node::Group(_)));
            // `f(org_id => …)` names a parameter, `(x).org_id` a field.
            let named = nodes.get(at + 1).is_some_and(|next| next.is_mark("=>"));
            let field = at.checked_sub(1).and_then(|before| nodes.get(before));
            let field = field.is_some_and(|before| before.is_mark("."));
            let other = selected || is_cast(nodes, at) || called || named || field;
            let alone = !other && word.parts == [column];
            alone || reader.is_own_column(word, column)
        }
        Node::Text(_) | Node::Number | Node::Mark(_) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rls::verify::names::Names;

    #[test]
    fn a_column_is_told_from_what_only_has_its_name() {
        let names = Names::of_functions([]);
        let has_it = |sql| Expression::parse(sql).names_column("org_id", &Reader::anywhere(&names));
        for sql in [
            "(org_id = ( SELECT auth.org_id() AS org_id))",
            "((a AND (COALESCE(\"org_id\", ''::text) = ''::text)))",
        ] {
            assert!(has_it(sql), "{sql}");
        }
        for sql in [
            "(buyer = ( SELECT auth.org_id() AS org_id))",
            "(EXISTS ( SELECT 1 FROM public.teams t WHERE (t.org_id = ( SELECT auth.org_id() AS org_id))))",
            "(buyer = ('x'::org_id)::text)",
            "(buyer = org_id())",
            "(buyer = 'org_id'::text)",
        ] {
            assert!(!has_it(sql), "{sql}");
        }
    }

    #[test]
    fn an_operator_has_a_schema_and_a_name() {
        let nodes = Expression::parse("OPERATOR(mine.<=>)").nodes;
        let [Node::Word(word), Node::Group(inner)] = nodes.as_slice() else {
            panic!("{nodes:?}");
        };
        assert_eq!(operator(word, inner), Some(("mine", "<=>".to_owned())));
        let quoted = Expression::parse("\"from\" \"is\" null");
        assert!(!quoted.words().any(|word| word.is_one_of(&["from", "is"])));
    }
}
