//! `signet hook preview`, `replay` and `shadow`: an operator sees what hooks would do before anybody meets it.

use serde_json::{Value, json};

use super::program::Signet;
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::{refreshed, sql};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

const FUNCTIONS: &str = "
    create function hooks.desk(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 1, 'grant', event ->> 'grant_type')) $$;
    create function hooks.forger(event jsonb) returns jsonb language sql stable as
        $$ select '{\"claims\": {\"desk\": 1, \"sub\": \"eve\", \"role\": \"admin\", \"tier\": \"founder\"}}'::jsonb $$;
    create function hooks.refuser(event jsonb) returns jsonb language sql stable as
        $$ select '{\"error\": {\"message\": \"no\", \"http_code\": 403}}'::jsonb $$;
    create table hooks.desks (user_id text);
    create function hooks.reader(event jsonb) returns jsonb language plpgsql stable as
        $$ begin perform 1 from hooks.desks; return '{\"claims\": {}}'; end $$";

/// The program, which can ask SQL hooks.
pub fn program(app: &TestApp) -> Signet {
    Signet::on(&app.database).with("SIGNET_DATABASE__HOOK_URL", &app.database.hook_url)
}

async fn ready() -> (TestApp, Signet) {
    let app = TestApp::with(|config| config.hooks.sample_every = 1).await;
    functions(&app, FUNCTIONS).await;
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    a_person("bob").create(&app).await;
    a_client("web").create(&app).await;
    let signet = program(&app);
    (app, signet)
}

async fn preview(signet: &Signet, words: &str) -> Value {
    let words = format!("hook preview --client web {words}");
    let words: Vec<&str> = words.split(' ').collect();
    signet.json(&words).await
}

/// Features 3, idea 3: event, answer, difference, size and time; nothing is issued or written.
#[tokio::test]
async fn a_preview_shows_everything_and_leaves_nothing() {
    let (app, signet) = ready().await;
    let shown = preview(&signet, "--user ada@example.test --org acme").await;
    assert_eq!(shown["verdict"], "issued");
    assert_eq!(shown["outputs"][0]["steps"], json!([]));
    assert_eq!(shown["facts"]["org_role"], "owner");
    let plain = shown["outputs"][0]["size_bytes"].as_u64().expect("a size");
    a_hook("desk").create(&app).await;
    let shown = preview(&signet, "--user ada@example.test --grant refresh_token").await;
    let token = &shown["outputs"][0];
    let step = &token["steps"][0];
    assert_eq!(
        step["difference"]["added"],
        json!({"desk": 1, "grant": "refresh_token"})
    );
    assert_eq!(step["event"]["authentication_method"], "token_refresh");
    assert_eq!(step["answer"]["claims"]["desk"], 1);
    assert_eq!(step["failure"], Value::Null);
    assert!(step["milliseconds"].is_u64());
    assert_eq!(token["claims"]["desk"], 1);
    assert!(token["size_bytes"].as_u64().expect("a size") > plain);
    let told = signet
        .run(&["hook", "preview", "--client", "web", "--user", "ada@example.test"])
        .await;
    assert_eq!(told.code, 0, "{}", told.errors);
    for line in ["  + desk = 1\n", "verdict: issued", "  role = \"user\"\n"] {
        assert!(told.output.contains(line), "{line}: {}", told.output);
    }
    for table in [
        "select count(*) from auth.oauth_grants",
        "select count(*) from auth.hook_events",
    ] {
        assert_eq!(count(&app, table).await, 0, "{table}");
    }
}

