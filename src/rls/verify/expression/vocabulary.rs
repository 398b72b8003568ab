//! Owns the words that claims are compared with: which of them no claim of ours ever is.

use super::tree::{Expression, Node, calls_here, texts, words};
use super::word::Word;

/// What the kit's functions answer, and what they are asked by.
#[derive(Debug)]
pub(in super::super) struct Vocabulary {
    /// The kit's schema.
    pub(in super::super) schema: String,
    /// Whether the kit is there: `role` is the platform's then, and claims are ours.
    pub(in super::super) kit: bool,
    /// Roles of the organizations' own.
    pub(in super::super) org_roles: Vec<String>,
}

/// A word that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Unknown {
    /// What it is compared with, or said to.
    pub(in super::super) asked: String,
    pub(in super::super) word: String,
    /// The words that there are.
    pub(in super::super) known: &'static [&'static str],
}

const ORG_ROLES: &[&str] = &["owner", "admin", "member", "viewer"];
const PLATFORM_ROLES: &[&str] = &["user", "admin", "service"];
const TIERS: &[&str] = &["guest", "public", "beta", "alpha", "founder"];
const ACTIONS: &[&str] = &["read", "write", "admin"];

impl Expression {
    /// The words that a claim is compared with and never is.
    pub(in super::super) fn unknown_words(&self, vocabulary: &Vocabulary) -> Vec<Unknown> {
        let mut found = Vec::new();
        vocabulary.collect(&self.nodes, &mut found);
        found
    }
}

impl Vocabulary {
    fn collect(&self, nodes: &[Node], found: &mut Vec<Unknown>) {
        for (_, name, arguments) in calls_here(nodes) {
            let (at, known) = match self.of_kit(name) {
                Some("has_org_role") => (0, ORG_ROLES),
                Some("tier_at_least") => (0, TIERS),
                Some("can") => (1, ACTIONS),
                _ => continue,
            };
            let mut arguments = arguments.split(|node| node.is_mark(","));
            if let Some([Node::Text(word), ..]) = arguments.nth(at) {
                self.judge(&format!("{}()", name.plain()), word, known, found);
            }
        }
        for (at, node) in nodes.iter().enumerate() {
            match node {
                Node::Group(inner) => self.collect(inner, found),
                Node::Mark(mark) if matches!(mark.as_str(), "=" | "<>" | "!=") => {
                    self.compared(before(nodes, at), after(nodes, at), found);
                }
                Node::Word(word) if word.is("in") => {
                    self.compared(before(nodes, at), after(nodes, at), found);
                }
                _ => {}
            }
        }
    }

    fn compared(&self, left: &[Node], right: &[Node], found: &mut Vec<Unknown>) {
        for (asking, said) in [(left, right), (right, left)] {
            // Another statement's conditions are judged where they stand.
            if words(asking).chain(words(said)).any(|word| word.is("from")) {
                continue;
            }
            if let Some((asked, known)) = self.asked(asking) {
                for word in texts(said) {
                    self.judge(&asked, word, known, found);
                }
                return;
            }
        }
    }

    /// What a side of a comparison asks for.
    fn asked(&self, nodes: &[Node]) -> Option<(String, &'static [&'static str])> {
        let called = calls_here(nodes).find_map(|(_, name, _)| {
            let known = match self.of_kit(name)? {
                "org_role" => ORG_ROLES,
                "role" if self.kit => PLATFORM_ROLES,
                "tier" => TIERS,
                _ => return None,
            };
            Some((format!("{}()", name.plain()), known))
        });
        let claimed = nodes.windows(3).find_map(|three| match three {
            [Node::Mark(arrow), Node::Mark(head), Node::Text(claim)]
                if arrow == "->" && head == ">" && self.kit =>
            {
                let known = match claim.as_str() {
                    "org_role" | "user_role" => ORG_ROLES,
                    "tier" => TIERS,
                    _ => return None,
                };
                Some((format!("the claim {claim}"), known))
            }
            _ => None,
        });
        let inside = || {
            nodes.iter().find_map(|node| match node {
                Node::Group(inner) => self.asked(inner),
                _ => None,
            })
        };
        called.or(claimed).or_else(inside)
    }

    /// The name of a function of the kit.
    fn of_kit<'a>(&self, word: &'a Word) -> Option<&'a str> {
        let (schema, name) = word.qualified();
        (schema == Some(self.schema.as_str())).then_some(name)
    }

    fn judge(&self, asked: &str, word: &str, known: &'static [&'static str], found: &mut Vec<Unknown>) {
        let own = known == ORG_ROLES && self.org_roles.iter().any(|role| role == word);
        if !(word.is_empty() || own || known.contains(&word)) {
            found.push(Unknown {
                asked: asked.to_owned(),
                word: word.to_owned(),
                known,
            });
        }
    }
}

/// What ends a side of a comparison.
fn ends(node: &Node) -> bool {
    match node {
        Node::Word(word) => word.is_one_of(&[
            "and", "or", "not", "select", "where", "when", "then", "else", "end", "return", "if", "as",
        ]),
        Node::Mark(mark) => mark == "," || mark == ";",
        _ => false,
    }
}

fn before(nodes: &[Node], at: usize) -> &[Node] {
    let nodes = nodes.get(..at).unwrap_or_default();
    let start = nodes.iter().rposition(ends).map_or(0, |end| end + 1);
    nodes.get(start..).unwrap_or_default()
}

fn after(nodes: &[Node], at: usize) -> &[Node] {
    let nodes = nodes.get(at + 1..).unwrap_or_default();
    let end = nodes.iter().position(ends).unwrap_or(nodes.len());
    nodes.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_none_is_found_wherever_it_stands() {
        let vocabulary = Vocabulary {
            schema: "auth".to_owned(),
            kit: false,
            org_roles: vec!["analyst".to_owned()],
        };
        let unknown = |sql: &str| -> Vec<String> {
            let found = Expression::parse(sql).unknown_words(&vocabulary);
            found.into_iter().map(|unknown| unknown.word).collect()
        };
        assert_eq!(
            unknown(
                "(( SELECT auth.org_role() AS org_role) = ANY (ARRAY['owner'::text, 'boss'::text, 'analyst'::text]))"
            ),
            ["boss"]
        );
        assert_eq!(
            unknown("select auth.org_role() in ('owner', 'boss') and x = 'y'"),
            ["boss"]
        );
        assert_eq!(
            unknown("if 'boss' <> auth.org_role() then return 'no'; end if"),
            ["boss"]
        );
        for sql in [
            "(auth.role() = 'authenticated'::text)",
            "(title = 'boss'::text)",
            "(auth.org_role() = ''::text)",
            "(auth.can('boss'::text, 'read'::text))",
        ] {
            assert_eq!(unknown(sql), [""; 0], "{sql}");
        }
    }
}
