//! Functions with their owner's rights, asked by who must see nothing (TN-08).

use super::verify_database::{CLEAN, KIT, Verified, assert_found, exclusively, found, one};

const OPEN: &str = "alter table stores no force row level security";

async fn with_function(statements: &str) -> Verified {
    Verified::new(&[KIT, CLEAN, OPEN, statements]).await
}

/// It mentions the context, and asks for nothing by it; it reads through a view; it is told whose rows to show.
#[tokio::test]
async fn tn_08_a_function_that_tells_of_others_is_found_by_asking_it() {
    for (name, statements) in [
        (
            "public.mentions()",
            "create function mentions() returns setof text language plpgsql stable security definer
                set search_path = pg_catalog, pg_temp
                as $$ begin perform auth.uid(); return query select name from public.stores; end $$",
        ),
        (
            "public.viewing()",
            "create view inner_stores as select * from stores;
             create function viewing() returns bigint language sql stable security definer
                set search_path = pg_catalog, pg_temp
                as $$ select count(*) from public.inner_stores $$",
        ),
        (
            "public.stores_of(org text, part integer)",
            "create function stores_of(org text, part integer default 1) returns table (id text, title text)
                language sql stable security definer set search_path = pg_catalog, pg_temp
                as $$ select store_id, name from public.stores where org_id = org and auth.uid() is not null $$",
        ),
        (
            "public.store_name(wanted text)",
            "create function store_name(wanted text) returns text language sql stable security definer
                set search_path = pg_catalog, pg_temp
                as $$ select org_id from public.stores where store_id = wanted and auth.uid() is not null $$",
        ),
    ] {
        let database = with_function(statements).await;
        let report = database.verify(|_| {}).await;
        assert_found(&report, &[&format!("definer-leaks {name}")]);
        let leak = one(&report, "definer-leaks", Some(name));
        assert_eq!(leak.severity.name(), "error");
        let before = found(&report);
        database.run(&leak.fix).await;
        let after = found(&database.verify(|_| {}).await);
        assert!(
            !after.iter().any(|one| one.starts_with("definer-leaks")),
            "{name}: {before:?} {after:?}"
        );
    }
}

/// One that asks, one that nobody may call, one that tells the time and what it was told: none of them tells of others.
#[tokio::test]
async fn functions_that_tell_of_nobody_else_are_fine() {
    let database = with_function(
        "alter table stores force row level security;
         alter table stores no force row level security;
         create function mine() returns bigint language sql security definer
            set search_path = pg_catalog, pg_temp
            as $$ select count(*) from public.stores where org_id = auth.org_id() $$;
         create function hidden() returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ select count(*) from public.stores $$;
         revoke execute on function hidden() from public;
         create function noise(said text) returns text language sql security definer
            set search_path = pg_catalog, pg_temp
            as $$ select said || clock_timestamp() || random() || txid_current() $$;
         create sequence counted;
         create function counting() returns bigint language sql security definer
            set search_path = pg_catalog, pg_temp as $$ select nextval('public.counted') $$;
         create function writing() returns bigint language sql security definer
            set search_path = pg_catalog, pg_temp
            as $$ insert into public.stores values ('x', 'y', auth.uid()) returning 1::bigint $$",
    )
    .await;
    let report = database.verify(exclusively).await;
    assert_eq!(
        found(&report),
        [
            "not-asked public.counting()",
            "not-asked public.writing()",
            "rls-not-forced public.stores"
        ]
    );
    let last = database.ask("select to_jsonb(is_called) from counted").await;
    assert_eq!(last, serde_json::json!(false), "nothing is changed by asking");
}

/// What is put together cannot be read, so it is never run: it is told of by its text.
#[tokio::test]
async fn tn_08_a_function_that_puts_statements_together_is_told_of() {
    let database = with_function(
        "create function put_together() returns bigint language plpgsql security definer
            set search_path = pg_catalog, pg_temp
            as $$ declare n bigint; begin
                execute 'select count(*) from ' || 'public.sto' || 'res' into n; return n; end $$;
         create function guarded(what text) returns bigint language plpgsql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ declare n bigint; begin
                if auth.uid() is null or substr(what, 1, 3) <> 'zzz' then return 0; end if;
                execute format('select count(*) from public.%I', what) into n; return n; end $$;
         create function written() returns bigint language plpgsql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ declare n bigint; begin
                execute 'select count(*) from public.stores where org_id = auth.org_id()' into n; return n; end $$",
    )
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(
        found(&report),
        [
            "definer-dynamic public.guarded(what text)",
            "definer-dynamic public.put_together()",
            "not-asked public.guarded(what text)",
            "not-asked public.put_together()",
            "not-asked public.written()",
            "rls-not-forced public.stores"
        ]
    );
}

/// The text alone shows a table behind a view, where no attack can be made.
#[tokio::test]
async fn tn_08_a_table_behind_a_view_is_found_by_the_text() {
    let database = with_function(
        "create view inner_stores as select * from stores;
         create function viewing(what stores) returns bigint language sql stable security definer
            set search_path = pg_catalog, pg_temp
            as $$ select count(*) from public.inner_stores where name = what.name $$",
    )
    .await;
    let report = database.verify(|_| {}).await;
    assert_found(&report, &["definer-reads public.viewing(what public.stores)"]);
}