/// Each claim that is refused, with its stable code; a grant would be refused for the first.
#[tokio::test]
async fn a_preview_names_each_refused_claim() {
    let (_app, signet) = ready().await;
    let shown = preview(&signet, "--user ada@example.test --target hooks.forger").await;
    assert_eq!(shown["verdict"], "failed");
    let token = &shown["outputs"][0];
    let step = &token["steps"][0];
    let refused: Vec<_> = step["refused"].as_array().expect("claims").iter().collect();
    let codes: Vec<_> = refused
        .iter()
        .map(|refused| {
            (
                refused["claim"].as_str().unwrap(),
                refused["code"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(codes.len(), 3);
    for expected in [
        ("role", "hook_raised_claim"),
        ("tier", "hook_raised_claim"),
        ("sub", "hook_locked_claim"),
    ] {
        assert!(codes.contains(&expected), "{codes:?}");
    }
    assert_eq!(step["difference"]["added"], json!({"desk": 1}));
    assert_eq!(token["claims"], Value::Null);
    let shown = preview(&signet, "--user ada@example.test --target hooks.refuser").await;
    assert_eq!(shown["verdict"], "refused");
    assert_eq!(shown["failure"]["code"], "hook_denied");
}

/// The statement that mends a missing right, with the table's schema, which PostgreSQL does not tell; once they are
/// carried out, the hook runs.
#[tokio::test]
async fn a_preview_tells_the_grants_that_are_missing() {
    let (app, signet) = ready().await;
    sql(
        &app,
        "revoke execute on function hooks.reader(jsonb) from signet_hook",
    )
    .await;
    for expected in [
        "grant execute on function \"hooks\".\"reader\"(jsonb) to signet_hook;",
        "grant select on hooks.desks to signet_hook;",
    ] {
        let shown = preview(&signet, "--user ada@example.test --target hooks.reader").await;
        assert_eq!(shown["failure"]["code"], "hook_permission");
        let mends = shown["outputs"][0]["steps"][0]["obstacles"]
            .as_array()
            .expect("obstacles");
        let mends: Vec<&str> = mends
            .iter()
            .map(|found| found["mend"].as_str().unwrap())
            .collect();
        assert_eq!(mends, [expected]);
        let mut connection = app.database.admin().await;
        sqlx::raw_sql(sqlx::AssertSqlSafe(expected.to_owned()))
            .execute(&mut connection)
            .await
            .expect("the statement mends it");
    }
    let shown = preview(&signet, "--user ada@example.test --target hooks.reader").await;
    assert_eq!(shown["verdict"], "issued");
}

/// What the first failure leads to is not taken for it: a replacing hook that sets a subject of its own fails for that
/// at a sign-in, and not because an answer without a subject would break its contract.
#[tokio::test]
async fn a_preview_names_the_failure_that_a_grant_would_meet() {
    let (app, signet) = ready().await;
    functions(
        &app,
        "create function hooks.other_subject(event jsonb) returns jsonb language sql stable as
            $$ select jsonb_set(event, '{claims}', event -> 'claims' || '{\"sub\": \"eve\", \"tier\": \"founder\"}') $$",
    )
    .await;
    a_hook("other_subject").replacing().create(&app).await;
    let shown = preview(&signet, "--user ada@example.test").await;
    let step = &shown["outputs"][0]["steps"][0];
    assert_eq!(shown["failure"]["code"], "hook_locked_claim");
    assert_eq!(step["failure"]["code"], "hook_locked_claim");
    let refused = step["refused"].as_array().expect("claims").iter();
    let refused: Vec<_> = refused
        .map(|refused| (&refused["claim"], &refused["code"]))
        .collect();
    assert_eq!(
        refused,
        [
            (&json!("sub"), &json!("hook_locked_claim")),
            (&json!("tier"), &json!("hook_raised_claim"))
        ]
    );
}

/// In Supabase's product `role` is the database's, in our tokens the person's: what such a function says there is in no
/// token, and whoever wrote it is told.
#[tokio::test]
async fn a_preview_tells_what_of_a_replacing_hook_is_dropped() {
    let (app, signet) = ready().await;
    functions(
        &app,
        "create function hooks.clerk(event jsonb) returns jsonb language sql stable as
            $$ select jsonb_set(event, '{claims}', event -> 'claims' || '{\"role\": \"clerk\", \"desk\": 1}') $$",
    )
    .await;
    a_hook("clerk").replacing().create(&app).await;
    let shown = preview(&signet, "--user ada@example.test").await;
    let step = &shown["outputs"][0]["steps"][0];
    assert_eq!(shown["verdict"], "issued");
    assert_eq!(step["dropped"], json!({"role": "clerk"}));
    assert_eq!(step["difference"]["added"], json!({"desk": 1}));
    assert_eq!(shown["outputs"][0]["claims"]["role"], "user");
    let told = signet
        .run(&["hook", "preview", "--client", "web", "--user", "ada@example.test"])
        .await;
    assert!(
        told.output.contains("  ! role = \"clerk\"  (dropped"),
        "{}",
        told.output
    );
}

#[tokio::test]
async fn a_preview_of_nobody_is_refused_with_a_reason() {
    let (_app, signet) = ready().await;
    let shown = preview(&signet, "--user bob@example.test --org acme").await;
    assert_eq!(shown["verdict"], "refused");
    assert_eq!(shown["failure"]["code"], "hook_refused");
    for (words, because) in [
        (
            "hook preview --client web --user nobody@example.test",
            "there is no user",
        ),
        ("hook preview --client none --user ada@example.test", "none"),
        (
            "hook preview --client web --user ada@example.test --hook none",
            "there is no hook",
        ),
        (
            "hook preview --client web --user ada@example.test --target none",
            "schema.function",
        ),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        signet.run(&words).await.assert_refused(because);
    }
}

/// Kept events are asked again of a candidate that is not even enabled; a shadow's word on them is counted.
#[tokio::test]
async fn kept_events_are_replayed_and_shadows_counted() {
    let (app, signet) = ready().await;
    let nothing = signet.run(&["hook", "replay", "--hook", "none"]).await;
    nothing.assert_refused("there is no hook");
    a_hook("desk").create(&app).await;
    a_hook("refuser")
        .with(|settings| settings.shadow = true)
        .create(&app)
        .await;
    a_hook("forger")
        .with(|settings| settings.enabled = false)
        .create(&app)
        .await;
    let client = a_client("app").create(&app).await;
    let relying_party = app.relying_party(&client);
    let eve = a_person("eve").create(&app).await;
    let tokens = relying_party.tokens(&app, &eve, &[]).await;
    refreshed(&relying_party, &tokens).await;
    app.app.token_issuer().hooks.settle().await;
    let since = "100000d";
    let same = signet
        .json(&["hook", "replay", "--hook", "desk", "--since", since])
        .await;
    assert_eq!((&same["events"], &same["same"]), (&json!(2), &json!(2)));
    let other = signet
        .json(&[
            "hook", "replay", "--hook", "forger", "--since", since, "--limit", "1",
        ])
        .await;
    assert_eq!((&other["events"], &other["failed"]), (&json!(1), &json!(1)));
    assert_eq!(other["examples"][0]["user_id"], eve.id.as_str());
    let shadows = signet.json(&["hook", "shadow", "--since", since]).await;
    assert_eq!(shadows["shadows"]["refuser"]["differs"], 2);
    assert_eq!(shadows["shadows"]["refuser"]["codes"], json!({"hook_denied": 2}));
    let told = signet.run(&["hook", "shadow", "--since", since]).await;
    assert!(
        told.output.contains("refuser: 0 same, 2 differ, 0 failed"),
        "{}",
        told.output
    );
    let told = signet
        .run(&["hook", "replay", "--hook", "desk", "--since", since])
        .await;
    assert!(
        told.output.contains("2 same, 0 differ, 0 failed"),
        "{}",
        told.output
    );
}
