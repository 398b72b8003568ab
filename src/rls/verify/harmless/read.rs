//! Owns what one text needs of others: every function that it calls and every view that it reads, or why it cannot be
//! said. It reads more than there is rather than less: a word counts wherever it might be a name.

use std::collections::BTreeSet;

use super::judge::{Known, Piece};
use super::words::{is_grammar, is_refused};
use crate::rls::verify::expression::{Expression, Node, quoted_names};

/// What a text needs, or why it is not harmless.
pub(super) fn needs<'a>(text: &str, known: &Known<'a>) -> Result<BTreeSet<Piece<'a>>, String> {
    // Whether this ends a text depends on settings, and on what stands before.
    if text.contains("\\'") {
        return Err("has a quotation mark behind a backslash".to_owned());
    }
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ' ' | '-');
    for name in quoted_names(text) {
        if is_grammar(&name) || !name.chars().all(plain) {
            return Err(format!("has the name \"{name}\""));
        }
    }
    let mut reading = Reading {
        known,
        needs: BTreeSet::new(),
    };
    reading.nodes(&Expression::parse(text).nodes)?;
    Ok(reading.needs)
}

struct Reading<'k, 'a> {
    known: &'k Known<'a>,
    needs: BTreeSet<Piece<'a>>,
}

impl Reading<'_, '_> {
    fn nodes(&mut self, nodes: &[Node]) -> Result<(), String> {
        for (at, node) in nodes.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| nodes.get(before));
            let after = nodes.get(at + 1);
            match node {
                // `operator(schema.+)`: operators are judged for the whole database.
                Node::Group(inner) if is_operator(before, inner) => {}
                Node::Group(inner) => self.nodes(inner)?,
                Node::Word(word) => self.word(&word.path(), before, after)?,
                // `(row).name` may call a function of that name.
                Node::Mark(mark) if mark == "." => {
                    let dot = |node: Option<&Node>| matches!(node, Some(Node::Mark(mark)) if mark == "." || mark.starts_with('*'));
                    if !dot(after) && !dot(before) {
                        return Err("takes a field of a row by a name of its own".to_owned());
                    }
                }
                Node::Text(_) | Node::Number | Node::Mark(_) => {}
            }
        }
        Ok(())
    }

    fn word(&mut self, word: &str, before: Option<&Node>, after: Option<&Node>) -> Result<(), String> {
        if is_refused(word) {
            return Err(format!("has the word {word}"));
        }
        // Whether PostgreSQL makes such a letter small depends on the encoding, so what it names is not known.
        if word.to_lowercase() != word.to_ascii_lowercase() {
            return Err(format!("has the name {word}"));
        }
        self.needs.extend(self.known.relations(word));
        // `as t (a, b)`, `with q (a) as`
        let names =
            matches!(before, Some(Node::Word(before)) if before.is_one_of(&["as", "with", "recursive"]));
        let grammar = is_grammar(word) && !self.known.is_taken(word);
        match after {
            Some(Node::Group(_)) if names || grammar => Ok(()),
            Some(Node::Group(_)) => {
                let called = self.known.called(word)?;
                self.needs.extend(called);
                Ok(())
            }
            // `row.name` may call a function of that name.
            _ => match word.rsplit_once('.') {
                Some((_, last)) if self.known.is_function(last) => {
                    let called = self.known.called(last)?;
                    self.needs.extend(called);
                    Ok(())
                }
                _ => Ok(()),
            },
        }
    }
}

fn is_operator(before: Option<&Node>, inner: &[Node]) -> bool {
    let operator = matches!(before, Some(Node::Word(word)) if word.is("operator"));
    operator
        && matches!(inner.last(), Some(Node::Mark(_)))
        && !inner.iter().any(|node| matches!(node, Node::Group(_)))
}
