//! `POST /api/v1/internal/hooks/preview`: what `signet hook preview` shows, for a service with its own scope (features
//! 3, idea 3).

use serde_json::{Value, json};
use signet::authentication::service_key::ServiceScope;

use super::caller::assert_problem;
use crate::app::{Reply, TestApp};
use crate::attack::evidence::{count, events};
use crate::attack::holdings::sql;
use crate::command_line::program::Signet;
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person, a_service_key, an_organization};

const FUNCTIONS: &str = "
    create table hooks.desks (user_id text);
    grant insert on hooks.desks to signet_hook;
    create function hooks.desk(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 1, 'grant', event ->> 'grant_type')) $$;
    create function hooks.forger(event jsonb) returns jsonb language sql stable as
        $$ select '{\"claims\": {\"desk\": 1, \"sub\": \"eve\"}}'::jsonb $$;
    create function hooks.writer(event jsonb) returns jsonb language plpgsql volatile as
        $$ begin set transaction read write; insert into hooks.desks values ('ada'); return '{\"claims\": {}}';
        exception when others then return '{\"claims\": {\"could_write\": false}}'; end $$;
    create function hooks.reader(event jsonb) returns jsonb language plpgsql stable as
        $$ begin perform 1 from hooks.desks; return '{\"claims\": {}}'; end $$";

/// A server that keeps every event, with Ada and Bob, Ada's organization, a client, and a service's key.
async fn ready() -> (TestApp, String) {
    let app = TestApp::with(|config| config.hooks.sample_every = 1).await;
    functions(&app, FUNCTIONS).await;
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    a_person("bob").create(&app).await;
    a_client("web").create(&app).await;
    let key = a_service_key(&app, "console", &[ServiceScope::HooksPreview]).await;
    (app, key)
}

async fn ask(app: &TestApp, key: &str, question: Value) -> Reply {
    let http = crate::support::http::client();
    let request = http
        .post(format!("{}/api/v1/internal/hooks/preview", app.issuer))
        .header("x-service-key", key)
        .json(&question);
    Reply::read(request.send().await.expect("the server answers")).await
}

