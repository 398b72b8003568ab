//! Owns the words and marks of SQL.

use super::word::Word;

/// A word, a mark or a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a key word.
    Word(Word),
    /// A string constant.
    Text(String),
    /// A number.
    Number,
    /// `::`, `=`, `,` and so on.
    Mark(String),
    Open,
    Close,
}

/// Splits SQL into tokens; comments are left out.
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, length) = next(rest, first);
        if let Some(token) = token {
            push(&mut found, token);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// A word behind `a.` continues it, whatever blanks and comments are between them.
fn push(found: &mut Vec<Token>, token: Token) {
    if let Token::Word(word) = &token
        && let [.., Token::Word(before), Token::Mark(dot)] = found.as_mut_slice()
        && dot == "."
    {
        before.parts.extend(word.parts.iter().cloned());
        before.quoted |= word.quoted;
        found.pop();
        return;
    }
    found.push(token);
}

fn next(rest: &str, first: char) -> (Option<Token>, usize) {
    match first {
        '(' => (Some(Token::Open), 1),
        ')' => (Some(Token::Close), 1),
        '-' if rest.starts_with("--") => (None, rest.find(['\n', '\r']).unwrap_or(rest.len())),
        '/' if rest.starts_with("/*") => (None, comment(rest)),
        '\'' => text(rest, 0),
        'e' | 'E' if rest[1..].starts_with('\'') => text(rest, 1),
        '$' => dollars(rest),
        '"' => {
            let (name, length) = delimited(rest, 0, '"');
            (Some(Token::Word(Word::new(name, true))), length)
        }
        _ if first.is_ascii_whitespace() || first == '\u{b}' => (None, 1),
        _ if first.is_ascii_digit() => {
            let length = rest
                .find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '.'))
                .unwrap_or(rest.len());
            // `1..f(2)` is a range.
            let digits = rest.get(..length).unwrap_or_default();
            let length = digits.find("..").unwrap_or(length);
            (Some(Token::Number), length)
        }
        _ if is_part(first) => {
            let length = rest
                .find(|letter| !(is_part(letter) || letter == '$'))
                .unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or_default().to_ascii_lowercase();
            (Some(Token::Word(Word::new(word, false))), length)
        }
        _ => mark(rest, first),
    }
}

fn mark(rest: &str, first: char) -> (Option<Token>, usize) {
    let length = if OPERATOR.contains(first) {
        let run = rest
            .find(|letter| !OPERATOR.contains(letter))
            .unwrap_or(rest.len());
        // A comment may follow at once.
        let comment = |start: &str| rest.get(1..run).and_then(|more| more.find(start));
        let comment = comment("--").into_iter().chain(comment("/*")).min();
        comment.map_or(run, |at| at + 1).min(2)
    } else if rest.starts_with("::") || rest.starts_with(":=") {
        2
    } else {
        first.len_utf8()
    };
    let mark = rest.get(..length).unwrap_or_default().to_owned();
    (Some(Token::Mark(mark)), length)
}

const OPERATOR: &str = "+*/<>=~!@#%^&|?-";

fn text(rest: &str, prefix: usize) -> (Option<Token>, usize) {
    let (value, length) = delimited(rest, prefix, '\'');
    (Some(Token::Text(value)), length)
}

/// What stands between two `quote`s, where a doubled one is one; with a prefix also a backslashed one.
fn delimited(rest: &str, prefix: usize, quote: char) -> (String, usize) {
    let mut value = String::new();
    let mut letters = rest.char_indices().skip(prefix + 1).peekable();
    while let Some((at, letter)) = letters.next() {
        if letter == '\\' && prefix == 1 {
            value.extend(letters.next().map(|(_, escaped)| escaped));
        } else if letter == quote {
            if letters.next_if(|(_, next)| *next == quote).is_none() {
                return (value, at + quote.len_utf8());
            }
            value.push(quote);
        } else {
            value.push(letter);
        }
    }
    (value, rest.len())
}

