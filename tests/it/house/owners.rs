//! One table, one owner: what the statements of each room touch.

use std::collections::{BTreeMap, BTreeSet};

use super::joins::{self, Join};
use super::migrations::Owners;
use super::report::{Violation, demand_none, told};
use super::source::{in_store, module_of};
use super::sql::{Act, touches};
use super::statements::texts;
use super::tree::{TextFile, Tree, files_in, house};

/// A statement that touches a table of another room, or one that no migration names.
#[derive(Debug)]
struct Trespass {
    file: String,
    line: usize,
    table: String,
    owner: Option<String>,
    act: Act,
}

impl Trespass {
    fn is_permitted_by(&self, join: &Join) -> bool {
        join.file == self.file && join.table == self.table && (join.writes || self.act == Act::Read)
    }

    fn violation(&self) -> Violation {
        let act = if self.act == Act::Read { "reads" } else { "writes" };
        let whose = match &self.owner {
            Some(owner) => format!("which belongs to `{owner}`"),
            None => "which no migration's header names".to_owned(),
        };
        Violation::new(&self.file, self.line, format!("{act} `{}`, {whose}", self.table))
    }
}

fn trespasses(tree: &Tree, files: &[TextFile], owners: &Owners) -> Vec<Trespass> {
    let touched = texts(tree, files).flat_map(|(file, line, text)| {
        touches(text)
            .into_iter()
            .map(move |touch| (file, line + touch.line, touch))
    });
    let foreign = touched.filter_map(|(file, line, touch)| {
        let (module, owner) = (module_of(file), owners.room(&touch.table));
        let matters = match (owner, touch.act) {
            (_, Act::Create) | (None, Act::Read) => false,
            (Some(owner), _) => module.first().is_none_or(|room| room != owner),
            (None, Act::Write) => in_store(&module),
        };
        let owner = owner.map(str::to_owned);
        matters.then(|| Trespass {
            file: file.to_owned(),
            line,
            table: touch.table,
            owner,
            act: touch.act,
        })
    });
    foreign.collect()
}

fn unlisted(trespasses: &[Trespass], joins: &[Join], act: Act) -> Vec<Violation> {
    let of_this_kind = trespasses.iter().filter(|trespass| trespass.act == act);
    let unlisted = of_this_kind.filter(|trespass| !joins.iter().any(|join| trespass.is_permitted_by(join)));
    unlisted.map(Trespass::violation).collect()
}

/// Lines of the list that permit nothing which is done, or more than is done.
fn idle(trespasses: &[Trespass], joins: &[Join]) -> Vec<Violation> {
    let wanted: BTreeSet<_> = trespasses
        .iter()
        .map(|of| (of.file.as_str(), of.table.as_str(), of.act == Act::Write))
        .collect();
    let idle = joins
        .iter()
        .filter(|join| !wanted.contains(&(join.file.as_str(), join.table.as_str(), join.writes)));
    idle.map(|join| {
        let act = if join.writes { "writes" } else { "reads" };
        Violation::new(
            joins::PATH,
            join.line,
            format!("no statement of {} {act} `{}`", join.file, join.table),
        )
    })
    .collect()
}

/// Where each store writes a table first.
type Writers<'a> = BTreeMap<String, (&'a str, usize)>;

/// Tables that two stores of one room write.
fn shared(tree: &Tree, files: &[TextFile]) -> Vec<Violation> {
    let mut written: BTreeMap<(String, String), Writers<'_>> = BTreeMap::new();
    for (file, line, text) in texts(tree, files) {
        let module = module_of(file);
        let Some(store) = module.iter().position(|name| name == "store") else {
            continue;
        };
        let Some(room) = module.first().filter(|_| in_store(&module)) else {
            continue;
        };
        for touch in touches(text).into_iter().filter(|touch| touch.act == Act::Write) {
            let stores = written.entry((room.clone(), touch.table)).or_default();
            let store = module[..=store].join("::");
            stores.entry(store).or_insert((file, line + touch.line));
        }
    }
    let many = written.into_iter().filter(|(_, stores)| stores.len() > 1);
    many.flat_map(|((_, table), stores)| {
        let names: Vec<String> = stores.keys().cloned().collect();
        let told = format!("`{table}` is written by {}", names.join(" and "));
        stores
            .into_values()
            .map(move |(file, line)| Violation::new(file, line, told.clone()))
    })
    .collect()
}

fn in_the_house() -> Vec<Trespass> {
    trespasses(house(), &files_in("src", &["sql"]), &Owners::of_the_house())
}

#[test]
fn only_the_owning_room_writes_a_table() {
    demand_none(
        unlisted(&in_the_house(), &joins::of_the_house().0, Act::Write),
        "call a function of the owning room, or a lifecycle act; spell the table as its migration's header does; a \
         statement that must write two rooms at once goes into tests/it/house/joins.txt as \
         `<file> <table> writes: <reason>`",
    );
}

