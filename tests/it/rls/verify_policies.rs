//! What the texts of policies show, and what asking shows of the same.

use super::verify_database::{KIT, Verified, assert_found, exclusively, found, one};

async fn with_policy(policies: &str) -> Verified {
    let table = "create table orders (org_id text not null, order_id text not null, buyer text, total int,
        primary key (org_id, order_id));
        alter table orders enable row level security;
        alter table orders force row level security;
        grant select, insert, update, delete on orders to :person";
    Verified::new(&[KIT, table, policies]).await
}

/// A policy that is true for everybody outweighs every other one.
#[tokio::test]
async fn a_policy_that_does_not_ask_is_found() {
    let database = with_policy(
        "create policy mine on orders for select to :person using (org_id = (select auth.org_id()));
         create policy cheap on orders for select to :person using (coalesce(total, 0) < 10)",
    )
    .await;
    let report = database.verify(exclusively).await;
    assert_found(
        &report,
        &[
            "policy-without-context public.orders",
            "rows-without-context public.orders",
            "rows-foreign public.orders",
        ],
    );
    let blind = one(&report, "policy-without-context", Some("public.orders"));
    assert!(blind.problem.contains("cheap"), "{}", blind.problem);
}

/// The restrictive policy that is offered takes back what the permissive one gave.
#[tokio::test]
async fn the_offered_restriction_holds() {
    let database = with_policy(
        "create policy all_r on orders for select to :person using (true);
         create policy all_i on orders for insert to :person with check (true);
         create policy all_u on orders for update to :person using (true) with check (true);
         create policy all_d on orders for delete to :person using (true)",
    )
    .await;
    let report = database.verify(exclusively).await;
    assert_found(
        &report,
        &[
            "rows-without-context public.orders",
            "rows-foreign public.orders",
            "write-without-context public.orders",
            "insert-foreign public.orders",
            "update-foreign public.orders",
            "delete-foreign public.orders",
            "row-moves public.orders",
            "viewer-updates public.orders",
        ],
    );
    for code in [
        "rows-foreign",
        "viewer-updates",
        "viewer-deletes",
        "viewer-inserts",
    ] {
        database.run(&one(&report, code, Some("public.orders")).fix).await;
    }
    let report = database.verify(exclusively).await;
    assert_eq!(found(&report), ["policy-without-context public.orders"]);
}

/// Conditions that hold because nobody is asking, however they are written.
#[tokio::test]
async fn a_policy_that_fails_open_is_found() {
    for condition in [
        "org_id = (select auth.org_id()) or (select auth.org_id()) is null",
        "org_id = coalesce((select auth.org_id()), org_id)",
        "current_setting('app.org_id', true) = '' or org_id = current_setting('app.org_id', true)",
    ] {
        let database = with_policy(&format!(
            "create policy p on orders for select to :person using ({condition})"
        ))
        .await;
        let report = database.verify(exclusively).await;
        assert_found(
            &report,
            &[
                "policy-fails-open public.orders",
                "rows-without-context public.orders",
            ],
        );
    }
}

/// A rule for writing that looks at the person only lets a row be put into any tenant.
#[tokio::test]
async fn a_policy_that_ignores_the_tenant_is_found() {
    let database = with_policy(
        "create policy own on orders for insert to :person with check (buyer = (select auth.uid()));
         revoke select, update, delete on orders from :person;
         alter table orders rename buyer to user_id",
    )
    .await;
    let report = database.verify(exclusively).await;
    assert_found(
        &report,
        &[
            "policy-ignores-tenant public.orders",
            "insert-foreign public.orders",
        ],
    );
}

/// A rule for changing that says nothing about what the row becomes; one that counts for everybody.
#[tokio::test]
async fn a_policy_that_says_too_little_is_found() {
    let database = with_policy(
        "create policy r on orders for select using (org_id = (select auth.org_id()));
         create policy u on orders for update to :person using (org_id = auth.org_id());
         revoke insert, delete on orders from :person",
    )
    .await;
    let report = database.verify(exclusively).await;
    assert_found(
        &report,
        &[
            "policy-to-public public.orders",
            "policy-without-check public.orders",
            "policy-per-row public.orders",
            "viewer-updates public.orders",
        ],
    );
    database
        .run(&one(&report, "policy-per-row", Some("public.orders")).fix)
        .await;
    let mended = found(&database.verify(exclusively).await);
    assert!(
        !mended.contains(&"policy-per-row public.orders".to_owned()),
        "{mended:?}"
    );
    let check = one(&report, "policy-without-check", Some("public.orders"));
    assert!(
        check.fix.ends_with("with check ((org_id = auth.org_id()));"),
        "{}",
        check.fix
    );
}

/// A plan that looks other rows up for each row, though no policy calls anything for each row.
#[tokio::test]
async fn a_plan_that_works_for_each_row_is_found() {
    let database = with_policy(
        "create table members (org_id text not null, user_id text not null, primary key (org_id, user_id));
         alter table members enable row level security;
         alter table members force row level security;
         grant select on members to :person;
         create policy me on members for select to :person using (user_id = (select auth.uid()));
         create policy theirs on orders for select to :person using (0 < (
            select count(*) from members m where m.org_id = orders.org_id and m.user_id = (select auth.uid())));
         revoke insert, update, delete on orders from :person",
    )
    .await;
    let report = database.verify(exclusively).await;
    assert_found(&report, &["plan-per-row public.orders"]);
}

/// A list that is everybody's is no leak.
#[tokio::test]
async fn a_table_that_is_everybodys_is_only_noted() {
    let database = with_policy(
        "create table countries (code text primary key);
         alter table countries enable row level security;
         alter table countries force row level security;
         grant select on countries to :person;
         create policy everybody on countries for select to :person using (true);
         drop table orders;
         create table orders (org_id text not null, id text not null, primary key (org_id, id));
         alter table orders enable row level security;
         alter table orders force row level security",
    )
    .await;
    let report = database.verify(exclusively).await;
    let noted = one(&report, "policy-without-context", Some("public.countries"));
    assert_eq!(noted.severity.name(), "notice");
    assert!(report.is_clean(), "{:#?}", report.findings);
}