async fn preview(app: &TestApp, key: &str, mut question: Value) -> Value {
    question["client"] = json!("web");
    question["user"] = json!("ada@example.test");
    let reply = ask(app, key, question).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

/// An answer without ids and times of its own.
fn comparable(value: Value) -> Value {
    const OWN: [&str; 14] = [
        "at_hash",
        "auth_time",
        "event_id",
        "exp",
        "grant_id",
        "iat",
        "jti",
        "milliseconds",
        "nbf",
        "session_id",
        "sid",
        "time",
        "timestamp",
        "uuid",
    ];
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !OWN.contains(&name.as_str()))
            .map(|(name, value)| (name, comparable(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(comparable).collect(),
        other => other,
    }
}

/// The command and the API answer one question alike, whatever the verdict is.
#[tokio::test]
async fn a_service_is_shown_what_the_command_shows() {
    let (app, key) = ready().await;
    for name in ["desk", "forger", "reader"] {
        a_hook(name).create(&app).await;
    }
    let signet = Signet::on(&app.database)
        .with("SIGNET_ISSUER", &app.issuer)
        .with("SIGNET_DATABASE__HOOK_URL", &app.database.hook_url);
    for (words, question, verdict) in [
        (
            "--org acme --grant refresh_token --hook desk",
            json!({ "organization": "acme", "grant_type": "refresh_token", "hook": "desk" }),
            "issued",
        ),
        ("--hook forger", json!({ "hook": "forger" }), "failed"),
        ("--hook reader", json!({ "hook": "reader" }), "failed"),
        ("--grant authorization_code", json!({}), "failed"),
    ] {
        let command = format!("hook preview --client web --user ada@example.test {words}");
        let words: Vec<&str> = command.split(' ').collect();
        let commanded = signet.json(&words).await;
        let answered = preview(&app, &key, question).await;
        assert_eq!(answered["verdict"], verdict, "{answered}");
        assert_eq!(comparable(answered), comparable(commanded), "{command}");
    }
}

/// Nothing is issued, kept or written, by us or by a hook that tries; who asked about whom is on record.
#[tokio::test]
async fn a_preview_leaves_nothing_but_its_record() {
    let (app, key) = ready().await;
    a_hook("desk").create(&app).await;
    a_hook("writer").create(&app).await;
    let shown = preview(&app, &key, json!({})).await;
    assert_eq!(shown["verdict"], "issued");
    let token = &shown["outputs"][0];
    assert_eq!(token["claims"]["desk"], 1);
    assert_eq!(token["steps"][0]["event"]["metadata"]["preview"], true);
    assert_eq!(token["claims"]["could_write"], false, "{shown}");
    assert!(token["size_bytes"].is_u64() && token["steps"][0]["milliseconds"].is_u64());
    for nothing in [
        "select count(*) from hooks.desks",
        "select count(*) from auth.hook_events",
        "select count(*) from auth.oauth_grants",
        "select count(*) from auth.oauth_access_tokens",
        "select count(*) from auth.sessions",
    ] {
        assert_eq!(count(&app, nothing).await, 0, "{nothing}");
    }
    assert_eq!(events(&app, "HOOKS_PREVIEWED").await, 1);
    let told = "select count(*) from auth.security_events e
        join auth.users u on u.id = e.user_id
        join auth.service_keys k on k.id = e.metadata ->> 'service_key_id'
        where e.event_type = 'HOOKS_PREVIEWED' and u.email = 'ada@example.test' and k.name = 'console'
            and e.actor_kind = 'service_key' and e.actor_id = 'console'";
    assert_eq!(count(&app, told).await, 1);
}

/// What a hook may not read is told with the statement that lets it; carried out, the hook runs.
#[tokio::test]
async fn a_missing_grant_is_shown_with_the_statement_that_gives_it() {
    let (app, key) = ready().await;
    a_hook("reader").create(&app).await;
    let question = json!({ "hook": "reader" });
    let shown = preview(&app, &key, question.clone()).await;
    assert_eq!(shown["failure"]["code"], "hook_permission");
    let mend = "grant select on hooks.desks to signet_hook;";
    assert_eq!(
        shown["outputs"][0]["steps"][0]["obstacles"][0]["mend"], mend,
        "{shown}"
    );
    sql(&app, mend).await;
    assert_eq!(preview(&app, &key, question).await["verdict"], "issued");
}

/// A hook that fails again and again in previews is nobody's outage: the hook of the same name goes on deciding.
#[tokio::test]
async fn what_fails_in_a_preview_is_no_outage() {
    let (app, key) = ready().await;
    functions(
        &app,
        "create function hooks.sleeper(event jsonb) returns jsonb language plpgsql stable as
             $$ begin perform pg_sleep(60); return '{}'; end $$",
    )
    .await;
    a_hook("sleeper")
        .within(std::time::Duration::from_millis(100))
        .create(&app)
        .await;
    for _ in 0..7 {
        let shown = preview(&app, &key, json!({ "hook": "sleeper" })).await;
        assert_eq!(shown["failure"]["code"], "hook_timeout", "{shown}");
    }
    sql(
        &app,
        "create or replace function hooks.sleeper(event jsonb) returns jsonb language sql stable as
             $$ select '{\"claims\": {\"desk\": 2}}'::jsonb $$",
    )
    .await;
    let web = a_client("shop").create(&app).await;
    let cleo = a_person("cleo").create(&app).await;
    let tokens = app.relying_party(&web).tokens(&app, &cleo, &[]).await;
    assert!(tokens["access_token"].is_string(), "{tokens}");
}

/// Who or what is not there is 404 with a code of its own, and recorded; what is no question, 400 or 422.
#[tokio::test]
async fn an_unknown_subject_is_refused_by_name() {
    let (app, key) = ready().await;
    let known = json!({ "user": "ada", "client": "web" });
    for (member, value, status, code) in [
        ("user", "nobody", 404, "user_not_found"),
        ("user", "nobody@example.test", 404, "user_not_found"),
        ("client", "none", 404, "client_not_found"),
        ("organization", "none", 404, "organization_not_found"),
        ("hook", "none", 404, "hook_not_found"),
        ("grant_type", "client_credentials", 422, "invalid"),
        ("grant_type", "none", 422, "invalid"),
        ("target", "hooks.desk", 400, "malformed"),
        // What is not registered is asked on the command line only.
        ("candidate", "hooks.desk", 400, "malformed"),
        ("outputs", "id_token", 400, "malformed"),
    ] {
        let mut question = known.clone();
        question[member] = json!(value);
        let refused = ask(&app, &key, question).await;
        assert_problem(&refused, status, code);
    }
    // Who tries out names is on record.
    assert_eq!(events(&app, "HOOKS_PREVIEWED").await, 5);
    let told = "select count(distinct metadata ->> 'problem') from auth.security_events
        where event_type = 'HOOKS_PREVIEWED' and metadata ->> 'problem' in
            ('user_not_found', 'client_not_found', 'organization_not_found', 'hook_not_found')";
    assert_eq!(count(&app, told).await, 4);
    let foreign = json!({ "user": "bob", "client": "web", "organization": "acme" });
    let shown = ask(&app, &key, foreign).await.json();
    assert_eq!(
        (&shown["verdict"], &shown["failure"]["code"]),
        (&json!("refused"), &json!("hook_refused"))
    );
    let other = a_service_key(
        &app,
        "other",
        &[ServiceScope::EpochRead, ServiceScope::MembershipRead],
    )
    .await;
    assert_problem(&ask(&app, &other, known).await, 403, "insufficient_scope");
}
