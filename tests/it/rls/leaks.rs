//! TN-08: what a query can learn besides the rows that it gets.

use signet::rls::policy::Template;
use sqlx::{Connection as _, PgConnection, Row as _};

use super::database::{ADA, Downstream, code, run};

/// Notes that hold secrets, and a person who may make functions of their own.
async fn notes() -> Downstream {
    let downstream = Downstream::with_kit().await;
    downstream.notes().await;
    downstream
        .apply(&downstream.request("notes", Template::WriteByRole))
        .await;
    downstream
        .run(&format!(
            "create schema own; grant all on schema own to {}; analyze notes",
            downstream.person
        ))
        .await;
    downstream
}

async fn as_ada(downstream: &Downstream, connection: &mut PgConnection) {
    let role = &downstream.person;
    run(
        connection,
        &format!("set local role {role}; select auth.set_claims('{ADA}')"),
    )
    .await;
}

/// Functions and operators of one's own, however cheap they say they are, are shown no row of another tenant: not as
/// a filter, not by the planner's estimates (CVE-2017-7484, CVE-2025-8713).
#[tokio::test]
async fn tn_08_leaky_operators_see_nothing() {
    let downstream = notes().await;
    let mut connection = downstream.gateway().await;
    let mut transaction = connection.begin().await.expect("begins");
    as_ada(&downstream, &mut transaction).await;
    run(
        &mut transaction,
        "create temporary table seen (body text);
         create function own.leak(body text) returns boolean language plpgsql cost 0.0000001 as
         $$ begin insert into seen values (body); return true; end $$;
         create function own.leak2(body text, other text) returns boolean language plpgsql cost 0.0000001 as
         $$ begin insert into seen values (body), (other); return true; end $$;
         create operator own.<<< (leftarg = text, rightarg = text, procedure = own.leak2, restrict = scalarltsel);
         create operator own.=== (leftarg = text, rightarg = text, procedure = own.leak2, restrict = eqsel, join = eqjoinsel)",
    )
    .await;
    for statement in [
        "select count(*) from notes where own.leak(body)",
        "select count(*) from notes where body operator(own.<<<) 'x'",
        "select count(*) from notes a join notes b on a.body operator(own.===) b.body",
        "explain select * from notes where body operator(own.<<<) 'x'",
        "explain select * from notes where user_id operator(own.===) 'x'",
        "update notes set body = body where own.leak(body)",
        "delete from notes where own.leak(body) returning own.leak(body)",
        "select count(*) from notes where case when own.leak(body) then 1 else 1 / (id - id) end = 1",
    ] {
        run(&mut transaction, statement).await;
    }
    let seen = sqlx::query("select count(*), count(*) filter (where body like '%globex%') from seen")
        .fetch_one(&mut *transaction)
        .await
        .expect("a row");
    assert!(seen.get::<i64, _>(0) > 0, "own rows were shown");
    assert_eq!(seen.get::<i64, _>(1), 0, "another's row was shown");
}

/// Neither statistics nor plans tell two tenants apart.
#[tokio::test]
async fn tn_08_plans_and_statistics_say_nothing() {
    let downstream = notes().await;
    let statistics = "select count(*) from pg_stats where tablename = 'notes'";
    assert!(downstream.owner.len() > 1 && downstream.count(ADA, statistics).await == 0);
    let explain = "explain select * from notes where body = 'secret of globex'";
    let plan = async |claims: &str| {
        let rows = downstream.ask(claims, explain).await.expect("a plan");
        let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        lines.join("\n")
    };
    let ours = plan(ADA).await;
    assert!(!ours.contains("acme"), "{ours}");
    assert_eq!(ours, plan(&ADA.replace("acme", "nowhere")).await);
}

/// A key without the tenant in it answers whether a row exists, whoever asks: uniqueness and references are checked
/// beneath the policies. With the tenant in the key there is nothing to learn. The example is built that way.
#[tokio::test]
async fn tn_08_keys_hold_the_tenant() {
    let downstream = notes().await;
    let person = &downstream.person;
    downstream
        .run(&format!(
            "create table bare (id text primary key, org_id text not null);
             create table held (org_id text not null, id text, primary key (org_id, id));
             create table of_bare (org_id text not null, bare text references bare);
             create table of_held (org_id text not null, held text, foreign key (org_id, held) references held);
             insert into bare values ('1', 'globex'); insert into held values ('globex', '1');
             grant insert on bare, held, of_bare, of_held to {person};
             grant select on bare, held, of_bare, of_held to {person}"
        ))
        .await;
    for table in ["bare", "held", "of_bare", "of_held"] {
        downstream
            .apply(&downstream.request(table, Template::WriteByRole))
            .await;
    }
    let insert = async |table: &str, columns: &str| {
        downstream
            .touched(ADA, &format!("insert into {table} values {columns}"))
            .await
    };
    assert_eq!(
        insert("bare", "('1', 'acme')").await,
        Err("23505".to_owned()),
        "a stranger's id shows"
    );
    assert_eq!(insert("held", "('acme', '1')").await, Ok(1));
    assert_eq!(
        insert("of_bare", "('acme', '1')").await,
        Ok(1),
        "a stranger's row is referred to"
    );
    assert_eq!(insert("of_held", "('acme', '1')").await, Err("23503".to_owned()));
    // What the failure says names no value of the other row.
    let refused = downstream
        .ask(ADA, "insert into bare values ('1', 'acme')")
        .await
        .expect_err("a duplicate");
    assert_eq!(code(&refused), "23505");
    assert!(!format!("{refused:?}").contains("globex"));
}

/// Functions and operators that stand before PostgreSQL's own are not called.
#[tokio::test]
async fn tn_08_a_search_path_changes_nothing() {
    let downstream = notes().await;
    let mut connection = downstream.gateway().await;
    let mut transaction = connection.begin().await.expect("begins");
    as_ada(&downstream, &mut transaction).await;
    run(
        &mut transaction,
        r#"create function own.current_setting(text, boolean) returns text language sql as $$ select '{"org_id": "globex", "org_role": "owner"}' $$;
           create function own.jsonb_path_query_first(jsonb, jsonpath, jsonb, boolean) returns jsonb language sql as $$ select '"globex"'::jsonb $$;
           create function own.octet_length(text) returns integer language sql as $$ select 0 $$;
           create function own.no(text, text) returns boolean language sql as $$ select true $$;
           create operator own.~ (leftarg = text, rightarg = text, procedure = own.no);
           create operator own.= (leftarg = text, rightarg = text, procedure = own.no);
           create function own.get(jsonb, text) returns jsonb language sql as $$ select '"globex"'::jsonb $$;
           create operator own.-> (leftarg = jsonb, rightarg = text, procedure = own.get);
           set local search_path = own, pg_catalog, public"#,
    )
    .await;
    let row = sqlx::query(
        "select auth.org_id(), auth.org_role(), auth.has_org_role('owner'), \
         (select count(*) from public.notes), (select count(*) from public.notes where org_id operator(pg_catalog.=) 'globex')",
    )
    .fetch_one(&mut *transaction)
    .await
    .expect("a row");
    assert_eq!(row.get::<&str, _>(0), "acme");
    assert_eq!(row.get::<&str, _>(1), "member");
    assert!(!row.get::<bool, _>(2));
    assert_eq!((row.get::<i64, _>(3), row.get::<i64, _>(4)), (4, 0));
}
