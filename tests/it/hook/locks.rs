//! HK-01: nothing that a function returns changes what the protocol decides.

use serde_json::json;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{sql, text};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person};

/// A function that says what stands in a table.
const SPOKEN: &str = "
    create table hooks.words (words text);
    grant select on hooks.words to signet_hook;
    create function hooks.spoken(event jsonb) returns json language sql stable as
        $$ select ('{\"claims\": ' || words || '}')::json from hooks.words limit 1 $$";

/// Contracts section 4, HK-01. Every locked name in every spelling, twice in one object, and what only looks like it.
#[tokio::test]
async fn hk_01_a_function_sets_no_locked_claim_in_any_spelling() {
    let app = TestApp::new().await;
    functions(&app, SPOKEN).await;
    a_hook("spoken").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let mut words: Vec<String> = signet::protocol::claims::LOCKED
        .iter()
        .chain(&[
            "typ",
            "SUB",
            "Aud",
            "eXp",
            "ｉｓｓ",
            "ѕub",
            "sub\u{200b}",
            "scope ",
        ])
        .map(|name| json!({*name: "forged"}).to_string())
        .collect();
    words.extend([
        r#"{"own": 1, "own": 2}"#.to_owned(),
        r#"{"sub": "forged", "sub": "forged"}"#.to_owned(),
        r#"{"\u0073ub": "forged"}"#.to_owned(),
        r#"{"exp": 99999999999}"#.to_owned(),
        r#"{"aud": ["https://api.example.com/"]}"#.to_owned(),
        r#"{"mv": "9.9.9"}"#.to_owned(),
    ]);
    for words in words {
        say(&app, &words).await;
        let reply = relying_party.exchange(&code).await;
        assert_eq!(reply.status, 503, "{words}: {}", reply.body);
        reply.assert_error(503, "temporarily_unavailable");
    }
    say(&app, r#"{"own": 1, "subject": "theirs", "x-sub": true}"#).await;
    let tokens = relying_party.exchange(&code).await.json();
    let said = claims(text(&tokens, "access_token"));
    assert_eq!((&said["own"], &said["subject"]), (&json!(1), &json!("theirs")));
    assert_eq!(said["sub"], json!(ada.id));
}

/// HK-01 through a resource's names: a hook cannot take the name that the audience reads another claim under.
#[tokio::test]
async fn hk_01_a_function_does_not_take_a_name_that_a_resource_gives_to_a_claim() {
    let app = TestApp::new().await;
    functions(&app, SPOKEN).await;
    a_hook("spoken").create(&app).await;
    crate::fixtures::client::a_resource(&app, "https://api.example.com/", None).await;
    sql(
        &app,
        r#"update auth.resources set claim_names = '{"role": "platform_role", "org_id": "tenant"}'"#,
    )
    .await;
    app.refresh_caches().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let resource = [("resource", "https://api.example.com/")];
    let code = relying_party.code(&app, &ada, &resource).await;
    for name in ["platform_role", "tenant"] {
        say(&app, &json!({name: "forged"}).to_string()).await;
        let reply = relying_party.exchange(&code).await;
        reply.assert_error(503, "temporarily_unavailable");
    }
    say(&app, r#"{"own": 1}"#).await;
    let tokens = relying_party.exchange(&code).await.json();
    assert_eq!(claims(text(&tokens, "access_token"))["platform_role"], "user");
}

/// HK-03: oversized and deep answers are typed failures in bounded time.
#[tokio::test]
async fn hk_03_an_answer_beyond_the_budget_is_no_token() {
    let app = TestApp::new().await;
    functions(&app, SPOKEN).await;
    a_hook("spoken").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    let large = json!({"a": "x".repeat(17 * 1024)}).to_string();
    let huge = json!({"a": "x".repeat(1024 * 1024)}).to_string();
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(1000), "]".repeat(1000));
    for words in [
        large.as_str(),
        huge.as_str(),
        deep.as_str(),
        "null",
        "[]",
        "\"x\"",
        "7",
    ] {
        say(&app, words).await;
        let reply = relying_party.exchange(&code).await;
        reply.assert_error(503, "temporarily_unavailable");
    }
    say(&app, "{}").await;
    assert_eq!(relying_party.exchange(&code).await.status, 200);
}

async fn say(app: &TestApp, words: &str) {
    let mut connection = app.database.admin().await;
    sqlx::query("delete from hooks.words")
        .execute(&mut connection)
        .await
        .unwrap();
    sqlx::query("insert into hooks.words values ($1)")
        .bind(words)
        .execute(&mut connection)
        .await
        .unwrap();
}
