//! Ways past the policies: views, functions with their owner's rights, settings that stay.

use super::verify_database::{CLEAN, KIT, Verified, assert_found, found, one};

/// A view asks its owner's policies unless it says otherwise; a materialized one asks none.
#[tokio::test]
async fn views_that_escape_are_found() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create view forced as select * from stores;
         create view asking with (security_invoker = true) as select * from stores;
         create view unread as select * from stores;
         create materialized view kept as select * from stores;
         grant select on forced, asking, kept to :person",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(
        found(&report),
        ["materialized-view public.kept", "view-not-invoker public.forced"]
    );
    database
        .run("alter table stores no force row level security")
        .await;
    let report = database.verify(|_| {}).await;
    assert_found(&report, &["view-escapes public.forced"]);
    database
        .run(&one(&report, "view-escapes", Some("public.forced")).fix)
        .await;
    assert_found(&report, &["rows-through-view public.forced"]);
    let left = found(&database.verify(|_| {}).await);
    assert_eq!(
        left,
        ["materialized-view public.kept", "rls-not-forced public.stores"]
    );
}

/// TN-08: a function with its owner's rights that reads past policies, or finds names where its caller says.
#[tokio::test]
async fn tn_08_functions_that_escape_are_found() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "alter table stores no force row level security;
         create function all_stores() returns bigint language sql stable security definer
            as $$ select count(*) from public.stores $$;
         create function my_stores() returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ select count(*) from public.stores where org_id = auth.org_id() $$;
         create function hidden() returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ select count(*) from public.stores $$;
         revoke execute on function hidden() from public;
         create schema shared;
         grant usage, create on schema shared to :person;
         create function borrowing() returns int language sql security definer
            set search_path = pg_catalog, shared, pg_temp as 'select 1';
         create function shadowed() returns int language sql security definer
            set search_path = public as 'select 1'",
    ])
    .await;
    database
        .run_as_admin(
            "create function mighty() returns int language sql security definer set search_path = pg_catalog, pg_temp
                as 'select 1';
             create function telling(text) returns boolean language sql leakproof as 'select true'",
        )
        .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(
        found(&report),
        [
            "definer-leaks public.all_stores()",
            "definer-reads public.all_stores()",
            "definer-search-path public.all_stores()",
            "definer-search-path public.borrowing()",
            "definer-search-path public.shadowed()",
            "definer-superuser public.mighty()",
            "function-leakproof public.telling(text)",
            "rls-not-forced public.stores",
        ]
    );
}

/// TN-02: what a function sets for the session, the next transaction of a pooled connection has.
#[tokio::test]
async fn tn_02_settings_that_stay_are_found() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create or replace function auth.set_claims(claims jsonb) returns void language plpgsql
            as $$ begin perform set_config('request.jwt.claims', claims::text, false); end $$;
         create function pre_request() returns void language plpgsql
            as $$ begin execute 'set session request.jwt.claims to ''x'''; end $$;
         create function unrelated() returns void language plpgsql
            as $$ begin perform set_config('app.theme', 'dark', false); end $$",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(
        found(&report),
        [
            "setting-leaks auth.set_claims(claims jsonb)",
            "setting-leaks public.pre_request()",
        ]
    );
    database
        .run(
            "drop function pre_request();
             create or replace function auth.set_claims(claims jsonb) returns void language plpgsql
                as $$ begin perform set_config('request.jwt.claims', claims::text, true); end $$",
        )
        .await;
    assert_eq!(found(&database.verify(|_| {}).await), [""; 0]);
}

/// A leak that no text shows is found by asking the next transaction.
#[tokio::test]
async fn tn_02_a_hidden_leak_is_found_by_the_next_transaction() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create or replace function auth.set_claims(claims jsonb) returns void language plpgsql as $$
         declare stays boolean := 1 = 2;
         begin perform set_config('request.jwt.claims', claims::text, stays); end $$",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["setting-leaks auth.set_claims(claims jsonb)"]);
}