/// `$tag$ … $tag$`, or a parameter.
fn dollars(rest: &str) -> (Option<Token>, usize) {
    let tag = rest[1..]
        .find(|letter: char| !is_part(letter))
        .filter(|at| {
            rest[1 + at..].starts_with('$') && !rest[1..].starts_with(|one: char| one.is_ascii_digit())
        })
        .and_then(|at| rest.get(..at + 2));
    let Some(tag) = tag else {
        return (Some(Token::Mark("$".to_owned())), 1);
    };
    let body = rest.get(tag.len()..).unwrap_or_default();
    let end = body.find(tag);
    let value = body.get(..end.unwrap_or(body.len())).unwrap_or_default();
    let length = end.map_or(rest.len(), |end| 2 * tag.len() + end);
    (Some(Token::Text(value.to_owned())), length)
}

/// How long a comment is: it may hold others.
fn comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut bytes = rest.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        match (byte, bytes.peek()) {
            (b'/', Some((_, b'*'))) => depth += 1,
            (b'*', Some((_, b'/'))) => depth = depth.saturating_sub(1),
            _ => continue,
        }
        bytes.next();
        if depth == 0 {
            return at + 2;
        }
    }
    rest.len()
}

/// As PostgreSQL has it: whatever is not ASCII may stand in a name.
const fn is_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || !letter.is_ascii()
}

/// The names between quotation marks.
pub(in super::super) fn quoted_names(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let (token, length) = next(rest, first);
        if let (Some(Token::Word(word)), '"') = (token, first) {
            found.push(word.path());
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Token {
        Token::Word(Word::new(text.to_owned(), false))
    }

    fn name(parts: &[&str], quoted: bool) -> Token {
        let parts = parts.iter().map(|part| (*part).to_owned()).collect();
        Token::Word(Word { parts, quoted })
    }

    #[test]
    fn names_strings_and_comments_are_told_apart() {
        assert_eq!(
            tokens("Auth.uid() -- 'x'\n = \"A.b\".c /* ' */ || 'it''s (' || E'a\\'b'"),
            [
                name(&["auth", "uid"], false),
                Token::Open,
                Token::Close,
                Token::Mark("=".to_owned()),
                name(&["A.b", "c"], true),
                Token::Mark("||".to_owned()),
                Token::Text("it's (".to_owned()),
                Token::Mark("||".to_owned()),
                Token::Text("a'b".to_owned()),
            ]
        );
    }

    #[test]
    fn a_name_goes_on_behind_a_dot_whatever_stands_there() {
        for sql in ["a.b", "a. b", "a /* . */ .b", "a . -- .\n b"] {
            assert_eq!(tokens(sql), [name(&["a", "b"], false)], "{sql}");
        }
        for sql in ["(a).b", "a..b", "a .. b", "a.*, b"] {
            assert!(tokens(sql).contains(&word("b")), "{sql}");
        }
    }

    #[test]
    fn a_dollar_quoted_body_is_one_text() {
        assert_eq!(
            tokens("$f$ select $1; $f$ $1 1.5"),
            [
                Token::Text(" select $1; ".to_owned()),
                Token::Mark("$".to_owned()),
                Token::Number,
                Token::Number,
            ]
        );
    }

    #[test]
    fn nothing_is_hidden_by_what_only_looks_like_a_text_or_a_comment() {
        for sql in [
            "/* /* */ ' */ seen /* ' */",
            "-- '\r seen -- '\n",
            "a$b$ ; seen a$b$",
            "1 @-- '\n seen -- '",
            "1 */* ' */ seen /* ' */",
            "1..seen(2)",
            "$\u{20ac}$ ' $\u{20ac}$ seen -- '",
        ] {
            assert!(tokens(sql).contains(&word("seen")), "{sql}: {:?}", tokens(sql));
        }
        assert_eq!(quoted_names("\"A.b\" c 'd \"e\"' /* \"f\" */"), ["A.b"]);
    }

    #[test]
    fn nothing_that_is_cut_short_stops_it() {
        for cut in [
            "'a", "\"a", "$a$ b", "e'\\", "a.", ".", "$", "/*", "--", "é'ü", "(", "::",
        ] {
            tokens(cut);
        }
    }
}
