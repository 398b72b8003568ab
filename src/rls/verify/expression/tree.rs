//! Owns an expression as a tree of brackets, and what is read straight from it.

use super::tokens::{Token, tokens};
use super::word::Word;

/// A token, or what stands between brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) enum Node {
    Word(Word),
    Text(String),
    Number,
    Mark(String),
    Group(Vec<Self>),
}

/// An expression.
#[derive(Debug)]
pub(in super::super) struct Expression {
    pub(in super::super) nodes: Vec<Node>,
}

impl Node {
    /// Whether it is this key word.
    pub(super) fn is_word(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.is(keyword))
    }

    /// Whether it is this mark.
    pub(super) fn is_mark(&self, wanted: &str) -> bool {
        matches!(self, Self::Mark(mark) if mark == wanted)
    }
}

impl Expression {
    /// Reads SQL; brackets that do not match end where the text ends.
    pub(in super::super) fn parse(sql: &str) -> Self {
        let mut open: Vec<Vec<Node>> = vec![Vec::new()];
        let close = |open: &mut Vec<Vec<Node>>| {
            if open.len() > 1
                && let Some(group) = open.pop()
                && let Some(outer) = open.last_mut()
            {
                outer.push(Node::Group(group));
            }
        };
        for token in tokens(sql) {
            let node = match token {
                Token::Open => {
                    open.push(Vec::new());
                    continue;
                }
                Token::Close => {
                    close(&mut open);
                    continue;
                }
                Token::Word(word) => Node::Word(word),
                Token::Text(text) => Node::Text(text),
                Token::Number => Node::Number,
                Token::Mark(mark) => Node::Mark(mark),
            };
            if let Some(inner) = open.last_mut() {
                inner.push(node);
            }
        }
        while open.len() > 1 {
            close(&mut open);
        }
        Self {
            nodes: open.pop().unwrap_or_default(),
        }
    }

    /// Whether a sub-select of it reads from something.
    pub(in super::super) fn looks_up(&self) -> bool {
        looks_up(&self.nodes)
    }

    /// Every word of it.
    pub(in super::super) fn words(&self) -> impl Iterator<Item = &Word> {
        words(&self.nodes)
    }

    /// The functions that it calls.
    pub(in super::super) fn calls(&self) -> Vec<&Word> {
        let mut found = Vec::new();
        collect_calls(&self.nodes, &mut found);
        found
    }

    /// The string constants in it.
    pub(in super::super) fn texts(&self) -> Vec<&str> {
        texts(&self.nodes)
    }

    /// The settings that it reads by name.
    pub(in super::super) fn settings(&self) -> Vec<&str> {
        let mut found = Vec::new();
        collect_settings(&self.nodes, &mut found);
        found
    }

    /// The settings that it sets for longer than a transaction.
    pub(in super::super) fn lasting_settings(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect_lasting(&self.nodes, &mut found);
        found
    }
}

/// Every word, brackets or not.
pub(super) fn words(nodes: &[Node]) -> Box<dyn Iterator<Item = &Word> + '_> {
    Box::new(nodes.iter().flat_map(|node| -> Box<dyn Iterator<Item = &Word>> {
        match node {
            Node::Word(word) => Box::new(std::iter::once(word)),
            Node::Group(inner) => words(inner),
            Node::Text(_) | Node::Number | Node::Mark(_) => Box::new(std::iter::empty()),
        }
    }))
}

/// Each call at this level: its place, its name and what is between its brackets.
pub(super) fn calls_here(nodes: &[Node]) -> impl Iterator<Item = (usize, &Word, &[Node])> {
    nodes.windows(2).enumerate().filter_map(|(at, pair)| match pair {
        [Node::Word(name), Node::Group(arguments)] => Some((at, name, arguments.as_slice())),
        _ => None,
    })
}

/// Whether this is a sub-select, or what starts one.
pub(super) fn is_select(nodes: &[Node]) -> bool {
    matches!(nodes.first(), Some(Node::Word(word)) if word.is_one_of(&["select", "with", "values"]))
}

/// `is distinct from` and `extract(year from x)` read from nothing.
fn looks_up(nodes: &[Node]) -> bool {
    let compares = |at: usize| {
        let before = at.checked_sub(2).and_then(|start| nodes.get(start..at));
        matches!(before, Some([is, distinct]) if distinct.is_word("distinct") && !is.is_word("select"))
    };
    let from = |(at, node): (usize, &Node)| node.is_word("from") && !compares(at);
    (is_select(nodes) && nodes.iter().enumerate().any(from)) || groups(nodes).any(|inner| looks_up(inner))
}

fn groups(nodes: &[Node]) -> impl Iterator<Item = &Vec<Node>> {
    nodes.iter().filter_map(|node| match node {
        Node::Group(inner) => Some(inner),
        _ => None,
    })
}

