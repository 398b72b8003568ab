//! Which functions with their owner's rights are asked: only those that can do nothing but answer. `rls verify` is run
//! by a database's owner against a database that matters: an attack that leaves something behind is worse than none.

use signet::rls::verify::Report;

use super::verify_database::{CLEAN, KIT, Verified, assert_found, found, one};

const OPEN: &str = "alter table stores no force row level security";

async fn with(statements: &str) -> Verified {
    Verified::new(&[KIT, CLEAN, OPEN, statements]).await
}

/// What each function would do if it were run: a file in the server's own directory, which no rollback takes away.
fn told_on(name: &str, file: &str) -> String {
    format!("copy (select 1) to program 'echo {name} >> {file}'")
}

/// The ways by which a program would be run, one function each; `:copy` stands for the statement.
const WAYS: [(&str, &str); 15] = [
    (
        "plainly()",
        "create function plainly() returns int language plpgsql security definer
            as $f$ begin :copy; return 1; end $f$",
    ),
    (
        "inside()",
        "create function inside() returns int language sql stable security definer as $f$ select public.plainly() $f$",
    ),
    (
        "put_together()",
        "create function put_together() returns int language plpgsql security definer
            as $f$ begin execute 'co' || substr(':quoted', 3); return 1; end $f$",
    ),
    (
        "commented()",
        "create function commented() returns int language plpgsql security definer
            as $f$ begin /* /* */ ' */ :copy; /* ' */ return 1; end $f$",
    ),
    (
        "carriage()",
        "create function carriage() returns int language plpgsql security definer
            as E'begin -- ''\\r :copy2; -- ''\\n return 1; end'",
    ),
    (
        "dollars()",
        "create function dollars() returns int language plpgsql security definer
            as $f$ declare a$b$ int; begin :copy; a$b$ := 1; return 1; end $f$",
    ),
    (
        "quoted()",
        "create function \"coalesce\"(int) returns int language sql as 'select public.plainly()';
         create function quoted() returns int language sql security definer set search_path = public
            as $f$ select \"coalesce\"(1) $f$",
    ),
    (
        "spelled()",
        "create function spelled() returns int language sql security definer
            as $f$ select U&\"pl\\0061inly\"() $f$",
    ),
    (
        "by_field()",
        "create function plainly(stores) returns int language sql as 'select public.plainly()';
         create function by_field() returns int language sql security definer set search_path = public
            as $f$ select s.plainly from unnest(array[row('a', 'b', 'c')::public.stores]) s $f$",
    ),
    (
        "viewed()",
        "create view viewing as select public.plainly() as said;
         create function viewed() returns int language sql security definer as $f$ select said from public.viewing $f$",
    ),
    (
        "by_default()",
        "create function given(what int default public.plainly()) returns int language sql as 'select 1';
         create function by_default() returns int language sql security definer as $f$ select public.given() $f$",
    ),
    (
        "ranged()",
        "create function ranged() returns int language plpgsql security definer
            as $f$ begin for i in 1..public.plainly() loop return i; end loop; return 0; end $f$",
    ),
    (
        "foreign_letters()",
        "create view \u{dc}bersicht as select public.plainly() as said;
         create function foreign_letters() returns int language sql security definer
            as $f$ select said from public.\u{dc}bersicht $f$",
    ),
    (
        "kelvin()",
        "create function ask() returns int language sql as 'select 1';
         create function as\u{212a}() returns int language sql as 'select public.plainly()';
         create function kelvin() returns int language sql security definer
            as $f$ select public.as\u{212a}() $f$",
    ),
    (
        "unsafe_strings()",
        "create function unsafe_strings() returns int language plpgsql security definer
            set standard_conforming_strings = off
            as $f$ begin perform '\\''; :copy; perform '\\''; return 1; end $f$",
    ),
];

/// A program was run by each of these functions when it was asked.
#[tokio::test]
async fn nothing_that_could_reach_out_of_the_transaction_is_asked() {
    let database = with("select 1").await;
    let file = format!("signet_verify_{}", database.name);
    for (name, statements) in WAYS {
        let copy = told_on(name.trim_end_matches("()"), &file);
        let statements = statements
            .replace(":quoted", &copy.replace('\'', "''"))
            .replace(":copy2", &copy.replace('\'', "''"))
            .replace(":copy", &copy);
        database.run_as_admin(&statements).await;
    }
    let report = database.verify(|_| {}).await;
    let written = database
        .ask(&format!(
            "select to_jsonb(coalesce(pg_read_file('{file}', 0, 1000, true), ''))"
        ))
        .await;
    assert_eq!(written, "", "no program was run");
    for (name, _) in WAYS {
        assert_not_asked(&report, &format!("public.{name}"));
    }
}

/// What runs without being called: behind an operator, a cast, or the check of a domain.
#[tokio::test]
async fn what_runs_without_being_called_counts() {
    for hidden in [
        "create operator <=> (leftarg = stores, rightarg = stores, function = hides)",
        "create type pair as (a int); create function hides(pair) returns int language sql as 'select hides(null, null)::int';
         create cast (pair as int) with function hides(pair) as implicit",
        "create domain checked as int check (hides(null, null) or value > 0)",
    ] {
        let database = with(&format!(
            "create function hides(stores, stores) returns boolean language sql as 'select pg_try_advisory_lock(7)';
             {hidden};
             create function asks() returns int language sql security definer set search_path = pg_catalog, pg_temp
                as 'select 1'"
        ))
        .await;
        let report = database.verify(|_| {}).await;
        let problem = assert_not_asked(&report, "public.asks()");
        assert!(problem.contains("hides"), "{problem}");
    }
}

