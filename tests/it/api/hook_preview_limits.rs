//! `POST /api/v1/internal/hooks/preview` beside what goes on: it takes nothing from the grants, and asks no hook that a
//! grant would not ask.

use std::time::Duration;

use serde_json::{Value, json};
use signet::authentication::service_key::ServiceScope;
use signet::hook::breaker::Circuit;
use signet::hook::definition::FunctionName;

use super::caller::assert_problem;
use crate::app::{Reply, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::{ada, refreshed};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_service_key};

const FUNCTIONS: &str = "
    create function hooks.desk(event jsonb) returns jsonb language sql stable as
        $$ select '{\"claims\": {\"desk\": 1}}'::jsonb $$;
    create function hooks.sleeper(event jsonb) returns jsonb language plpgsql stable as
        $$ begin perform pg_sleep(60); return '{}'; end $$";

async fn a_key(app: &TestApp) -> String {
    a_service_key(app, "console", &[ServiceScope::HooksPreview]).await
}

async fn preview(app: &TestApp, key: &str, hook: &str) -> Reply {
    let http = crate::support::http::client();
    let request = http
        .post(format!("{}/api/v1/internal/hooks/preview", app.issuer))
        .header("x-service-key", key)
        .json(&json!({ "user": "ada@example.test", "client": "web", "hook": hook }));
    Reply::read(request.send().await.expect("the server answers")).await
}

async fn held(app: &TestApp) -> (crate::app::RelyingParty, Value) {
    let relying_party = app.relying_party(&a_client("web").create(app).await);
    let tokens = relying_party.tokens(app, &ada(app).await, &[]).await;
    (relying_party, tokens)
}

/// Two at a time in a process; more are told to come again, whoever asks.
#[tokio::test]
async fn a_third_preview_at_once_is_told_to_come_again() {
    let app = TestApp::new().await;
    let key = a_key(&app).await;
    functions(&app, FUNCTIONS).await;
    held(&app).await;
    a_hook("desk").create(&app).await;
    let hooks = &app.app.token_issuer().hooks;
    let (one, two) = (hooks.preview_permit(), hooks.preview_permit());
    assert!(one.is_some() && two.is_some());
    let refused = preview(&app, &key, "desk").await;
    assert_problem(&refused, 429, "too_many_previews");
    assert!(!refused.header("retry-after").is_empty());
    drop(one);
    assert_eq!(preview(&app, &key, "desk").await.status, 200);
    assert_eq!(preview(&app, &key, "desk").await.status, 200);
}

/// No signed event leaves for a hook that is disabled; the question is on record.
#[tokio::test]
async fn a_disabled_hook_is_not_asked_for_a_service() {
    let app = TestApp::new().await;
    let key = a_key(&app).await;
    functions(&app, FUNCTIONS).await;
    held(&app).await;
    a_hook("desk")
        .with(|settings| settings.enabled = false)
        .create(&app)
        .await;
    assert_problem(&preview(&app, &key, "desk").await, 409, "hook_disabled");
    let told = "select count(*) from auth.security_events
        where event_type = 'HOOKS_PREVIEWED' and metadata ->> 'problem' = 'hook_disabled' and user_id is not null";
    assert_eq!(count(&app, told).await, 1);
}

/// What grants leave alone, a preview leaves alone too.
#[tokio::test]
async fn a_hook_that_is_left_alone_is_left_alone_by_previews() {
    let app = TestApp::new().await;
    let key = a_key(&app).await;
    functions(&app, FUNCTIONS).await;
    let (relying_party, mut tokens) = held(&app).await;
    a_hook("sleeper")
        .within(Duration::from_millis(50))
        .built_in_on_failure()
        .create(&app)
        .await;
    for _ in 0..5 {
        tokens = refreshed(&relying_party, &tokens).await;
    }
    let shown = preview(&app, &key, "sleeper").await.json();
    let step = &shown["outputs"][0]["steps"][0];
    assert_eq!(step["failure"]["code"], "hook_left_alone", "{shown}");
}

/// Waiting for a connection of our own is nobody's outage: who takes them all shuts no hook out.
#[tokio::test]
async fn connections_that_are_all_taken_open_no_circuit() {
    let app = TestApp::with(|config| config.database.hook_pool_size = 1).await;
    functions(&app, FUNCTIONS).await;
    let (relying_party, mut tokens) = held(&app).await;
    a_hook("desk")
        .within(Duration::from_millis(50))
        .built_in_on_failure()
        .create(&app)
        .await;
    let hooks = app.app.token_issuer().hooks.clone();
    let sql = hooks.sql().expect("a transport").clone();
    let taking = tokio::spawn(async move {
        let function = FunctionName::parse("hooks.sleeper").expect("a name");
        sql.ask(&function, &json!({}), Duration::from_mins(1)).await
    });
    let sleeping = "select count(*) from pg_stat_activity
        where datname = current_database() and usename = 'signet_hook' and wait_event = 'PgSleep'";
    while count(&app, sleeping).await == 0 {
        tokio::task::yield_now().await;
    }
    for _ in 0..6 {
        tokens = refreshed(&relying_party, &tokens).await;
    }
    assert_eq!(hooks.breaker().circuit("desk"), Circuit::Closed { failures: 0 });
    let told = "select count(*) from auth.security_events where metadata ->> 'problem' = 'hook_unavailable'";
    hooks.settle().await;
    assert_eq!(count(&app, told).await, 1);
    taking.abort();
}