fn collect_calls<'a>(nodes: &'a [Node], found: &mut Vec<&'a Word>) {
    found.extend(calls_here(nodes).map(|(_, name, _)| name));
    groups(nodes).for_each(|inner| collect_calls(inner, found));
}

/// Every string constant, brackets or not.
pub(super) fn texts(nodes: &[Node]) -> Vec<&str> {
    let mut found = Vec::new();
    collect_texts(nodes, &mut found);
    found
}

fn collect_texts<'a>(nodes: &'a [Node], found: &mut Vec<&'a str>) {
    for node in nodes {
        match node {
            Node::Text(text) => found.push(text),
            Node::Group(inner) => collect_texts(inner, found),
            Node::Word(_) | Node::Number | Node::Mark(_) => {}
        }
    }
}

fn collect_settings<'a>(nodes: &'a [Node], found: &mut Vec<&'a str>) {
    for (_, name, arguments) in calls_here(nodes) {
        if let ("current_setting", Some(Node::Text(setting))) = (name.last(), arguments.first()) {
            found.push(setting);
        }
    }
    groups(nodes).for_each(|inner| collect_settings(inner, found));
}

/// `set_config(name, value, false)`, `set a.b = …`, `set session a.b to …`; texts are looked into, as they may run.
fn collect_lasting(nodes: &[Node], found: &mut Vec<String>) {
    for (_, name, arguments) in calls_here(nodes) {
        let parts: Vec<&[Node]> = arguments.split(|node| node.is_mark(",")).collect();
        if let ("set_config", [setting, _, [Node::Word(local)]]) = (name.last(), parts.as_slice())
            && local.is_one_of(&["false", "f"])
        {
            found.push(match setting.first() {
                Some(Node::Text(setting)) => setting.clone(),
                _ => "a setting".to_owned(),
            });
        }
    }
    for (at, node) in nodes.iter().enumerate() {
        match node {
            Node::Word(word) if word.is("set") => found.extend(set_statement(nodes, at)),
            Node::Group(inner) => collect_lasting(inner, found),
            Node::Text(text) if text.len() > "set a.b".len() => {
                collect_lasting(&Expression::parse(text).nodes, found);
            }
            _ => {}
        }
    }
}

/// The setting of a `set` statement that is not local. Only settings of applications have a dot.
fn set_statement(nodes: &[Node], at: usize) -> Option<String> {
    let starts = match at.checked_sub(1).and_then(|before| nodes.get(before)) {
        None => true,
        Some(Node::Mark(mark)) => mark == ";",
        Some(Node::Word(word)) => word.is_one_of(&["begin", "then", "else", "loop", "atomic"]),
        Some(_) => false,
    };
    let rest: Vec<String> = nodes
        .get(at + 1..)?
        .iter()
        .map_while(|node| match node {
            Node::Word(word) => Some(word.path()),
            _ => None,
        })
        .take(2)
        .collect();
    let setting = match rest.as_slice() {
        [session, setting, ..] if session == "session" => setting,
        [setting, ..] if setting != "local" => setting,
        _ => return None,
    };
    (starts && setting.contains('.')).then(|| setting.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lasting(sql: &str) -> Vec<String> {
        Expression::parse(sql).lasting_settings()
    }

    #[test]
    fn a_setting_that_outlives_its_transaction_is_found() {
        for sql in [
            "begin perform set_config('app.user', x, false); end",
            "select pg_catalog.set_config('app.user', coalesce(x, ''), FALSE)",
            "begin set app.user = 'x'; end",
            "begin execute 'set session app.user to x'; end",
            "set app.user to default",
        ] {
            assert_eq!(lasting(sql), ["app.user"], "{sql}");
        }
        for sql in [
            "begin perform set_config('app.user', x, true); end",
            "begin set local app.user = 'x'; end",
            "begin update t set x = 1; end",
            "select set_config('app.user', 'false', is_local)",
            "-- set app.user = 1",
        ] {
            assert!(lasting(sql).is_empty(), "{sql}");
        }
    }

    #[test]
    fn what_is_called_and_read_is_found_in_brackets() {
        let expression = Expression::parse(
            "(org_id = ( SELECT auth.org_id() AS org_id)) AND (EXISTS ( SELECT 1 FROM public.members m \
             WHERE (m.user_id = current_setting('app.user'::text, true))))",
        );
        let calls: Vec<String> = expression.calls().into_iter().map(Word::path).collect();
        assert!(
            calls.contains(&"auth.org_id".to_owned()) && calls.contains(&"current_setting".to_owned()),
            "{calls:?}"
        );
        assert_eq!(expression.settings(), ["app.user"]);
        assert!(expression.looks_up());
        for sql in [
            "extract(year from opened_at) > 2000",
            "(SELECT (a IS DISTINCT FROM b))",
            "\"from\" = 'x'",
        ] {
            assert!(!Expression::parse(sql).looks_up(), "{sql}");
        }
        assert!(Expression::parse("EXISTS ( SELECT DISTINCT FROM pg_roles)").looks_up());
    }
}
