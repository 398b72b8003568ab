//! `signet rls policy` on a table whose rows are kept in others: partitions, and tables that inherit from it. Each is a
//! table of its own to whoever names it.

use signet::rls::policy::{Applied, Template, apply};

use super::database::{ADA, Downstream, name};

const WRITE: &str = r#"{"sub": "ada", "org_id": "acme", "org_role": "owner"}"#;

async fn events() -> Downstream {
    let downstream = Downstream::with_kit().await;
    downstream
        .run(&format!(
            "create table events (org_id text not null, at date not null) partition by range (at);
             create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01')
                partition by list (org_id);
             create table events_2026_all partition of events_2026 default;
             create table events_rest partition of events default;
             create table \"Logs\" (org_id text not null, user_id text not null, body text);
             create table logs_old (kept boolean) inherits (\"Logs\");
             create table logs_older () inherits (logs_old);
             insert into events values ('acme', '2026-03-01'), ('globex', '2026-03-01'), ('acme', '2030-01-01');
             insert into \"Logs\" values ('acme', 'ada', '1'), ('globex', 'bob', '1');
             insert into logs_old values ('acme', 'ada', '2'), ('globex', 'bob', '2');
             insert into logs_older values ('acme', 'ada', '3'), ('globex', 'bob', '3');
             grant all on all tables in schema public to {}",
            downstream.person
        ))
        .await;
    downstream
}

async fn count(downstream: &Downstream, claims: &str, table: &str) -> i64 {
    downstream
        .count(claims, &format!("select count(*) from {table}"))
        .await
}

/// Systems section 5: rows are the organization's by whichever name they are asked for.
#[tokio::test]
async fn what_holds_a_tables_rows_has_its_policies() {
    let downstream = events().await;
    for table in ["events", "public.Logs"] {
        let request = downstream.request(table, Template::WriteByRole);
        for _ in 0..2 {
            downstream.apply(&request).await;
        }
    }
    for (table, rows) in [
        ("events", 2),
        ("events_2026", 1),
        ("events_2026_all", 1),
        ("events_rest", 1),
        ("\"Logs\"", 3),
        ("logs_old", 2),
        ("logs_older", 1),
    ] {
        assert_eq!(count(&downstream, ADA, table).await, rows, "{table}");
        assert_eq!(count(&downstream, "{}", table).await, 0, "{table}");
        let steal = format!("update {table} set org_id = 'globex'");
        assert_eq!(
            downstream.touched(WRITE, &steal).await,
            Err("42501".to_owned()),
            "{table}"
        );
    }
    let foreign = "insert into logs_older values ('globex', 'ada', 'new')";
    assert_eq!(downstream.touched(WRITE, foreign).await, Err("42501".to_owned()));
    let unindexed =
        "select count(*) from pg_class c where c.relname in ('events_rest', 'logs_old', 'logs_older')
        and not exists (select from pg_index i where i.indrelid = c.oid)";
    assert_eq!(downstream.count("", unindexed).await, 0);
}

/// A partition that was made later is a table without policies until the command is run again.
#[tokio::test]
async fn a_partition_of_later_gets_its_policies_with_the_next_run() {
    let downstream = events().await;
    let request = downstream.request("events", Template::Read);
    downstream.apply(&request).await;
    downstream
        .run(&format!(
            "create table events_2031 partition of events for values from ('2031-01-01') to ('2032-01-01');
             grant select on events_2031 to {}",
            downstream.person
        ))
        .await;
    let mut admin = downstream.database.connect("postgres").await;
    super::database::run(
        &mut admin,
        "insert into events values ('acme', '2031-03-01'), ('globex', '2031-03-01')",
    )
    .await;
    assert_eq!(count(&downstream, ADA, "events").await, 3);
    assert_eq!(count(&downstream, ADA, "events_2031").await, 2, "open");
    downstream.apply(&request).await;
    assert_eq!(count(&downstream, ADA, "events_2031").await, 1);
}

/// A template that gives less takes back what the one before gave, also by the partitions' names; and a policy of
/// another name there is told of.
#[tokio::test]
async fn policies_of_partitions_are_replaced_and_told_of() {
    let downstream = events().await;
    downstream
        .apply(&downstream.request("events", Template::WriteByRole))
        .await;
    downstream
        .run("create policy everything on events_rest using (true)")
        .await;
    let mut request = downstream.request("events", Template::Read);
    request.to = vec![name(&downstream.person)];
    let Applied { others, .. } = apply(&mut downstream.owner().await, &request)
        .await
        .expect("applied");
    assert_eq!(others, ["everything on public.events_rest"]);
    downstream.run("drop policy everything on events_rest").await;
    for table in ["events", "events_2026_all", "events_rest"] {
        let delete = format!("delete from {table}");
        assert_eq!(downstream.touched(WRITE, &delete).await, Ok(0), "{table}");
    }
}

/// Another server's table has no policies: nobody reaches it by its own name.
#[tokio::test]
async fn a_foreign_partition_is_taken_from_everybody() {
    let downstream = events().await;
    let mut admin = downstream.database.connect("postgres").await;
    super::database::run(
        &mut admin,
        &format!(
            "create extension if not exists postgres_fdw;
             create server elsewhere foreign data wrapper postgres_fdw;
             grant usage on foreign server elsewhere to {owner};
             set role {owner};
             create foreign table events_far partition of events for values from ('2040-01-01') to ('2041-01-01')
                server elsewhere;
             grant select on events_far to {person}, public",
            owner = downstream.owner,
            person = downstream.person
        ),
    )
    .await;
    downstream
        .apply(&downstream.request("events", Template::Read))
        .await;
    let may = format!(
        "select has_table_privilege('{}', 'events_far', 'select')::int::bigint",
        downstream.person
    );
    assert_eq!(downstream.count("", &may).await, 0);
}

/// The policies of a part do not count for who asks by the name of the whole.
#[tokio::test]
async fn a_part_of_an_open_table_is_refused() {
    let downstream = events().await;
    let mut owner = downstream.owner().await;
    for (table, named) in [
        ("logs_older", "--table public.Logs:"),
        ("logs_old", "--table public.Logs:"),
        ("events_2026_all", "--table public.events:"),
    ] {
        let request = downstream.request(table, Template::Read);
        let refused = apply(&mut owner, &request)
            .await
            .expect_err("refused")
            .to_string();
        assert!(refused.contains(named), "{table}: {refused}");
        let secured = format!(
            "select count(*) from pg_class where oid = 'public.{table}'::regclass and relrowsecurity"
        );
        assert_eq!(downstream.count("", &secured).await, 0, "{table}");
    }
    // Below what is protected, a part may have other policies of its own.
    downstream
        .apply(&downstream.request("public.Logs", Template::Read))
        .await;
    downstream
        .apply(&downstream.request("public.logs_older", Template::WriteByRole))
        .await;
}

/// A right to a column is a right.
#[tokio::test]
async fn a_foreign_partition_is_taken_from_who_holds_columns_of_it() {
    let downstream = events().await;
    let mut admin = downstream.database.connect("postgres").await;
    super::database::run(
        &mut admin,
        &format!(
            "create extension if not exists postgres_fdw;
             create server elsewhere foreign data wrapper postgres_fdw;
             grant usage on foreign server elsewhere to {owner};
             set role {owner};
             create foreign table events_far partition of events for values from ('2040-01-01') to ('2041-01-01')
                server elsewhere;
             revoke all on events_far from {person};
             grant select (org_id), update (at) on events_far to {person};
             grant select (at) on events_far to public",
            owner = downstream.owner,
            person = downstream.person
        ),
    )
    .await;
    downstream
        .apply(&downstream.request("events", Template::Read))
        .await;
    let may = format!(
        "select has_any_column_privilege('{}', 'events_far', 'select, update')::int::bigint",
        downstream.person
    );
    assert_eq!(downstream.count("", &may).await, 0);
}
