//! The report as people and scripts read it, and what the program exits with.

use insta::assert_json_snapshot;
use serde_json::Value;

use super::verify_database::{CLEAN, KIT, Verified};
use crate::command_line::program::Signet;

const FAULTY: &str = "create table orders (org_id text not null, id uuid not null default gen_random_uuid());
    create index on orders (org_id);
    alter table orders enable row level security;
    alter table orders force row level security;
    create policy r on orders for select to :person using (org_id = (select auth.org_id()) or (select auth.org_id()) is null);
    create policy i on orders for insert to :person with check (org_id = auth.org_id());
    grant select, insert on orders to :person";

/// What a script reads: codes and fields stay as they are.
#[tokio::test]
async fn the_json_report_stays_as_it_is() {
    let database = Verified::new(&[KIT, FAULTY]).await;
    let signet = Signet::unconfigured();
    let ran = signet
        .run(&["rls", "verify", "--database", &database.url, "--json"])
        .await;
    assert_eq!(ran.code, 1, "{}", ran.errors);
    let printed: Value = serde_json::from_str(&ran.output).expect("JSON");
    assert_json_snapshot!(database.tidy(&printed), @r#"
    {
      "findings": [
        {
          "code": "policy-fails-open",
          "severity": "error",
          "table": "public.orders",
          "role": null,
          "problem": "policy r lets rows through because no context is set: every connection that forgets to set it sees them",
          "fix": "drop policy r on public.orders;\n-- maintenance gets a role and a policy of its own"
        },
        {
          "code": "rows-without-context",
          "severity": "error",
          "table": "public.orders",
          "role": "person",
          "problem": "rows are seen with every setting empty (2 rows); with the claims null (2 rows); with the claims {} (2 rows)",
          "fix": "create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));"
        },
        {
          "code": "rows-malformed",
          "severity": "error",
          "table": "public.orders",
          "role": "person",
          "problem": "rows are seen with a malformed context: JSON that is cut short (2 rows); a JSON array (2 rows); JSON with a null character (2 rows); JSON that is nested very deep (2 rows); and 5 more",
          "fix": "create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));"
        },
        {
          "code": "rows-injected",
          "severity": "error",
          "table": "public.orders",
          "role": "person",
          "problem": "rows are seen with SQL in a claim: in every setting (2 rows)",
          "fix": "create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));"
        },
        {
          "code": "rows-without-organization",
          "severity": "error",
          "table": "public.orders",
          "role": "person",
          "problem": "a person of no organization sees rows: no org_id (2 rows); an empty org_id (2 rows); org_id null (2 rows)",
          "fix": "create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));"
        },
        {
          "code": "policy-per-row",
          "severity": "warning",
          "table": "public.orders",
          "role": null,
          "problem": "policy i calls auth.org_id for each row",
          "fix": "alter policy i on public.orders with check ((org_id = (select auth.org_id())));"
        },
        {
          "code": "viewer-inserts",
          "severity": "warning",
          "table": "public.orders",
          "role": "person",
          "problem": "a viewer can make rows: insert",
          "fix": "create policy orders_writers_insert on public.orders as restrictive for insert to person with check ((select auth.has_org_role('member')));"
        }
      ],
      "summary": {
        "tables": 1,
        "roles": 1,
        "attacks": 32,
        "errors": 5,
        "warnings": 2,
        "notices": 0,
        "not_checked": 0,
        "accepted": 0
      }
    }
    "#);
}

/// What people read: grouped by table, without colours where nobody looks.
#[tokio::test]
async fn the_text_is_grouped_by_table_and_plain_in_a_pipe() {
    let database = Verified::new(&[KIT, FAULTY]).await;
    let signet = Signet::unconfigured();
    let ran = signet.run(&["rls", "verify", "--database", &database.url]).await;
    assert_eq!(ran.code, 1, "{}", ran.errors);
    let person = format!("{}_person", database.name);
    insta::assert_snapshot!(ran.output.replace(&person, "person"), @r#"
    public.orders
      error    policy-fails-open
               policy r lets rows through because no context is set: every connection that forgets to set it sees them
               | drop policy r on public.orders;
               | -- maintenance gets a role and a policy of its own
      error    rows-without-context (as person)
               rows are seen with every setting empty (2 rows); with the claims null (2 rows); with the claims {} (2 rows)
               | create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));
      error    rows-malformed (as person)
               rows are seen with a malformed context: JSON that is cut short (2 rows); a JSON array (2 rows); JSON with a null character (2 rows); JSON that is nested very deep (2 rows); and 5 more
               | create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));
      error    rows-injected (as person)
               rows are seen with SQL in a claim: in every setting (2 rows)
               | create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));
      error    rows-without-organization (as person)
               a person of no organization sees rows: no org_id (2 rows); an empty org_id (2 rows); org_id null (2 rows)
               | create policy orders_tenant on public.orders as restrictive to person using (org_id = (select auth.org_id())) with check (org_id = (select auth.org_id()));
      warning  policy-per-row
               policy i calls auth.org_id for each row
               | alter policy i on public.orders with check ((org_id = (select auth.org_id())));
      warning  viewer-inserts (as person)
               a viewer can make rows: insert
               | create policy orders_writers_insert on public.orders as restrictive for insert to person with check ((select auth.has_org_role('member')));

    not clean: 5 errors, 2 warnings, 0 notices; 1 table, 1 role, 32 attacks
    "#);
}

