//! Owns what an `or` lets through: the branches that some condition does not hold back.

use super::asking::{asks, has_relation, mentions, names_column, reads_context};
use super::openings::is_missing;
use super::reader::Reader;
use super::tree::{Expression, Node, is_select, texts, words};
use crate::rls::verify::names::Certainty;

impl Expression {
    /// The branches that nobody who asks makes a difference to. None where the whole asks nothing: that is another
    /// finding.
    pub(in super::super) fn blind_branches(&self, reader: &Reader<'_>) -> Vec<String> {
        let held = |nodes: &[Node]| asks(nodes, reader) || is_false(nodes);
        if !held(&self.nodes) {
            return Vec::new();
        }
        told(&self.nodes, &held)
    }

    /// The branches that ask who is asking, but not by this column, though others do.
    pub(in super::super) fn branches_beside(&self, column: &str, reader: &Reader<'_>) -> Vec<String> {
        if !self.mentions(column) {
            return Vec::new();
        }
        let held = |nodes: &[Node]| {
            names_column(nodes, column, reader)
                || has_relation(nodes, &|word| reader.is_relation(word))
                || !reads_context(nodes, reader, Certainty::Perhaps)
                // Rows that are let through because no organization asks are another finding.
                || (mentions(nodes, column) && is_missing(nodes, reader))
        };
        told(&self.nodes, &held)
    }

    /// The columns that are compared with a constant, and the first such constant.
    pub(in super::super) fn constants(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        constants(&self.nodes, &mut found);
        found
    }
}

fn told(nodes: &[Node], held: &dyn Fn(&[Node]) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    loose(nodes, held, &mut found);
    found.into_iter().map(written).collect()
}

/// A condition that holds one of several joined by `and` holds all of them.
fn loose<'a>(nodes: &'a [Node], held: &dyn Fn(&[Node]) -> bool, found: &mut Vec<&'a [Node]>) {
    if let [Node::Group(inner)] = nodes
        && !is_select(inner)
    {
        return loose(inner, held, found);
    }
    let branches = parts(nodes, "or");
    if branches.len() > 1 {
        return branches.iter().for_each(|branch| loose(branch, held, found));
    }
    let holds = |condition: &&[Node]| {
        let mut left = Vec::new();
        if condition.len() < nodes.len() {
            loose(condition, held, &mut left);
        } else if !held(condition) {
            left.push(condition);
        }
        left.is_empty()
    };
    if !parts(nodes, "and").iter().any(holds) {
        found.push(nodes);
    }
}

fn parts<'a>(nodes: &'a [Node], word: &str) -> Vec<&'a [Node]> {
    nodes.split(|node| node.is_word(word)).collect()
}

fn is_false(nodes: &[Node]) -> bool {
    matches!(nodes, [node] if node.is_word("false"))
}

/// As SQL, near enough to be recognized; a number is not kept.
fn written(nodes: &[Node]) -> String {
    let mut text = String::new();
    for node in nodes {
        let (piece, tight) = match node {
            Node::Word(word) => (word.plain(), false),
            Node::Text(value) => (format!("'{value}'"), false),
            Node::Number => ("...".to_owned(), false),
            Node::Mark(mark) => (mark.clone(), mark == "::" || mark == ","),
            Node::Group(inner) => (
                format!("({})", written(inner)),
                text.ends_with(char::is_alphanumeric),
            ),
        };
        if !(text.is_empty() || tight || text.ends_with("::")) {
            text.push(' ');
        }
        text.push_str(&piece);
    }
    text
}

fn constants(nodes: &[Node], found: &mut Vec<(String, String)>) {
    for (at, node) in nodes.iter().enumerate() {
        match node {
            Node::Group(inner) => constants(inner, found),
            Node::Mark(mark) if mark == "=" => {
                let before = nodes.get(..at).unwrap_or_default();
                let start = before
                    .iter()
                    .rposition(|node| node.is_word("and") || node.is_word("or"))
                    .map_or(0, |joint| joint + 1);
                let column = words(before.get(start..).unwrap_or_default()).next();
                let value = texts(nodes.get(at + 1..).unwrap_or_default());
                if let (Some(column), Some(value)) = (column, value.first()) {
                    found.push((column.last().to_owned(), (*value).to_owned()));
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rls::verify::names::Names;

    fn names() -> Names {
        Names::of_functions(["auth.org_id", "auth.uid", "auth.has_org_role"])
    }

    fn reader(names: &Names) -> Reader<'_> {
        Reader::anywhere(names).looking_into("public", "m", true)
    }

    #[test]
    fn a_branch_that_asks_nobody_is_found() {
        for (sql, branch) in [
            (
                "((org_id = ( SELECT auth.org_id() AS org_id)) OR is_public)",
                "is_public",
            ),
            (
                "((org_id = auth.org_id()) OR (COALESCE(total, 0) < 10))",
                "coalesce (total, ...) < ...",
            ),
            (
                "((title <> 'x'::text) AND ((org_id = auth.org_id()) OR (state = 'open'::text)))",
                "(title <> 'x'::text) and ((org_id = auth.org_id ()) or (state = 'open'::text))",
            ),
        ] {
            let found = Expression::parse(sql).blind_branches(&reader(&names()));
            assert_eq!(found.len(), 1, "{sql}: {found:?}");
            assert_eq!(found[0].replace(' ', ""), branch.replace(' ', ""), "{sql}");
        }
        for sql in [
            "is_public",
            "(org_id = auth.org_id())",
            "((org_id = auth.org_id()) AND (is_public OR (user_id = auth.uid())))",
            "((org_id = auth.org_id()) OR false)",
            "((org_id = auth.org_id()) OR (EXISTS ( SELECT 1 FROM public.m)))",
            "(NOT ((org_id <> auth.org_id()) OR is_secret))",
        ] {
            assert!(
                Expression::parse(sql)
                    .blind_branches(&reader(&names()))
                    .is_empty(),
                "{sql}"
            );
        }
    }

    #[test]
    fn a_branch_beside_the_column_is_found() {
        let beside = |sql| Expression::parse(sql).branches_beside("org_id", &reader(&names()));
        assert_eq!(
            beside("((org_id = auth.org_id()) OR (user_id = auth.uid()))").len(),
            1
        );
        for sql in [
            "(user_id = auth.uid())",
            "((org_id = auth.org_id()) OR is_public)",
            "((org_id = auth.org_id()) AND ((user_id = auth.uid()) OR auth.has_org_role('admin'::text)))",
        ] {
            assert!(beside(sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn what_columns_are_compared_with_is_found() {
        let constants = |sql| Expression::parse(sql).constants();
        let pair = |column: &str, value: &str| vec![(column.to_owned(), value.to_owned())];
        assert_eq!(constants("(state = 'open'::text)"), pair("state", "open"));
        assert_eq!(
            constants("((a.state)::text = ANY (ARRAY['open'::text, 'paid'::text]))"),
            pair("state", "open")
        );
        assert!(constants("(org_id = auth.org_id())").is_empty());
    }
}