/// Volatile functions of PostgreSQL itself do what no rollback undoes: a message in the log of changes, counters at
/// nought, locks that stay.
#[tokio::test]
async fn what_is_volatile_is_not_asked() {
    let calls = [
        ("messages()", "pg_logical_emit_message(false, 'a', 'b')::text"),
        ("resets()", "pg_stat_reset()::text"),
        ("locks()", "pg_try_advisory_lock(7)::text"),
        ("sleeps()", "pg_catalog.pg_sleep(0)::text"),
        ("asks()", "query_to_xml('select 1', true, true, '')::text"),
        ("configures()", "set_config('a.b', 'c', false)"),
        ("counts()", "1::text; analyze public.stores; perform 1::text"),
        ("is_of_no_schema()", "nowhere.to_be_found(1)::text"),
    ];
    let functions: Vec<String> = calls
        .iter()
        .map(|(name, call)| {
            format!("create function {name} returns text language plpgsql security definer as $f$ begin return {call}; end $f$;")
        })
        .collect();
    let database = with(&functions.concat()).await;
    let report = database.verify(|_| {}).await;
    for (name, _) in calls {
        let finding = assert_not_asked(&report, &format!("public.{name}"));
        assert!(finding.contains("by its text"), "{finding}");
    }
    let locks = assert_not_asked(&report, "public.locks()");
    assert!(locks.contains("pg_try_advisory_lock"), "{locks}");
}

/// What only reads is asked, also through the kit, through functions of one's own and through views.
#[tokio::test]
async fn what_can_only_answer_is_asked() {
    let database = with(
        "create view inner_stores as select store_id, lower(name) as name from stores;
         create function helper(org text) returns boolean language plpgsql stable
            as $f$ begin return org = auth.org_id() or auth.can('billing', 'read') or auth.tier_at_least('beta'); end $f$;
         create function helped(wanted text) returns bigint language plpgsql security definer
            set search_path = pg_catalog, pg_temp
            as $f$
            declare n bigint := 0; one record;
            begin
                -- a comment; copy nothing
                if (auth.uid() is null) then return 0; end if;
                for one in select * from public.stores s where public.helper(s.org_id) loop
                    n := n + coalesce(length(one.name), 0)::numeric(10, 0);
                end loop;
                return n + (select count(*) filter (where name in ('copy', $$execute$$)) from public.inner_stores
                    where exists (select 1) and org_id = any (array[auth.org_id()]));
            exception when others then return 0;
            end $f$",
    )
    .await;
    let report = database.verify(|_| {}).await;
    let found = found(&report);
    assert!(
        !found.iter().any(|one| one.starts_with("not-asked")),
        "{:#?}",
        report.findings
    );
}

/// An error of a function is not the end of the connection, whatever it calls itself.
#[tokio::test]
async fn a_function_that_says_the_database_is_gone_does_not_end_the_verification() {
    let database = with(
        "create function gone() returns int language plpgsql stable security definer
            set search_path = pg_catalog, pg_temp
            as $f$ begin raise exception 'gone' using errcode = '57P03'; end $f$;
         create function lost() returns int language plpgsql stable security definer
            set search_path = pg_catalog, pg_temp
            as $f$ begin raise exception 'lost' using errcode = '08006'; end $f$;
         create function tells() returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp
            as $f$ select count(*) from public.stores where auth.uid() is not null $f$",
    )
    .await;
    let report = database.verify(|_| {}).await;
    assert_found(
        &report,
        &[
            "definer-leaks public.tells()",
            "not-asked public.gone()",
            "not-asked public.lost()",
        ],
    );
    let gone = one(&report, "not-asked", Some("public.gone()"));
    assert!(gone.problem.contains("57P03"), "{}", gone.problem);
}

/// A number that happens to be somebody's key, and an error that comes and goes, tell of nobody.
#[tokio::test]
async fn a_function_that_always_says_the_same_is_no_leak() {
    let database = with(
        "create table tickets (org_id text not null, id integer not null, primary key (org_id, id), unique (id));
         create function always(id integer) returns int language sql stable security definer
            set search_path = pg_catalog, pg_temp as $f$ select 1 $f$;
         create function many(id integer) returns text language sql stable security definer
            set search_path = pg_catalog, pg_temp as $f$ select '0123456789 verify 51679e70-0009-7000-8000-0' $f$;
         create function echo(id text) returns text language sql stable security definer
            set search_path = pg_catalog, pg_temp as $f$ select id || ' 0123456789' $f$",
    )
    .await;
    database.isolate("tickets").await;
    let found = found(&database.verify(|_| {}).await);
    assert!(
        !found.iter().any(|one| one.starts_with("definer-leaks")),
        "{found:?}"
    );
}

fn assert_not_asked(report: &Report, name: &str) -> String {
    assert_found(report, &[&format!("not-asked {name}")]);
    let finding = one(report, "not-asked", Some(name));
    assert_eq!(finding.severity.name(), "notice");
    finding.problem.clone()
}
