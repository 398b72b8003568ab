//! SQL stands in the cellars, and no statement asks the database for the time.

use super::crates::is_in;
use super::names::{Form, Reference};
use super::report::{Violation, demand_none, told};
use super::source::{Source, in_store};
use super::sql::asks_for_the_time;
use super::tree::{TextFile, Tree, files_in, house};

/// Modules outside the stores that speak to the database themselves.
const SPEAKERS: [&str; 4] = ["hook/transport/sql.rs", "rls", "db", "dev"];

/// The part of `dev` that goes through the rooms' functions like everyone else.
const SEED: &str = "dev/seed";

/// What `sqlx` offers for making or sending a statement, besides everything that begins with `query`.
const SENDERS: [&str; 5] = ["Executor", "QueryBuilder", "prelude", "raw_sql", "*"];

fn may_hold_sql(source: &Source) -> bool {
    in_store(&source.module)
        || (SPEAKERS.iter().any(|speaker| is_in(source, speaker)) && !is_in(source, SEED))
}

/// Whether the path is one of `sqlx`'s ways to a statement, or a macro named like them.
fn makes_a_statement(reference: &Reference) -> bool {
    let Some(path) = reference.elsewhere().or(reference.house()) else {
        return false;
    };
    let last = path.last().map_or("", String::as_str);
    let checked = reference.form == Form::Macro && is_query(last);
    checked
        || path
            .iter()
            .zip(path.iter().skip(1))
            .any(|(owner, name)| owner == "sqlx" && (is_query(name) || SENDERS.contains(&name.as_str())))
}

fn is_query(name: &str) -> bool {
    name == "query" || name.starts_with("query_")
}

fn statements_upstairs(tree: &Tree) -> Vec<Violation> {
    tree.objections(|source, reference| {
        let upstairs = makes_a_statement(reference) && !may_hold_sql(source);
        upstairs.then(|| "makes an SQL statement".to_owned())
    })
}

/// Every piece of text that may be SQL, with its file and first line.
pub(super) fn texts<'a>(
    tree: &'a Tree,
    files: &'a [TextFile],
) -> impl Iterator<Item = (&'a str, usize, &'a str)> {
    let literals = tree.sources.iter().flat_map(|source| {
        source
            .texts
            .iter()
            .map(|text| (source.path.as_str(), text.line, text.value.as_str()))
    });
    literals.chain(
        files
            .iter()
            .map(|file| (file.path.as_str(), 1, file.text.as_str())),
    )
}

fn questions_of_time(tree: &Tree, files: &[TextFile]) -> Vec<Violation> {
    let asked = texts(tree, files).flat_map(|(file, line, text)| {
        let lines = asks_for_the_time(text).into_iter();
        lines.map(move |below| Violation::new(file, line + below, "asks the database for the time"))
    });
    asked.collect()
}

#[test]
fn sql_stands_only_in_stores_and_where_the_database_is_the_subject() {
    demand_none(
        statements_upstairs(house()),
        "move the statement into the room's store.rs (or store/) as a free function over `&mut PgConnection`; the \
         exceptions are hook/transport/sql.rs, rls/, db/ and dev/ without dev/seed",
    );
}

#[test]
fn no_sql_asks_the_database_for_the_time() {
    let files = [files_in("migrations", &["sql"]), files_in("src", &["sql"])].concat();
    demand_none(
        questions_of_time(house(), &files),
        "bind the request's `now` as a parameter; a time column has no default",
    );
}

fn upstairs(path: &str, code: &str) -> usize {
    told(&statements_upstairs(&Tree::of([(path, code)]))).len()
}

#[test]
fn a_statement_is_found_in_every_spelling() {
    for code in [
        "async fn f() { sqlx::query!(\"select 1\").fetch_one(c).await; }",
        "async fn f() { query_as!(T, \"select 1\").fetch_one(c).await; }",
        "use sqlx::query_scalar;",
        "use sqlx::{PgConnection, query_as as ask};",
        "use sqlx as database; fn f() { database::query(\"select 1\"); }",
        "use sqlx::*;",
        "use sqlx::Executor as _;",
        "fn f() { sqlx::raw_sql(\"select 1\"); }",
        "fn f() { sqlx::QueryBuilder::new(\"select 1\"); }",
        "async fn f() { tokio::try_join!(sqlx::query_file!(\"x.sql\").execute(c)); }",
        "fn f() { crate::db::query_as!(T, \"select 1\"); }",
        "macro_rules! ask { () => { query_scalar!(\"select 1\") }; }",
    ] {
        assert_eq!(upstairs("src/user/email.rs", code), 1, "{code}");
        assert_eq!(upstairs("src/dev/seed.rs", code), 1, "{code}");
        for cellar in [
            "user/store.rs",
            "user/store/mod.rs",
            "user/store/email.rs",
            "dev/postgres.rs",
            "rls/sync.rs",
        ] {
            assert_eq!(upstairs(&format!("src/{cellar}"), code), 0, "{cellar}: {code}");
        }
    }
    for code in [
        "use sqlx::PgConnection;",
        "use axum::extract::Query; fn f(query: u8) { g(query) }",
        "#[derive(sqlx::Type)] enum E {}",
    ] {
        assert_eq!(upstairs("src/user/email.rs", code), 0, "{code}");
    }
}

#[test]
fn the_time_is_found_on_its_line() {
    let code =
        "//! Not now().\nfn f() {\n    query!(\n        \"update t\n           set at = now()\"\n    );\n}\n";
    let tree = Tree::of([("src/user/store.rs", code)]);
    let migration = TextFile {
        path: "migrations/0001_users.sql".to_owned(),
        text:
            "-- default now() is not ours\ncreate table t (\n  at timestamptz default current_timestamp\n);\n"
                .to_owned(),
    };
    assert_eq!(
        told(&questions_of_time(&tree, &[migration])),
        [
            "src/user/store.rs:5: asks the database for the time",
            "migrations/0001_users.sql:3: asks the database for the time",
        ]
    );
}
