//! TN-01, TN-02: a transaction sees the rows of its own token, and the next one on the same connection sees nothing of
//! it.

use sqlx::{Connection as _, PgConnection, Row as _};

use super::database::{ADA, Downstream, code, run};
use signet::rls::policy::Template;

const COUNT: &str = "select count(*) from notes";

async fn notes() -> Downstream {
    let downstream = Downstream::with_kit().await;
    downstream.notes().await;
    downstream
        .apply(&downstream.request("notes", Template::WriteByRole))
        .await;
    downstream
}

async fn count(connection: &mut PgConnection) -> i64 {
    sqlx::query_scalar(COUNT)
        .fetch_one(connection)
        .await
        .expect("a count")
}

/// TN-01: no context, an empty one, a stranger's, a malformed one, SQL: no row.
#[tokio::test]
async fn tn_01_without_a_valid_organization_there_are_no_rows() {
    let downstream = notes().await;
    assert_eq!(downstream.count(ADA, COUNT).await, 4);
    for setting in [
        "",
        "{}",
        "null",
        "{",
        r#"{"org_role": "owner"}"#,
        r#"{"org_id": null, "org_role": "owner"}"#,
        r#"{"org_id": "", "org_role": "owner"}"#,
        r#"{"org_id": "other", "org_role": "owner"}"#,
        r#"{"org_id": ["acme"], "org_role": "owner"}"#,
        r#"{"org_id": "acme' or 'a' = 'a", "org_role": "owner"}"#,
        r#"{"org_id": "%", "org_role": "owner"}"#,
        "acme",
        "' or org_id is not null --",
    ] {
        assert_eq!(downstream.count(setting, COUNT).await, 0, "{setting}");
        for statement in ["update notes set body = 'x'", "delete from notes"] {
            assert_eq!(
                downstream.touched(setting, statement).await,
                Ok(0),
                "{setting}: {statement}"
            );
        }
        let insert = "insert into notes (org_id, user_id) values ('acme', 'ada')";
        assert_eq!(
            downstream.touched(setting, insert).await,
            Err("42501".to_owned()),
            "{setting}"
        );
    }
    // Nor for the owner of the table, without any setting at all.
    assert_eq!(count(&mut downstream.owner().await).await, 0);
}

/// How a transaction of another person ends.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ending {
    Commit,
    Error,
    Timeout,
    Cancelled,
}

/// TN-02: after an error, a timeout, a cancelled statement and a commit, the same connection knows nothing.
#[tokio::test]
async fn tn_02_the_next_transaction_on_the_connection_sees_nothing() {
    let downstream = notes().await;
    let mut connection = downstream.gateway().await;
    for ending in [Ending::Commit, Ending::Error, Ending::Timeout, Ending::Cancelled] {
        let mut transaction = connection.begin().await.expect("begins");
        run(&mut transaction, &format!("set local role {}", downstream.person)).await;
        sqlx::query("select auth.set_claims($1)")
            .bind(ADA)
            .execute(&mut *transaction)
            .await
            .expect("set");
        assert_eq!(count(&mut transaction).await, 4);
        if ending == Ending::Commit {
            transaction.commit().await.expect("commits");
        } else {
            let code = fail(&downstream, &mut transaction, ending).await;
            assert_eq!(code, if ending == Ending::Error { "22012" } else { "57014" });
            transaction.rollback().await.expect("rolls back");
        }
        let mut next = connection.begin().await.expect("begins");
        run(&mut next, &format!("set local role {}", downstream.person)).await;
        assert_eq!(count(&mut next).await, 0, "{ending:?}");
        let row = sqlx::query("select current_setting('request.jwt.claims', true), auth.claims() is null")
            .fetch_one(&mut *next)
            .await
            .expect("a row");
        // The trap: PostgreSQL leaves an empty text behind, not null.
        assert!(
            matches!(row.get::<Option<&str>, _>(0), None | Some("")),
            "{ending:?}"
        );
        assert!(row.get::<bool, _>(1));
        next.rollback().await.expect("rolls back");
    }
}

async fn fail(downstream: &Downstream, transaction: &mut PgConnection, ending: Ending) -> String {
    let pid: i32 = sqlx::query_scalar("select pg_backend_pid()")
        .fetch_one(&mut *transaction)
        .await
        .expect("a pid");
    let statement = match ending {
        Ending::Error => "select 1 / 0",
        _ => "select pg_sleep(60)",
    };
    if ending == Ending::Timeout {
        run(transaction, "set local statement_timeout = '20ms'").await;
    }
    let mut admin = downstream.database.connect("postgres").await;
    let cancel = async {
        if ending == Ending::Cancelled {
            while !cancelled(&mut admin, pid).await {}
        }
    };
    let (failed, ()) = tokio::join!(sqlx::query(statement).execute(transaction), cancel);
    code(&failed.expect_err("it fails"))
}

/// Cancels the statement that sleeps, if it does yet.
async fn cancelled(admin: &mut PgConnection, pid: i32) -> bool {
    sqlx::query(
        "select pg_cancel_backend(pid) from pg_stat_activity where pid = $1 and wait_event = 'PgSleep'",
    )
    .bind(pid)
    .fetch_optional(admin)
    .await
    .expect("asked")
    .is_some()
}

/// TN-02: outside of a transaction the claims last for the one statement that sets them.
#[tokio::test]
async fn tn_02_claims_never_outlive_their_transaction() {
    let downstream = notes().await;
    let mut connection = downstream.gateway().await;
    for statement in [
        "select auth.set_claims($1::text)",
        "select auth.set_claims($1::text::jsonb)",
    ] {
        run(&mut connection, &format!("set role {}", downstream.person)).await;
        sqlx::query(statement)
            .bind(ADA)
            .execute(&mut connection)
            .await
            .expect("set");
        assert_eq!(count(&mut connection).await, 0);
    }
}

/// Issue 4, point 7: the entry point for servers without PostgREST.
#[tokio::test]
async fn claims_are_set_and_cleared_by_name() {
    let downstream = notes().await;
    let mut connection = downstream.gateway().await;
    let mut transaction = connection.begin().await.expect("begins");
    run(&mut transaction, &format!("set local role {}", downstream.person)).await;
    for (call, rows) in [
        (format!("select auth.set_claims('{ADA}')"), 4),
        ("select auth.clear_claims()".to_owned(), 0),
        (format!("select auth.set_claims('{ADA}'::jsonb)"), 4),
        ("select auth.set_claims('[1]'::jsonb)".to_owned(), 0),
        (format!("select auth.set_claims('{ADA}'::text)"), 4),
        ("select auth.set_claims('{')".to_owned(), 0),
        (format!("select auth.set_claims('{ADA}')"), 4),
        ("select auth.set_claims(null)".to_owned(), 0),
        (format!("select auth.set_claims('{ADA}')"), 4),
        ("select auth.set_claims('\"acme\"')".to_owned(), 0),
    ] {
        run(&mut transaction, &call).await;
        assert_eq!(count(&mut transaction).await, rows, "{call}");
    }
}
