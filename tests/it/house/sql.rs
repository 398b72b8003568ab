//! Enough SQL to see which tables a text creates, writes and reads, and whether it asks for the time.

/// A word or mark of SQL, unquoted and in lower case; comments and strings are left out.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    text: String,
    /// Lines after the text's first.
    line: usize,
}

/// What a statement does with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Create,
    Write,
    Read,
}

/// A table where a statement touches it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Touch {
    pub(super) act: Act,
    pub(super) table: String,
    pub(super) line: usize,
}

/// Words that may stand between a verb and its table.
const FILLERS: [&str; 5] = ["only", "table", "if", "not", "exists"];

/// Every table that the statements of `sql` create, write or read. A read may also be a list's next member.
pub(super) fn touches(sql: &str) -> Vec<Touch> {
    let words = words(sql);
    let text = |at: usize| words.get(at).map_or("", |word| word.text.as_str());
    let touch = |at: usize| {
        let (act, verb) = match (text(at), text(at + 1)) {
            ("insert" | "merge", "into") | ("delete", "from") => (Act::Write, 2),
            ("create", "table") => (Act::Create, 2),
            ("create", "unlogged") if text(at + 2) == "table" => (Act::Create, 3),
            ("update" | "truncate", _) => (Act::Write, 1),
            ("from", _) if at > 0 && text(at - 1) == "delete" => return None,
            ("from" | "join" | "using" | ",", _) => (Act::Read, 1),
            _ => return None,
        };
        let name = (at + verb..words.len()).find(|at| !FILLERS.contains(&text(*at)))?;
        let (table, line) = words.get(name).map(|word| (word.text.clone(), word.line))?;
        let named = table.starts_with(|first: char| first.is_alphabetic() || first == '_');
        let sets = text(at) != "update" || (name + 1..name + 4).any(|at| text(at) == "set");
        (named && sets).then_some(Touch { act, table, line })
    };
    (0..words.len()).filter_map(touch).collect()
}

/// The lines on which `sql` asks the database for the time.
pub(super) fn asks_for_the_time(sql: &str) -> Vec<usize> {
    let words = words(sql);
    let asks = words.iter().enumerate().filter(|(at, word)| {
        let called = || {
            words[at + 1..]
                .iter()
                .map(|word| word.text.as_str())
                .take(2)
                .eq(["(", ")"])
        };
        word.text == "current_timestamp" || (word.text.rsplit('.').next() == Some("now") && called())
    });
    asks.map(|(_, word)| word.line).collect()
}

/// Splits `sql` into names (`auth.users` is one) and marks.
fn words(sql: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let (mut rest, mut line) = (sql, 0);
    let mut joins = false;
    while let Some(first) = rest.chars().next() {
        let length = length_of_next(rest, first);
        let (taken, after) = rest.split_at(length);
        let is_name = is_part(first) || first == '"';
        if is_name {
            let text = if first == '"' {
                taken.trim_matches('"').to_owned()
            } else {
                taken.to_lowercase()
            };
            match words.last_mut() {
                Some(last) if joins => last.text = format!("{}.{text}", last.text),
                _ => words.push(Word { text, line }),
            }
        } else if !(first.is_whitespace() || length > 1 || first == '.') {
            words.push(Word {
                text: taken.to_owned(),
                line,
            });
        }
        joins = first == '.'
            && words
                .last()
                .is_some_and(|last| last.text.chars().all(|c| is_part(c) || c == '.'));
        line += taken.matches('\n').count();
        rest = after;
    }
    words
}

/// How far the comment, string, name or mark at the start of `rest` goes.
fn length_of_next(rest: &str, first: char) -> usize {
    let up_to = |end: &str, from: usize| {
        rest[from..]
            .find(end)
            .map_or(rest.len(), |at| from + at + end.len())
    };
    match first {
        '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
        '/' if rest.starts_with("/*") => up_to("*/", 2),
        '\'' => up_to("'", 1),
        '"' => up_to("\"", 1),
        _ if is_part(first) => rest.find(|next| !is_part(next)).unwrap_or(rest.len()),
        _ => first.len_utf8(),
    }
}

fn is_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn touched(sql: &str) -> Vec<(Act, String)> {
    touches(sql)
        .into_iter()
        .map(|touch| (touch.act, touch.table))
        .collect()
}

#[test]
fn a_statement_shows_which_tables_it_writes() {
    for (sql, table) in [
        ("insert into auth.users (user_id) values ($1)", "auth.users"),
        ("INSERT\n  INTO \"auth\".\"users\" as u values ($1)", "auth.users"),
        ("update auth.users set name = $1", "auth.users"),
        ("update only auth.users as u set name = $1", "auth.users"),
        (
            "with old as (delete from auth.codes returning id) select id from old",
            "auth.codes",
        ),
        ("truncate table auth.codes", "auth.codes"),
        (
            "merge into auth.codes using x on true when matched then do nothing",
            "auth.codes",
        ),
        (
            "select 1; -- why\n/* insert into x */ delete from only auth.codes",
            "auth.codes",
        ),
        (
            "do $$ begin update auth.codes c set n = 'insert into x'; end $$",
            "auth.codes",
        ),
    ] {
        let written: Vec<_> = touched(sql)
            .into_iter()
            .filter(|(act, _)| *act == Act::Write)
            .collect();
        assert_eq!(written, [(Act::Write, table.to_owned())], "{sql}");
    }
}

#[test]
fn locks_conflicts_and_triggers_write_nothing() {
    for sql in [
        "select id from t where id = $1 for update",
        "select id from t for update of t skip locked",
        "on conflict (id) do update set n = excluded.n",
        "create trigger x after insert or update on t execute function f()",
        "-- delete from t",
        "select 'insert into t'",
        "please update the form, then delete it",
    ] {
        assert!(
            touched(sql).iter().all(|(act, _)| *act == Act::Read),
            "{sql}: {:?}",
            touched(sql)
        );
    }
}

#[test]
fn reads_are_seen_in_lists_and_joins() {
    let sql = "select u.id from auth.users u, auth.members m join auth.roles r using (id) where u.id = $1";
    let read: Vec<_> = touched(sql).into_iter().map(|(_, table)| table).collect();
    assert_eq!(read, ["auth.users", "auth.members", "auth.roles"]);
}

#[test]
fn created_tables_are_seen_but_temporary_ones_have_no_owner() {
    let sql = "create table if not exists auth.a (id text);\ncreate unlogged table auth.b ();\n\
        create temporary table c ();\ncreate table auth.a_2026 partition of auth.a default;";
    let created: Vec<_> = touches(sql)
        .into_iter()
        .filter(|touch| touch.act == Act::Create)
        .collect();
    let found: Vec<_> = created
        .iter()
        .map(|touch| (touch.table.as_str(), touch.line))
        .collect();
    assert_eq!(found, [("auth.a", 0), ("auth.b", 1), ("auth.a_2026", 3)]);
}

#[test]
fn only_the_databases_own_clock_counts_as_asking_for_the_time() {
    for sql in [
        "select now()",
        "at timestamptz default\n NOW ( )",
        "pg_catalog.now()",
        "x < Current_Timestamp",
    ] {
        assert_eq!(asks_for_the_time(sql).len(), 1, "{sql}");
    }
    for sql in [
        "-- now()\nselect $1",
        "select known()",
        "select now",
        "$now",
        "clock_timestamp()",
        "'now()'",
    ] {
        assert!(asks_for_the_time(sql).is_empty(), "{sql}");
    }
    assert_eq!(
        asks_for_the_time("create table t (\n  at timestamptz default now()\n)"),
        [1]
    );
}