/// 0 clean, 1 found, 2 could not run; an accepted finding is no finding, wherever it was accepted.
#[tokio::test]
async fn the_exit_code_tells_what_came_of_it() {
    let database = Verified::new(&[KIT, CLEAN]).await;
    let signet = Signet::unconfigured();
    let verify = async |more: &[&str]| {
        let arguments: Vec<&str> = ["rls", "verify", "--database", &database.url]
            .into_iter()
            .chain(more.iter().copied())
            .collect();
        signet.run(&arguments).await
    };
    let ran = verify(&[]).await;
    assert_eq!((ran.code, ran.errors.as_str()), (0, ""));
    assert!(
        ran.output
            .starts_with("clean: 0 errors, 0 warnings, 0 notices; 3 tables, 1 role, ")
    );
    database
        .run("alter table stores no force row level security")
        .await;
    assert_eq!(verify(&[]).await.code, 1);
    for accepted in ["rls-not-forced", "rls-not-forced:public.st*,no-policy"] {
        let ran = verify(&["--accept", accepted]).await;
        assert_eq!(ran.code, 0, "{}", ran.output);
        assert!(ran.output.ends_with("; 1 finding accepted\n"), "{}", ran.output);
    }
    assert_eq!(verify(&["--accept", "rls-not-forced:public.sales"]).await.code, 1);
    for (arguments, because) in [
        (&["--tenant-column", "nothing"][..], ""),
        (&["--as", "nobody"], "no role nobody"),
        (&["--tables", "public."], "no pattern"),
        (&["--accept", "nonsense"], "no finding has the code nonsense"),
    ] {
        let ran = verify(arguments).await;
        let expected = if because.is_empty() { 1 } else { 2 };
        assert_eq!(ran.code, expected, "{arguments:?}: {} {}", ran.output, ran.errors);
        assert!(ran.errors.contains(because), "{}", ran.errors);
    }
    let nowhere = signet
        .run(&[
            "rls",
            "verify",
            "--database",
            "postgres://nobody@127.0.0.1:1/nothing",
        ])
        .await;
    assert_eq!(nowhere.code, 2, "{}", nowhere.errors);
    assert!(nowhere.errors.starts_with("signet: ") && !nowhere.errors.contains("panicked"));
    assert_eq!(
        signet.run(&["rls", "verify", "--database", "no url"]).await.code,
        2
    );
}
