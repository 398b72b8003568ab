//! Owns the search for casts of a claim that raise when the claim is malformed.

use super::asking::reads_context;
use super::reader::Reader;
use super::tree::{Expression, Node, calls_here, words};
use super::word::Word;
use crate::rls::verify::names::Certainty;

impl Expression {
    /// The type that a claim is cast to without a guard.
    pub(in super::super) fn unsafe_cast(&self, reader: &Reader<'_>) -> Option<String> {
        if is_guarded(&self.nodes) {
            return None;
        }
        find(&self.nodes, reader)
    }
}

/// A body that catches the error, or looks before it casts.
fn is_guarded(nodes: &[Node]) -> bool {
    let has = |wanted: &[&str]| words(nodes).any(|word| word.is_one_of(wanted));
    has(&["exception", "pg_input_is_valid"]) || (has(&["case", "if"]) && has_match(nodes))
}

fn has_match(nodes: &[Node]) -> bool {
    nodes.iter().any(|node| match node {
        Node::Mark(mark) => mark == "~" || mark == "~*",
        Node::Group(inner) => has_match(inner),
        Node::Word(word) => word.is("similar"),
        Node::Text(_) | Node::Number => false,
    })
}

fn find(nodes: &[Node], reader: &Reader<'_>) -> Option<String> {
    let cast = nodes.iter().enumerate().find_map(|(at, node)| {
        let Node::Mark(mark) = node else { return None };
        let Some(Node::Word(target)) = nodes.get(at + 1) else {
            return None;
        };
        let strict = mark == "::" && reader.is_strict(target);
        let operand = nodes.get(at.saturating_sub(2)..at).unwrap_or_default();
        let asks = || reads_context(operand, reader, Certainty::Perhaps);
        (strict && asks() && !is_cut_to_fit(operand)).then(|| target.plain())
    });
    cast.or_else(|| calls_here(nodes).find_map(|(_, name, inner)| written_out(name, inner, reader)))
        .or_else(|| {
            nodes.iter().find_map(|node| match node {
                Node::Group(inner) => find(inner, reader),
                _ => None,
            })
        })
}

/// `substring(claim from '^…$')` is null for what does not fit.
fn is_cut_to_fit(nodes: &[Node]) -> bool {
    let whole =
        |node: &Node| matches!(node, Node::Text(text) if text.starts_with('^') && text.ends_with('$'));
    let cut = |(_, name, arguments): (usize, &Word, &[Node])| {
        matches!(name.last(), "substring" | "regexp_substr") && arguments.iter().any(whole)
    };
    calls_here(nodes).any(cut) || matches!(nodes.last(), Some(Node::Group(inner)) if is_cut_to_fit(inner))
}

/// `cast(claim as uuid)`
fn written_out(name: &Word, inner: &[Node], reader: &Reader<'_>) -> Option<String> {
    let at = inner.iter().position(|node| node.is_word("as"))?;
    let Some(Node::Word(target)) = inner.get(at + 1) else {
        return None;
    };
    let strict = name.is("cast") && reader.is_strict(target);
    (strict && reads_context(inner.get(..at)?, reader, Certainty::Perhaps)).then(|| target.plain())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rls::verify::names::Names;

    fn cast(sql: &str) -> Option<String> {
        let names = Names::of_functions(["auth.jwt", "auth.org_id"]);
        Expression::parse(sql).unsafe_cast(&Reader::anywhere(&names))
    }

    #[test]
    fn a_claim_that_is_cast_is_found() {
        for (sql, target) in [
            ("(org_id = ((auth.jwt() ->> 'org_id'::text))::uuid)", "uuid"),
            (
                "select nullif(current_setting('app.user', true), '')::uuid",
                "uuid",
            ),
            (
                "select cast(current_setting('app.user', true) as integer)",
                "integer",
            ),
            (
                "select current_setting('request.jwt.claims', true)::jsonb ->> 'sub'",
                "jsonb",
            ),
        ] {
            assert_eq!(cast(sql).as_deref(), Some(target), "{sql}");
        }
    }

    #[test]
    fn a_column_that_is_called_like_a_guard_is_none() {
        for sql in [
            "select e.exception, current_setting('a.b', true)::uuid from e",
            "select e.\"case\" ~ 'x', current_setting('a.b', true)::uuid from e",
            "select \"exception\", current_setting('a.b', true)::uuid from e",
            "select e.pg_input_is_valid, current_setting('a.b', true)::uuid from e",
        ] {
            assert_eq!(cast(sql).as_deref(), Some("uuid"), "{sql}");
        }
    }

    #[test]
    fn a_guarded_cast_or_one_of_a_column_is_not() {
        for sql in [
            "((org_id)::text = auth.org_id())",
            "(org_id = (auth.org_id())::text)",
            "begin return current_setting('a.b', true)::uuid; exception when others then return null; end",
            "select case when auth.org_id() ~ '^[0-9]+$' then auth.org_id()::bigint end",
            "((kind)::uuid = ( SELECT auth.org_id() AS org_id))",
            "(SUBSTRING(auth.org_id() FROM '^[0-9a-f-]{36}$'::text))::uuid",
            "substring(auth.org_id() collate \"C\", '^[0-9a-f-]{36}$')::uuid",
        ] {
            assert_eq!(cast(sql), None, "{sql}");
        }
    }
}
