//! Owns the search for conditions that hold when nobody is asking: `x is null`, `x = ''` and `coalesce(x, column)`
//! where `x` is the context.

use super::asking::{operator, reads_context};
use super::reader::Reader;
use super::tree::{Expression, Node, calls_here};
use crate::rls::verify::names::Certainty;

impl Expression {
    /// Whether a condition holds because the context is missing.
    pub(in super::super) fn fails_open(&self, reader: &Reader<'_>) -> bool {
        opens(&self.nodes, reader, false)
    }
}

/// Whether a condition is that the context is missing.
pub(super) fn is_missing(nodes: &[Node], reader: &Reader<'_>) -> bool {
    nodes.iter().enumerate().any(|(at, node)| {
        let missing = match (node, nodes.get(at + 1)) {
            (Node::Word(is), Some(Node::Word(null))) => is.is("is") && null.is("null"),
            (Node::Mark(equals), Some(Node::Text(empty))) => equals == "=" && empty.is_empty(),
            // Another operator of that name may well do the same.
            (Node::Word(word), Some(Node::Group(inner))) => {
                let equals = operator(word, inner).is_some_and(|(_, name)| name == "=");
                equals && matches!(nodes.get(at + 2), Some(Node::Text(empty)) if empty.is_empty())
            }
            _ => false,
        };
        missing && reads_context(operand(nodes, at), reader, Certainty::Perhaps)
    })
}

fn opens(nodes: &[Node], reader: &Reader<'_>, negated: bool) -> bool {
    let coalesced = calls_here(nodes)
        .any(|(_, name, arguments)| name.is("coalesce") && falls_back_to_all(arguments, reader));
    let inside = nodes.iter().enumerate().any(|(at, node)| {
        let not = at
            .checked_sub(1)
            .and_then(|before| nodes.get(before))
            .is_some_and(|before| before.is_word("not"));
        matches!(node, Node::Group(inner) if opens(inner, reader, negated != not))
    });
    ((is_missing(nodes, reader) || coalesced) && !negated) || inside
}

/// What stands before a place, back to the last `and` or `or`.
fn operand(nodes: &[Node], end: usize) -> &[Node] {
    let before = nodes.get(..end).unwrap_or_default();
    let start = before
        .iter()
        .rposition(|node| node.is_word("and") || node.is_word("or"))
        .map_or(0, |at| at + 1);
    before.get(start..).unwrap_or_default()
}

/// `coalesce(context, column)`, `coalesce(context = column, true)`
fn falls_back_to_all(arguments: &[Node], reader: &Reader<'_>) -> bool {
    let parts: Vec<&[Node]> = arguments.split(|node| node.is_mark(",")).collect();
    let [first, .., last] = parts.as_slice() else {
        return false;
    };
    reads_context(first, reader, Certainty::Perhaps) && names_a_column_or_truth(last)
}

fn names_a_column_or_truth(nodes: &[Node]) -> bool {
    nodes.iter().enumerate().any(|(at, node)| {
        let before = at.checked_sub(1).and_then(|before| nodes.get(before));
        let is_type = matches!(before, Some(Node::Mark(mark)) if mark == "::");
        let is_call = matches!(nodes.get(at + 1), Some(Node::Group(_)));
        match node {
            Node::Word(word) => !(is_type || is_call || word.is_one_of(&["false", "null"])),
            Node::Group(inner) => names_a_column_or_truth(inner),
            Node::Text(_) | Node::Number | Node::Mark(_) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rls::verify::names::Names;

    fn open(sql: &str) -> bool {
        let names = Names::of_functions(["auth.org_id", "public.current_user_id"]);
        Expression::parse(sql).fails_open(&Reader::anywhere(&names))
    }

    #[test]
    fn a_condition_that_holds_without_context_is_found() {
        for sql in [
            "(public.current_user_id() IS NULL)",
            "((org_id = ( SELECT auth.org_id() AS org_id)) OR (( SELECT auth.org_id() AS org_id) IS NULL))",
            "(current_setting('app.user'::text, true) = ''::text)",
            "(org_id = COALESCE(auth.org_id(), org_id))",
            "COALESCE((org_id = auth.org_id()), true)",
            "(NULLIF(current_setting('app.user'::text, true), ''::text) IS NULL)",
        ] {
            assert!(open(sql), "{sql}");
        }
    }

    #[test]
    fn a_condition_that_is_only_about_the_row_is_not() {
        for sql in [
            "((deleted_at IS NULL) AND (org_id = ( SELECT auth.org_id() AS org_id)))",
            "(deleted_at IS NULL AND org_id = auth.org_id())",
            "(( SELECT auth.org_id() AS org_id) IS NOT NULL)",
            "(NOT (auth.org_id() IS NULL))",
            "(org_id = COALESCE(auth.org_id(), ''::text))",
            "(org_id = NULLIF(auth.org_id(), ''::text))",
        ] {
            assert!(!open(sql), "{sql}");
        }
    }
}
