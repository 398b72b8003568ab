//! What a name means is what PostgreSQL resolved it to, not what it looks like: names in several schemas, in quotation
//! marks, and behind views, functions and operators.

use super::verify_database::{CLEAN, KIT, Verified, assert_found, exclusively, found, has, read_by};

/// A function that asks nobody is none of ours for its name: not in another schema, not with other arguments, and not
/// where PostgreSQL's own is meant.
#[tokio::test]
async fn a_function_with_the_name_of_one_that_asks_is_another() {
    let functions = "create function lower(a text, b text) returns text language sql stable
            as $$ select auth.org_id() $$;
        create function mine() returns text language sql stable as $$ select auth.org_id() $$;
        create function mine(said text) returns text language sql stable as $$ select said $$;
        create schema shop;
        create schema \"a.b\";
        create schema a;
        grant usage on schema shop, a, \"a.b\" to :person;
        create function shop.org_id() returns text language sql stable as $$ select 'acme'::text $$;
        create function theirs() returns text language sql stable set search_path = shop
            as $$ select org_id() $$;
        create function a.\"b.said\"() returns text language sql stable as $$ select auth.org_id() $$;
        create function \"a.b\".said() returns text language sql stable as $$ select 'acme'::text $$";
    let conditions = [
        "lower(title) = 'x'",
        "mine(title) = 'x'",
        "org_id = (select theirs())",
        "org_id = (select shop.org_id())",
        "org_id = (select \"a.b\".said())",
        "org_id = (select a.\"b.said\"())",
        "org_id = (select mine())",
    ];
    let found = read_by(functions, &conditions).await;
    for (number, condition) in (1..).zip(conditions) {
        let blind = has(&found, "policy-without-context", number);
        assert_eq!(blind, number <= 5, "{condition}: {found:?}");
    }
}

/// Whoever writes `from` does not look up yet, what is looked up may be the same for everybody, and what a function
/// makes of it is not known.
#[tokio::test]
async fn a_look_up_that_asks_nobody_is_none() {
    let others = "create table words (word text primary key);
        create view shown as select word from words;
        create table members (org_id text not null, user_id text not null, primary key (org_id, user_id));
        alter table members enable row level security;
        alter table members force row level security;
        create policy me on members for select to :person using (user_id = (select auth.uid()));
        create view mine with (security_invoker) as select org_id from members;
        create view asking as select auth.org_id() as org_id;
        grant select on words, shown, members, mine, asking to :person;
        create function parsed(org text) returns boolean language sql stable
            begin atomic select exists (select from members m where m.org_id = org); end";
    let conditions = [
        "\"from\" = 'x'",
        "title is distinct from 'x'",
        "extract(year from now()) > 2000",
        "exists (select from unnest(array['x']) w where w = title)",
        "exists (select from words w where w.word = title)",
        "exists (select from shown s where s.word = title)",
        "parsed(org_id)",
        "exists (select from members m where m.org_id = :orders.org_id)",
        "exists (select from mine m where m.org_id = :orders.org_id)",
        "org_id in (select a.org_id from asking a)",
    ];
    let found = read_by(others, &conditions).await;
    for (number, condition) in (1..).zip(conditions) {
        let blind = has(&found, "policy-without-context", number);
        assert_eq!(blind, number <= 7, "{condition}: {found:?}");
    }
}

/// The tenant's column is the table's own: neither what a call is called in a sub-select, nor another table's.
#[tokio::test]
async fn a_column_of_that_name_elsewhere_is_not_the_tenants() {
    let tables = "create table teams (org_id text not null, id text not null, primary key (org_id, id));
        create table orders_1 (org_id text not null, id text not null, buyer text, primary key (org_id, id));
        create table orders_2 (org_id text not null, id text not null, buyer text, primary key (org_id, id));
        alter table teams enable row level security;
        alter table orders_1 enable row level security;
        alter table orders_2 enable row level security;
        grant select on teams to :person;
        grant insert on orders_1, orders_2 to :person;
        create policy r on teams for select to :person using (org_id = (select auth.org_id()));
        create policy i on orders_1 for insert to :person
            with check (buyer = (select auth.uid()) and (select auth.org_id()) is not null);
        create policy i on orders_2 for insert to :person
            with check (exists (select from teams t where t.org_id = (select auth.org_id())))";
    let database = Verified::new(&[KIT, tables]).await;
    let report = database.verify(exclusively).await;
    assert_found(
        &report,
        &[
            "policy-ignores-tenant public.orders_1",
            "policy-ignores-tenant public.orders_2",
        ],
    );
}

