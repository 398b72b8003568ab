//! What tables, keys and rights show.

use super::verify_database::{CLEAN, KIT, Verified, assert_found, found, one};

/// A table without row-level security, one that does not bind its owner, and what reaches past policies.
#[tokio::test]
async fn open_tables_and_rights_past_policies_are_found() {
    let database = Verified::new(&[
        KIT,
        "create table bare (org_id text not null, id text not null, primary key (org_id, id));
         create table unforced (org_id text not null, id text not null, primary key (org_id, id));
         create table shut (org_id text not null, id text not null, primary key (org_id, id));
         create table given (org_id text not null, id text not null, primary key (org_id, id));
         create table unused (org_id text not null, id text not null, primary key (org_id, id));
         grant select on bare to :person",
    ])
    .await;
    for table in ["unforced", "shut", "given"] {
        database.isolate(table).await;
    }
    database
        .run(
            "alter table unforced no force row level security;
             drop policy d on shut;
             grant truncate, trigger on given to :person;
             grant select on given to public",
        )
        .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(
        found(&report),
        [
            "granted-to-public public.given",
            "no-policy public.shut",
            "rls-not-forced public.unforced",
            "rls-off public.bare",
            "rls-off public.unused",
            "trigger-granted public.given",
            "truncate-granted public.given",
        ]
    );
    assert_eq!(
        one(&report, "rls-off", Some("public.unused")).severity.name(),
        "notice"
    );
    assert_eq!(
        one(&report, "rls-off", Some("public.bare")).severity.name(),
        "error"
    );
    let shut = one(&report, "no-policy", Some("public.shut"));
    assert_eq!(shut.problem, "delete is granted and no policy lets a row through");
}

/// A partition that can be reached by its own name, and one that cannot.
#[tokio::test]
async fn a_partition_with_rights_of_its_own_is_found() {
    let database = Verified::new(&[KIT, CLEAN]).await;
    database.run("grant select on sales_2026 to :person").await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["partition-unprotected public.sales_2026"]);
    database
        .run("alter table sales_2026 enable row level security; alter table sales_2026 force row level security")
        .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["no-policy public.sales_2026"]);
}

/// The same of a table that inherits.
#[tokio::test]
async fn a_child_that_is_open_is_found() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create table notes_old () inherits (notes);
         create index on notes_old (org_id);
         grant select on notes_old to :person",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["partition-unprotected public.notes_old"]);
    let open = one(&report, "partition-unprotected", Some("public.notes_old"));
    database.run(&open.fix).await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["no-policy public.notes_old"]);
}

/// A partition that another server keeps can have no policies; no row is put there to find that out.
#[tokio::test]
async fn a_foreign_partition_that_is_open_is_found() {
    let database = Verified::new(&[
        KIT,
        "create table visits (org_id text not null, at date not null) partition by range (at);
         create index on visits (org_id);
         create table visits_2026 partition of visits for values from ('2026-01-01') to ('2027-01-01')",
    ])
    .await;
    database.isolate("visits").await;
    database
        .run_as_admin(
            "create extension postgres_fdw;
             create server elsewhere foreign data wrapper postgres_fdw;
             grant usage on foreign server elsewhere to :owner;
             set role :owner;
             create foreign table visits_2040 partition of visits for values from ('2040-01-01') to ('2041-01-01')
                server elsewhere;
             grant select on visits_2040 to :person",
        )
        .await;
    let report = database.verify(|_| {}).await;
    assert_found(&report, &["partition-unprotected public.visits_2040"]);
    let open = one(&report, "partition-unprotected", Some("public.visits_2040"));
    database.run(&open.fix).await;
    let left = found(&database.verify(|_| {}).await);
    assert!(!left.iter().any(|one| one.ends_with("visits_2040")), "{left:?}");
}

/// Rows that hang on an isolated table and are open themselves; the same table listed is one that counts.
#[tokio::test]
async fn a_table_that_hangs_on_an_isolated_one_is_found() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "create table store_hours (org_id_of_store text, store_id text, day int,
            foreign key (org_id_of_store, store_id) references stores (org_id, store_id));
         create table countries (code text primary key);
         grant select on store_hours, countries to :person",
    ])
    .await;
    let report = database.verify(|_| {}).await;
    assert_eq!(found(&report), ["child-without-rls public.store_hours"]);
    let report = database
        .verify(|settings| settings.tables = vec!["public.coun*".parse().unwrap()])
        .await;
    assert_found(&report, &["rls-off public.countries"]);
}

/// An index that begins with the tenant; keys that tell about other tenants, or are no keys.
#[tokio::test]
async fn keys_and_indexes_are_judged() {
    let database = Verified::new(&[
        KIT,
        "create table people (user_id text primary key);
         create table shops (org_id text not null, shop_id bigint primary key, slug text not null unique);
         create table offers (
            org_id text,
            offer_id uuid primary key,
            shop_id bigint not null references shops,
            created_by text not null references people on delete cascade,
            code text,
            unique (org_id, code));
         alter table people rename to users",
    ])
    .await;
    for table in ["shops", "offers"] {
        database.isolate(table).await;
    }
    let report = database.verify(|_| {}).await;
    assert_found(
        &report,
        &[
            "tenant-index-missing public.shops",
            "unique-probe public.shops",
            "tenant-nullable public.offers",
            "unique-nulls public.offers",
            "reference-crosses public.offers",
            "creator-cascade public.offers",
        ],
    );
    let index = one(&report, "tenant-index-missing", Some("public.shops"));
    assert_eq!(index.fix, "create index concurrently on public.shops (org_id);");
    let crosses = one(&report, "reference-crosses", Some("public.offers"));
    database.run(&crosses.fix).await;
    database.run("create index on shops (org_id)").await;
    let report = database.verify(|_| {}).await;
    let left = found(&report);
    assert!(
        !left.iter().any(|one| one.starts_with("tenant-index-missing")),
        "{left:?}"
    );
}

/// The SQL that mends it, run as printed, mends it.
#[tokio::test]
async fn the_fixes_mend() {
    let database = Verified::new(&[
        KIT,
        CLEAN,
        "alter table stores no force row level security;
         create policy everything on stores for all using (org_id = (select auth.org_id()));
         grant truncate on stores to :person",
    ])
    .await;
    database
        .run_as_admin(&format!(
            "alter role :person in database {} set request.jwt.claims = '{{}}'",
            database.name
        ))
        .await;
    let report = database.verify(|_| {}).await;
    assert!(report.summary.errors > 0 && report.summary.warnings > 0);
    for finding in &report.findings {
        if finding.code.name() != "policy-to-public" {
            database.run_as_admin(&finding.fix).await;
        }
    }
    let report = database.verify(|_| {}).await;
    assert!(report.is_clean(), "{:#?}", report.findings);
}
