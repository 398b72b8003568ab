//! Owns the statements that a function runs from texts: `execute '…'`, and `execute` of what it has put together.

use super::tree::{Expression, Node};

impl Expression {
    /// The same with the texts that are executed read as the SQL that they are.
    pub(in super::super) fn with_statements(&self) -> Self {
        Self {
            nodes: read(&self.nodes),
        }
    }

    /// Whether it executes a statement that no text of its own is the whole of.
    pub(in super::super) fn puts_together(&self) -> bool {
        puts_together(&self.nodes)
    }
}

fn is_execute(nodes: &[Node], at: usize) -> bool {
    let execute = nodes.get(at).is_some_and(|node| node.is_word("execute"));
    // `grant execute on`, `… execute function f()`
    let other = matches!(nodes.get(at + 1), Some(Node::Word(word)) if word.is_one_of(&["on", "function", "procedure"]));
    execute && !other
}

fn read(nodes: &[Node]) -> Vec<Node> {
    let mut executed = false;
    let mut found = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        executed = (executed || is_execute(nodes, at)) && !matches!(node, Node::Mark(mark) if mark == ";");
        found.push(match node {
            Node::Text(text) if executed => Node::Group(Expression::parse(text).nodes),
            Node::Group(inner) if executed => Node::Group(texts_read(inner)),
            Node::Group(inner) => Node::Group(read(inner)),
            other => other.clone(),
        });
    }
    found
}

fn texts_read(nodes: &[Node]) -> Vec<Node> {
    let one = |node: &Node| match node {
        Node::Text(text) => Node::Group(Expression::parse(text).nodes),
        Node::Group(inner) => Node::Group(texts_read(inner)),
        other => other.clone(),
    };
    nodes.iter().map(one).collect()
}

fn puts_together(nodes: &[Node]) -> bool {
    let constant = |at: usize| {
        let next = match nodes.get(at + 2) {
            None => true,
            Some(Node::Mark(mark)) => mark == ";",
            Some(Node::Word(word)) => word.is_one_of(&["into", "using"]),
            Some(_) => false,
        };
        next && matches!(nodes.get(at + 1), Some(Node::Text(_)))
    };
    nodes.iter().enumerate().any(|(at, node)| {
        (is_execute(nodes, at) && !constant(at)) || matches!(node, Node::Group(inner) if puts_together(inner))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_that_are_put_together_are_found() {
        for (sql, found) in [
            ("begin execute 'select 1'; end", false),
            ("begin execute 'select 1' into n; return n; end", false),
            ("begin execute 'select ' || what; end", true),
            ("begin execute format('select %I', what) into n; end", true),
            ("begin execute what; end", true),
            ("begin if x then execute what; end if; end", true),
            ("grant execute on function f() to x", false),
            ("begin return query execute what; end", true),
        ] {
            assert_eq!(Expression::parse(sql).puts_together(), found, "{sql}");
        }
        let body = Expression::parse(
            "begin execute 'select 1 from public.stores'; execute format('delete from x'); end",
        );
        let body = body.with_statements();
        let has = |body: &Expression, name: &str| body.words().any(|word| word.last() == name);
        assert!(has(&body, "stores") && has(&body, "x"));
        let other = Expression::parse("begin raise 'stores'; end").with_statements();
        assert!(!has(&other, "stores"));
    }
}