/// A column with a name that must be quoted is the tenant's, in sub-selects too.
#[tokio::test]
async fn a_column_in_quotation_marks_is_found() {
    let database = Verified::new(&[
        KIT,
        "create table \"Orders\" (\"Org Id\" text not null, id text not null, primary key (\"Org Id\", id));
         create table buyers (\"Org Id\" text not null, id text not null, primary key (\"Org Id\", id));
         grant select, insert on \"Orders\" to :person;
         grant select on buyers to :person;
         alter table \"Orders\" enable row level security;
         alter table \"Orders\" force row level security;
         alter table buyers enable row level security;
         alter table buyers force row level security;
         create policy r on buyers for select to :person using (\"Org Id\" = (select auth.org_id()));
         create policy r on \"Orders\" for select to :person
            using (\"Org Id\" = (select auth.org_id()) and (select auth.has_org_role('viewer')));
         create policy i on \"Orders\" for insert to :person
            with check ((select auth.has_org_role('member')) and exists (
                select from buyers b where b.\"Org Id\" = \"Orders\".\"Org Id\"))",
    ])
    .await;
    let report = database
        .verify(|settings| settings.tenant_column = "Org Id".to_owned())
        .await;
    let found = found(&report);
    assert!(!found.iter().any(|one| one.starts_with("policy-")), "{found:?}");
}

/// A policy asks itself through a view, unless the view's owner is not bound; and through a function that reads a view.
#[tokio::test]
async fn a_policy_that_asks_itself_behind_a_view_is_found() {
    let database = Verified::new(&[
        KIT,
        "create table bound (org_id text not null, id text not null, buyer text, primary key (org_id, id));
         create table lifted (org_id text not null, id text not null, buyer text, primary key (org_id, id));
         create view seen as select * from bound;
         create view seen_lifted as select * from lifted;
         create function inner_asks(said text) returns boolean language sql stable
            as $$ select exists (select from public.seen s where s.buyer = said and auth.uid() is not null) $$;
         create function asks(said text) returns boolean language sql stable security definer
            set search_path = pg_catalog, pg_temp as $$ select public.inner_asks(said) $$;
         create function parsed(said text) returns boolean language sql stable security definer
            set search_path = pg_catalog, pg_temp
            begin atomic select exists (select from seen s where s.buyer = said and s.org_id = auth.org_id()); end;
         alter table bound enable row level security;
         alter table bound force row level security;
         alter table lifted enable row level security;
         grant select on bound, lifted, seen, seen_lifted to :person",
    ])
    .await;
    let policy = |table: &str, condition: &str| {
        format!(
            "create policy r on {table} for select to :person using (org_id = (select auth.org_id()) and {condition})"
        )
    };
    let behind =
        |view: &str, table: &str| format!("exists (select from {view} s where s.buyer = {table}.buyer)");
    database.run(&policy("bound", &behind("seen", "bound"))).await;
    database
        .run(&policy("lifted", &behind("seen_lifted", "lifted")))
        .await;
    let report = database.verify(|_| {}).await;
    assert_found(&report, &["policy-recursion public.bound"]);
    let found = found(&report);
    assert!(
        !found.contains(&"policy-recursion public.lifted".to_owned()),
        "{found:?}"
    );
    for condition in ["asks(buyer)", "parsed(buyer)"] {
        database.run("drop policy r on bound").await;
        database.run(&policy("bound", condition)).await;
        assert_found(&database.verify(|_| {}).await, &["policy-overflow public.bound"]);
    }
}

/// An operator is the one that PostgreSQL chose: one whose function asks, asks; one that is named like another may open
/// like it.
#[tokio::test]
async fn an_operator_of_ones_own_is_seen() {
    let operators = "create schema mine;
        grant usage on schema mine to :person;
        create function mine.is_ours(org text, said text) returns boolean language sql stable
            as $$ select org = auth.org_id() $$;
        create operator mine.= (leftarg = text, rightarg = text, function = mine.is_ours);
        create function mine.same(a text, b text) returns boolean language sql stable
            as $$ select coalesce(a, '') operator(pg_catalog.=) b $$;
        create operator mine.<> (leftarg = text, rightarg = text, function = mine.same)";
    let conditions = [
        "org_id operator(mine.=) ''",
        "title operator(mine.<>) 'x'",
        "org_id = (select auth.org_id()) or (select auth.org_id()) operator(mine.<>) 'x' or \
         (select auth.org_role()) operator(mine.=) ''",
    ];
    let found = read_by(operators, &conditions).await;
    assert!(!has(&found, "policy-without-context", 1), "{found:?}");
    assert!(has(&found, "policy-without-context", 2), "{found:?}");
    assert!(has(&found, "policy-fails-open", 3), "{found:?}");
}

/// A claim cast to a type that is made of one that refuses some text.
#[tokio::test]
async fn a_cast_to_a_type_of_ones_own_is_found() {
    let types = "create domain key as uuid;
        create domain order_key as key;
        create type color as enum ('red', 'blue');
        create domain name_of as text";
    let conditions = ["order_key", "color", "name_of"];
    let conditions = conditions.map(|target| format!("org_id = ((select auth.org_id())::{target})::text"));
    let found = read_by(types, &conditions.each_ref().map(String::as_str)).await;
    let unsafe_casts = [1, 2, 3].map(|number| has(&found, "policy-unsafe-cast", number));
    assert_eq!(unsafe_casts, [true, true, false], "{found:?}");
}

/// What a function reads as its owner: not what only has a table's name, but also what another function reads for it.
#[tokio::test]
async fn what_a_function_with_its_owners_rights_reads_is_resolved() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "alter table stores no force row level security;
         create schema other;
         create table other.stores (id int);
         create function elsewhere() returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp as $$ select count(*) from other.stores $$;
         create function called_so() returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ select stores.n from (select 1::bigint as n) stores where auth.uid() is null $$;
         create function variable() returns bigint language plpgsql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ declare stores bigint := 1; begin return stores; end $$;
         create function helper(wanted stores) returns bigint language sql stable
            as $$ select count(*) from public.stores where name = wanted.name $$;
         create function helped(wanted stores) returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp as $$ select public.helper(wanted) $$;
         create function parsed(wanted stores) returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp
            begin atomic select count(*) from public.stores s where s.name = wanted.name; end",
    ])
    .await;
    let found = found(&database.verify(|_| {}).await);
    let read: Vec<&String> = found
        .iter()
        .filter(|one| one.starts_with("definer-reads"))
        .collect();
    assert_eq!(
        read,
        [
            "definer-reads public.helped(wanted public.stores)",
            "definer-reads public.parsed(wanted public.stores)",
        ]
    );
}

/// A function whose body is parsed asks by what it calls, and its words are read.
#[tokio::test]
async fn a_function_in_standard_sql_asks_by_what_it_calls() {
    let functions = "create function ours(org text) returns boolean language sql stable
            begin atomic select org = auth.org_id(); end;
        create function role_of_ours() returns boolean language sql stable
            begin atomic select auth.org_role() = 'superadmin'; end";
    let found = read_by(functions, &["ours(org_id) and (select role_of_ours())"]).await;
    assert!(
        found.contains(&"unknown-word public.role_of_ours()".to_owned()),
        "{found:?}"
    );
    assert!(!has(&found, "policy-without-context", 1), "{found:?}");
}
