//! What asking shows that no text does: rows are made for two organizations, and everybody who must not see them looks.

use super::verify_database::{CLEAN, KIT, Verified, assert_found, exclusively, found, one};

/// TN-01: no context, an empty one, a malformed one and SQL in one; a function that the texts do not explain.
#[tokio::test]
async fn tn_01_a_rule_hidden_in_a_function_is_found_by_asking() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create function in_reach(org text) returns boolean language plpgsql stable as $$
         begin
            if length(coalesce(auth.org_id(), '')) < 10 then return true; end if;
            return org = auth.org_id();
         end $$;
         create policy hidden on stores for select to :person using (in_reach(org_id))",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(
        found(&report),
        [
            "rows-injected public.stores",
            "rows-malformed public.stores",
            "rows-without-context public.stores",
            "rows-without-organization public.stores",
        ]
    );
    let without = one(&report, "rows-without-context", Some("public.stores"));
    assert!(
        without.problem.contains("with every setting empty"),
        "{}",
        without.problem
    );
}

/// TN-01: a context that is not what it should be raises in a function that casts it.
#[tokio::test]
async fn tn_01_a_raising_function_is_found_by_asking() {
    let database = Verified::new(&[
        KIT,
        "create function mine() returns bigint language plpgsql stable as $$
         declare claim text := current_setting('app.org_id', true);
         begin return claim; end $$;
         create table orders (org_id bigint not null, id bigint generated always as identity, primary key (org_id, id));
         alter table orders enable row level security;
         alter table orders force row level security;
         grant select, insert on orders to :person;
         create policy r on orders for select to :person using (org_id = (select mine()));
         create policy i on orders for insert to :person with check (org_id = (select mine()))",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_found(&report, &["context-raises public.orders"]);
    let raises = one(&report, "context-raises", Some("public.orders"));
    assert!(raises.problem.contains("22P02"), "{}", raises.problem);
}

/// What is forced, and that nobody with claims may make rows in, is said to be unchecked, unless tables may be locked.
#[tokio::test]
async fn a_table_that_nobody_may_fill_is_said_to_be_unchecked() {
    let database = Verified::new(&[
        KIT,
        "create table rates (org_id text not null, day date not null, primary key (org_id, day));
         alter table rates enable row level security;
         alter table rates force row level security;
         grant select on rates to :person;
         create policy r on rates for select to :person using (org_id = (select auth.org_id()))",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["not-checked public.rates"]);
    assert!(report.is_clean() && report.summary.not_checked == 1);
    let report = database.verify(exclusively).await;
    assert_eq!(found(&report), [""; 0]);
    database
        .run("create policy o on rates for select to :person using (day < '2010-01-01' or (select auth.uid()) is null)")
        .await;
    let report = database.verify(exclusively).await;
    assert_found(
        &report,
        &["rows-without-context public.rates", "rows-foreign public.rates"],
    );
}

/// Tables of every shape get their rows: types, checks, enums, domains, partitions, foreign keys, counters.
#[tokio::test]
async fn rows_are_made_whatever_the_tables_look_like() {
    let database = Verified::new(&[
        KIT,
        "create type mood as enum ('good', 'bad');
         create domain short as varchar(6) not null;
         create table authors (org_id text not null, user_id text not null, role mood, primary key (org_id, user_id));
         create table odd (
            org_id text not null, id serial, mood mood not null, code short, ratio numeric(3, 2) not null,
            tags text[] not null, doc jsonb not null, seen timestamptz not null, span tstzrange not null,
            raw bytea not null, address inet not null, day date not null, email text not null check (email like '%@%'),
            kind text not null check (kind in ('x', 'y')), total int generated always as (length(kind)) stored,
            user_id text not null, parent int, primary key (org_id, id), unique (org_id, code),
            foreign key (org_id, user_id) references authors,
            foreign key (org_id, parent) references odd (org_id, id));
         create table listed (org_id text not null, region text not null, id int not null,
            primary key (org_id, region, id)) partition by list (region);
         create table listed_eu partition of listed for values in ('eu', 'uk')",
    ])
    .await;
    for table in ["authors", "odd", "listed"] {
        database.isolate(table).await;
    }
    let report = database.verify(|_| {}).await;
    assert!(
        !found(&report).iter().any(|one| one.starts_with("not-checked")),
        "{:#?}",
        report.findings
    );
}

/// A type that nothing is known of is no reason to stop.
#[tokio::test]
async fn a_table_with_an_unknown_type_is_said_to_be_unchecked() {
    let database = Verified::new(&[
        KIT,
        "create type pair as (a int, b int);
         create table pairs (org_id text not null, id text not null, pair pair not null, primary key (org_id, id))",
    ])
    .await;
    database.isolate("pairs").await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["not-checked public.pairs"]);
    let unchecked = one(&report, "not-checked", Some("public.pairs"));
    assert!(
        unchecked.problem.contains("nothing is known to fit pair"),
        "{}",
        unchecked.problem
    );
}
