//! Macros: their tokens have no syntax yet, so paths and strings are read from the tokens themselves.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::{Lit, UseTree};

use super::finder::Finder;
use super::names::Form;

impl Finder {
    /// Notes every path and string among `tokens`, at any depth.
    pub(super) fn scan(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            at += self.step(&trees[at..], at.checked_sub(1).map(|before| &trees[before]));
        }
    }

    /// Reads what opens `trees` and returns how many of them that took.
    fn step(&mut self, trees: &[TokenTree], before: Option<&TokenTree>) -> usize {
        match &trees[0] {
            TokenTree::Group(group) => self.scan(group.stream()),
            TokenTree::Literal(literal) => {
                if let Lit::Str(text) = Lit::new(literal.clone()) {
                    self.text(&text);
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '#' => return documentation(trees),
            // A lifetime, or a variable of a macro with what follows it: neither names anything yet.
            TokenTree::Punct(mark) if mark.as_char() == '\'' => return 2,
            TokenTree::Punct(mark) if mark.as_char() == '$' && !is_word(trees.get(1), "crate") => {
                return 1 + path(&trees[1..]).1;
            }
            TokenTree::Punct(_) if path_separator(trees) && is_name(trees.get(2)) => {
                return 2 + self.path_from(&trees[2..], true);
            }
            // A field or a method; `..crate::x` is a path all the same.
            TokenTree::Ident(_) if is_mark(before, '.') && !path_separator(&trees[1..]) => {}
            name @ TokenTree::Ident(_) if is_name(Some(name)) => return self.path_from(trees, false),
            TokenTree::Ident(_) | TokenTree::Punct(_) => {}
        }
        1
    }

    /// Notes the path that opens `trees`, with the group of an import or the mark of a macro after it.
    fn path_from(&mut self, trees: &[TokenTree], global: bool) -> usize {
        let line = trees[0].span().start().line;
        let (mut segments, taken) = path(trees);
        let after = &trees[taken..];
        if path_separator(after) {
            if let Some(TokenTree::Group(group)) = after.get(2)
                && group.delimiter() == Delimiter::Brace
                && let Ok(tree) = syn::parse2::<UseTree>(after[2].clone().into())
            {
                self.import(&tree, &segments, global);
                return taken + 3;
            }
            if is_mark(after.get(2), '*') {
                segments.push("*".to_owned());
                self.mention(segments, global, Form::Import, line);
                return taken + 3;
            }
        }
        let invoked = is_mark(after.first(), '!') && matches!(after.get(1), Some(TokenTree::Group(_)));
        self.mention(
            segments,
            global,
            if invoked { Form::Macro } else { Form::Path },
            line,
        );
        taken
    }
}

/// The path that opens `trees` and its length in tokens: names parted by `::`.
fn path(trees: &[TokenTree]) -> (Vec<String>, usize) {
    let mut segments = Vec::new();
    let mut taken = 0;
    while let Some(TokenTree::Ident(name)) = trees.get(taken) {
        segments.push(name.unraw().to_string());
        taken += 1;
        if !path_separator(&trees[taken..]) || !matches!(trees.get(taken + 2), Some(TokenTree::Ident(_))) {
            break;
        }
        taken += 2;
    }
    (segments, taken)
}

/// How many tokens a doc comment takes; of any other attribute only its mark is passed over.
fn documentation(trees: &[TokenTree]) -> usize {
    let at = if is_mark(trees.get(1), '!') { 2 } else { 1 };
    match trees.get(at) {
        Some(TokenTree::Group(group)) if is_word(group.stream().into_iter().next().as_ref(), "doc") => at + 1,
        _ => 1,
    }
}

fn path_separator(trees: &[TokenTree]) -> bool {
    is_mark(trees.first(), ':') && is_mark(trees.get(1), ':')
}

fn is_mark(tree: Option<&TokenTree>, mark: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(found)) if found.as_char() == mark)
}

fn is_word(tree: Option<&TokenTree>, word: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(found)) if found == word)
}

/// A name that may open a path: not a keyword, unless it is one of the four that paths begin with.
fn is_name(tree: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Ident(name)) = tree else {
        return false;
    };
    ["crate", "self", "super", "Self"]
        .iter()
        .any(|keyword| name == keyword)
        || syn::parse2::<syn::Ident>(TokenTree::Ident(name.clone()).into()).is_ok()
}
