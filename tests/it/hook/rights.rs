//! HK-07 and missing rights: who may run and edit a hook, and what an operator is told.

use std::time::Duration;

use serde_json::json;
use signet::hook::HookError;
use signet::hook::definition::FunctionName;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use crate::app::TestApp;
use crate::attack::holdings::sql;
use crate::fixtures::a_hook;
use crate::fixtures::hook::functions;

const RULES: &str = "
    create table hooks.rules (rule text);
    create function hooks.rule(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('rules', count(*))) from hooks.rules $$";

async fn refused(url: &str, statement: &str) -> String {
    let mut connection = PgConnection::connect(url).await.expect("the role logs in");
    let outcome = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(&mut connection)
        .await;
    let error = outcome.expect_err(statement);
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    code.unwrap_or_default().into_owned()
}

/// HK-07: the role that hooks run as neither sees nor edits hooks; the server's own role neither runs an operator's
/// function nor replaces the shipped one; who may only look cannot write.
#[tokio::test]
async fn hk_07_looking_is_not_editing_and_serving_is_not_running() {
    let app = TestApp::new().await;
    functions(&app, RULES).await;
    a_hook("rule").create(&app).await;
    let shipped = "create or replace function auth.custom_access_token_hook(event jsonb) returns jsonb
        language sql as $$ select event $$";
    for statement in [
        "select * from auth.token_hooks",
        "insert into auth.token_hooks (id) values ('x')",
        "update auth.token_hooks set enabled = false",
        "delete from auth.token_hooks",
    ] {
        let writes = format!("begin read write; {statement}");
        assert_eq!(
            refused(&app.database.hook_url, &writes).await,
            "42501",
            "{statement}"
        );
    }
    for statement in [shipped, "drop function auth.custom_access_token_hook(jsonb)"] {
        let writes = format!("begin read write; {statement}");
        for url in [&app.database.hook_url, &app.database.url] {
            assert_eq!(refused(url, &writes).await, "42501", "{statement}");
        }
    }
    let run = "select hooks.rule('{}')";
    assert_eq!(refused(&app.database.url, run).await, "42501");
    sql(
        &app,
        "create role hook_viewer login; grant usage on schema auth to hook_viewer;
         grant select on auth.token_hooks to hook_viewer",
    )
    .await;
    let as_viewer = "set role hook_viewer; update auth.token_hooks set enabled = false";
    assert_eq!(refused(&app.database.admin_url, as_viewer).await, "42501");
    sql(
        &app,
        "revoke all on auth.token_hooks from hook_viewer; revoke usage on schema auth from hook_viewer;
         drop role hook_viewer",
    )
    .await;
}

/// Issue 4: a database role without grants is told with the statement that mends it, each in its turn.
#[tokio::test]
async fn a_missing_right_is_told_with_the_grant_that_mends_it() {
    let app = TestApp::new().await;
    functions(&app, RULES).await;
    sql(
        &app,
        "revoke usage on schema hooks from signet_hook; revoke all on function hooks.rule from signet_hook",
    )
    .await;
    let transport = app.app.token_issuer().hooks.sql().unwrap();
    let function = FunctionName::parse("hooks.rule").unwrap();
    let found = transport.obstacles(&function).await.unwrap();
    assert_eq!(found.len(), 2, "{found:?}");
    for expected in [
        "grant usage on schema \"hooks\" to signet_hook;",
        "grant execute on function \"hooks\".\"rule\"(jsonb) to signet_hook;",
        "grant select on \"rules\" to signet_hook;",
    ] {
        let asked = transport.ask(&function, &json!({}), Duration::from_secs(5)).await;
        let Err(HookError::Permission { mend, .. }) = asked else {
            panic!("{asked:?}");
        };
        assert_eq!(mend, expected);
        // PostgreSQL names a table without its schema; its owner knows where it is.
        let statement = format!("set search_path = hooks; {mend}");
        sqlx::raw_sql(AssertSqlSafe(statement))
            .execute(&mut app.database.admin().await)
            .await
            .unwrap();
    }
    assert!(transport.obstacles(&function).await.unwrap().is_empty());
    let answer = transport.ask(&function, &json!({}), Duration::from_secs(5)).await;
    assert_eq!(answer.unwrap(), br#"{"claims": {"rules": 0}}"#);
    let missing = FunctionName::parse("hooks.absent").unwrap();
    let found = transport.obstacles(&missing).await.unwrap();
    assert!(
        found[0]
            .problem
            .contains("there is no function hooks.absent(jsonb)")
    );
}

/// Contracts section 2: hooks run as a role with few rights, or not at all.
#[tokio::test]
async fn a_hook_url_of_another_role_is_refused() {
    for role in ["app", "owner", "admin"] {
        let app = TestApp::with(|config| config.database.hook_url.clear()).await;
        functions(&app, RULES).await;
        sql(&app, "grant select on hooks.rules to public").await;
        a_hook("rule").create(&app).await;
        let mut config = app.app.config().clone();
        config.database.hook_url = match role {
            "app" => app.database.url.clone(),
            "owner" => app.database.owner_url.clone(),
            _ => app.database.admin_url.clone(),
        };
        let refused = signet::app::App::build(config, signet::app::Injected::default()).await;
        let error = refused.err().expect("the start is refused");
        let told = format!("{error}: {:?}", std::error::Error::source(&error));
        assert!(told.contains("connect as signet_hook"), "{role}: {told}");
    }
}

/// Contracts section 4: an operator's function may ask what the built-in hook asks.
#[tokio::test]
async fn an_operators_function_may_call_the_built_in_one() {
    let app = TestApp::new().await;
    let ada = crate::fixtures::a_person("ada").create(&app).await;
    let mut connection = PgConnection::connect(&app.database.hook_url)
        .await
        .expect("it logs in");
    for statement in [
        "select auth.member_claims($1, null, null, array['openid', 'modules'])",
        "select auth.custom_access_token_hook(jsonb_build_object('user_id', $1::text, 'claims', '{}'::jsonb)) -> 'claims'",
    ] {
        let said: serde_json::Value = sqlx::query_scalar(statement)
            .bind(ada.id.as_str())
            .fetch_one(&mut connection)
            .await
            .expect(statement);
        assert_eq!(said["org_role"], "owner", "{said}");
    }
}
