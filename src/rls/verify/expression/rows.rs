//! Owns the search for claims that are read anew for each row: calls that are not `(select f())`.

use super::reader::Reader;
use super::tree::{Expression, Node, calls_here};
use super::word::Word;
use crate::rls::verify::names::Certainty;

impl Expression {
    /// The calls of context functions that could be made once and are made for each row.
    pub(in super::super) fn calls_per_row(&self, reader: &Reader<'_>) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.nodes, reader, false, &mut found);
        found.dedup();
        found
    }
}

/// The same SQL with each of these calls inside a `select`, where it is made once. A call that is in one already is made
/// once still.
pub(in super::super) fn with_calls_once(sql: &str, calls: &[String]) -> String {
    let mut text = sql.to_owned();
    for call in calls {
        let opening = format!("{call}(");
        let mut done = String::new();
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(&opening) {
            let inside =
                before.ends_with(|last: char| last.is_alphanumeric() || matches!(last, '_' | '.' | '"'));
            let end = closing(after).filter(|_| !inside);
            done.push_str(before);
            let Some((arguments, beyond)) =
                end.and_then(|end| Some((after.get(..end)?, after.get(end + 1..)?)))
            else {
                done.push_str(&opening);
                rest = after;
                continue;
            };
            done.push_str("(select ");
            done.push_str(&opening);
            done.push_str(arguments);
            done.push_str("))");
            rest = beyond;
        }
        done.push_str(rest);
        text = done;
    }
    text
}

/// Where the bracket ends that was opened before.
fn closing(sql: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, letter) in sql.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => return Some(at),
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

fn collect(nodes: &[Node], reader: &Reader<'_>, once: bool, found: &mut Vec<String>) {
    let once = if nodes.first().is_some_and(|first| first.is_word("select")) {
        !nodes.iter().any(|node| node.is_word("from"))
    } else {
        once
    };
    let asks = |name: &Word| reader.is_context(name, Certainty::Perhaps);
    let bare = calls_here(nodes).filter(|(_, name, arguments)| asks(name) && is_constant(arguments));
    if !once {
        found.extend(bare.map(|(_, name, _)| name.plain()));
    }
    for node in nodes {
        if let Node::Group(inner) = node {
            collect(inner, reader, once, found);
        }
    }
}

/// Whether it is the same for every row.
fn is_constant(nodes: &[Node]) -> bool {
    nodes.iter().enumerate().all(|(at, node)| match node {
        Node::Word(word) => {
            let before = at.checked_sub(1).and_then(|before| nodes.get(before));
            matches!(before, Some(Node::Mark(mark)) if mark == "::")
                || matches!(nodes.get(at + 1), Some(Node::Group(_)))
                || word.is_one_of(&["true", "false", "null", "array"])
        }
        Node::Group(inner) => is_constant(inner),
        Node::Text(_) | Node::Number | Node::Mark(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rls::verify::names::Names;

    fn per_row(sql: &str) -> Vec<String> {
        let names = Names::of_functions(["auth.org_id", "auth.uid", "auth.can", "public.is_admin"]);
        Expression::parse(sql).calls_per_row(&Reader::anywhere(&names))
    }

    #[test]
    fn a_bare_call_is_found_and_one_in_a_select_is_not() {
        assert_eq!(per_row("(org_id = auth.org_id())"), ["auth.org_id"]);
        assert_eq!(
            per_row("(org_id = current_setting('a.b'::text))"),
            ["current_setting"]
        );
        assert_eq!(
            per_row("(EXISTS ( SELECT 1 FROM public.m WHERE (m.u = auth.uid())))"),
            ["auth.uid"]
        );
        for sql in [
            "(org_id = ( SELECT auth.org_id() AS org_id))",
            "( SELECT auth.can('a'::text, 'read'::text) AS can)",
            "(EXISTS ( SELECT 1 FROM public.m WHERE (m.u = ( SELECT auth.uid() AS uid))))",
            "( SELECT (auth.org_id() = 'x'::text))",
        ] {
            assert!(per_row(sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn calls_are_put_into_a_select() {
        let calls = ["auth.org_id", "current_setting"].map(str::to_owned);
        assert_eq!(
            with_calls_once(
                "((org_id = auth.org_id()) AND (u = current_setting('a)b'::text, true)))",
                &calls
            ),
            "((org_id = (select auth.org_id())) AND (u = (select current_setting('a)b'::text, true))))"
        );
        assert_eq!(with_calls_once("my_auth.org_id()", &calls), "my_auth.org_id()");
    }

    #[test]
    fn a_call_that_depends_on_the_row_cannot_be_made_once() {
        assert!(per_row("public.is_admin(org_id, 1)").is_empty());
        assert_eq!(per_row("public.is_admin(org_id, auth.uid())"), ["auth.uid"]);
    }
}
