//! One table, one owner: the header of each migration names the room that owns each of its tables.

use std::collections::BTreeMap;

use super::floors::Floors;
use super::report::{Violation, demand_none, told};
use super::sql::{Act, touches};
use super::tree::{TextFile, files_in};

/// How a line of a header begins: `-- owner: user: auth.users, auth.user_emails`.
const OWNER: &str = "owner:";

/// The tables of the migrations with the room that owns each.
#[derive(Debug, Default)]
pub(super) struct Owners {
    rooms: BTreeMap<String, String>,
}

impl Owners {
    pub(super) fn of_the_house() -> Self {
        read(&files_in("migrations", &["sql"]), &Floors::of_the_house()).0
    }

    pub(super) fn of<'a>(tables: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self {
            rooms: tables
                .into_iter()
                .map(|(table, room)| (table.to_owned(), room.to_owned()))
                .collect(),
        }
    }

    /// The room that owns `table`, as the header writes its name.
    pub(super) fn room(&self, table: &str) -> Option<&str> {
        self.rooms.get(table).map(String::as_str)
    }
}

/// The owners, and everything that is wrong with how they are named.
fn read(migrations: &[TextFile], floors: &Floors) -> (Owners, Vec<Violation>) {
    let mut owners = Owners::default();
    let mut violations = Vec::new();
    for migration in migrations {
        let mut object = |line, what: String| violations.push(Violation::new(&migration.path, line, what));
        let mut listed = Vec::new();
        for (line, entry) in header(&migration.text) {
            let Some((room, tables)) = entry.split_once(':').map(|(room, tables)| (room.trim(), tables))
            else {
                object(
                    line,
                    "the line is not `-- owner: <room>: <table>, <table>`".to_owned(),
                );
                continue;
            };
            if floors.floor(room).is_none() {
                object(line, format!("the owner `{room}` is no room of the floor table"));
            }
            for table in tables_of(tables) {
                if table.contains(char::is_whitespace) {
                    object(line, format!("`{table}` is no table's name"));
                }
                listed.push(table.to_owned());
                let owner = owners
                    .rooms
                    .entry(table.to_owned())
                    .or_insert_with(|| room.to_owned());
                if owner != room {
                    object(
                        line,
                        format!("`{table}` belongs to `{room}` here, to `{owner}` elsewhere"),
                    );
                }
            }
        }
        for created in touches(&migration.text)
            .into_iter()
            .filter(|touch| touch.act == Act::Create)
        {
            if !listed.contains(&created.table) {
                object(
                    created.line + 1,
                    format!("the header names no owner of `{}`", created.table),
                );
            }
        }
    }
    (owners, violations)
}

/// The names of a list; a note in parentheses, such as `(functions only)`, names none.
fn tables_of(list: &str) -> impl Iterator<Item = &str> {
    let list = list.split('(').next().unwrap_or_default();
    list.split(',').map(str::trim).filter(|table| !table.is_empty())
}

/// The entries of the comment that opens a migration, with their lines.
fn header(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let comments = text
        .lines()
        .map(str::trim)
        .take_while(|line| line.is_empty() || line.starts_with("--"));
    comments.enumerate().filter_map(|(at, line)| {
        let comment = line.trim_start_matches('-').trim_start();
        Some((at + 1, comment.strip_prefix(OWNER)?.trim()))
    })
}

#[test]
fn every_table_has_one_owner_named_by_its_migration() {
    demand_none(
        read(&files_in("migrations", &["sql"]), &Floors::of_the_house()).1,
        "open the migration with lines `-- owner: <room>: <schema.table>, <schema.table>` that name every table it \
         creates, spelled as `create table` spells it",
    );
}

#[test]
fn a_header_is_held_to_what_the_migration_creates() {
    let migration = |path: &str, text: &str| TextFile {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let first = "-- People.\n-- owner: user: auth.users, auth.emails\n-- owner: session: auth.sessions\n\n\
        create table auth.users ();\ncreate table if not exists auth.emails ();\n-- owner: user: auth.late\n\
        create table auth.late ();\ncreate table auth.sessions ();\n";
    let second = "-- owner: client: auth.users\n-- owner: cellar: auth.x\n-- owner: auth.y\n-- owner: user: (functions only)\n-- owner: user: auth.v auth.w\ncreate table auth.x ();\n";
    let floors = Floors::parse("3 | user → session; client").expect("a table");
    let (owners, violations) = read(&[migration("1.sql", first), migration("2.sql", second)], &floors);
    assert_eq!(owners.room("auth.emails"), Some("user"));
    assert_eq!(owners.room("auth.sessions"), Some("session"));
    assert_eq!(
        told(&violations),
        [
            "1.sql:8: the header names no owner of `auth.late`",
            "2.sql:1: `auth.users` belongs to `client` here, to `user` elsewhere",
            "2.sql:2: the owner `cellar` is no room of the floor table",
            "2.sql:3: the line is not `-- owner: <room>: <table>, <table>`",
            "2.sql:5: `auth.v auth.w` is no table's name",
        ]
    );
}