#[test]
fn one_store_of_a_room_writes_a_table() {
    demand_none(
        shared(house(), &files_in("src", &["sql"])),
        "move the statement into the store that writes the table, and call a function of its module",
    );
}

#[test]
fn a_table_that_two_stores_of_a_room_write_is_found() {
    let tree = Tree::of([
        (
            "src/tenancy/member/store/join.rs",
            "fn f() { query!(\"insert into auth.members (id) values ($1)\"); }",
        ),
        (
            "src/tenancy/member/store/change.rs",
            "fn f() { query!(\"update auth.members set role = $1\"); }",
        ),
        (
            "src/tenancy/domain/store.rs",
            "fn f() { query!(\"delete from auth.members\"); query!(\"delete from auth.domains\"); }",
        ),
        (
            "src/user/store.rs",
            "fn f() { query!(\"update auth.domains set x = 1\"); }",
        ),
    ]);
    assert_eq!(
        told(&shared(&tree, &[])),
        [
            "src/tenancy/domain/store.rs:1: `auth.members` is written by tenancy::domain::store and \
             tenancy::member::store",
            "src/tenancy/member/store/join.rs:1: `auth.members` is written by tenancy::domain::store and \
             tenancy::member::store",
        ]
    );
}

#[test]
fn a_room_reads_anothers_table_only_in_a_listed_join() {
    demand_none(
        unlisted(&in_the_house(), &joins::of_the_house().0, Act::Read),
        "read through a function or a view of the owning room; a join that must be one statement goes into \
         tests/it/house/joins.txt as `<file> <table> <reason>`",
    );
}

#[test]
fn every_listed_join_is_needed_and_says_why() {
    let (joins, mut violations) = joins::of_the_house();
    violations.extend(idle(&in_the_house(), &joins));
    demand_none(
        violations,
        "remove the line, or give it the file, the table and the reason of a statement that exists",
    );
}

fn example() -> Vec<Trespass> {
    let tree = Tree::of([
        (
            "src/user/store.rs",
            "fn f() { query!(\"insert into auth.users (id) values ($1)\"); }",
        ),
        (
            "src/token/store/mod.rs",
            "fn f() {\n    query!(\n        r#\"\n        update auth.users u\n           set n = 1\n          from auth.grants\n        \"#\n    );\n}",
        ),
        (
            "src/session/store.rs",
            "const SQL: &str = \"select 1 from auth.sessions s join auth.users using (id)\";",
        ),
        (
            "src/client/store.rs",
            "fn f() { query!(\"delete from clients where id = $1\"); log(\"reads auth.users\"); }",
        ),
        (
            "src/dev/postgres.rs",
            "fn f() { query(\"insert into downstream values (1)\"); }",
        ),
    ]);
    let kit = TextFile {
        path: "src/rls/kit.sql".to_owned(),
        text: "-- kit\ndelete from auth.grants;\n".to_owned(),
    };
    let owners = [
        ("auth.users", "user"),
        ("auth.grants", "token"),
        ("auth.sessions", "session"),
        ("auth.clients", "client"),
    ];
    trespasses(&tree, &[kit], &Owners::of(owners))
}

#[test]
fn a_statement_on_anothers_table_is_found_on_its_line() {
    assert_eq!(
        told(&unlisted(&example(), &[], Act::Write)),
        [
            "src/token/store/mod.rs:4: writes `auth.users`, which belongs to `user`",
            "src/client/store.rs:1: writes `clients`, which no migration's header names",
            "src/rls/kit.sql:2: writes `auth.grants`, which belongs to `token`",
        ]
    );
    let read = unlisted(&example(), &[], Act::Read);
    assert_eq!(
        told(&read),
        ["src/session/store.rs:1: reads `auth.users`, which belongs to `user`"]
    );
}

#[test]
fn a_listed_join_permits_what_it_says_and_no_more() {
    let (joins, _) = joins::read(
        "src/session/store.rs auth.users one statement\nsrc/token/store/mod.rs auth.users liveness\n\
         src/rls/kit.sql auth.grants writes: the kit\nsrc/gone/store.rs auth.users once\n",
    );
    assert_eq!(unlisted(&example(), &joins, Act::Read), []);
    let written = told(&unlisted(&example(), &joins, Act::Write));
    assert_eq!(written.len(), 2, "reading permits no writing: {written:?}");
    assert_eq!(
        told(&idle(&example(), &joins)),
        [
            "tests/it/house/joins.txt:2: no statement of src/token/store/mod.rs reads `auth.users`",
            "tests/it/house/joins.txt:4: no statement of src/gone/store.rs reads `auth.users`",
        ]
    );
}
