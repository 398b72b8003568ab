//! `signet hook …`, and what `signet doctor` says of hooks.

use super::doctor_findings::assert_found;
use super::program::Signet;
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::text;
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_person};

const FUNCTIONS: &str = "create function hooks.own(event jsonb) returns jsonb language sql stable as
    $$ select '{\"claims\": {\"own\": 1}}'::jsonb $$;
    create function hooks.other(event jsonb) returns jsonb language sql stable as
    $$ select '{\"claims\": {\"own\": 2}}'::jsonb $$";

fn signet(app: &TestApp) -> Signet {
    Signet::on(&app.database).with("SIGNET_DATABASE__HOOK_URL", &app.database.hook_url)
}

async fn own(app: &TestApp) -> serde_json::Value {
    app.refresh_caches().await;
    let relying_party = app.relying_party(&a_client("web").create(app).await);
    let ada = a_person("ada").create(app).await;
    let tokens = relying_party.tokens(app, &ada, &[]).await;
    crate::attack::holdings::sql(
        app,
        "delete from auth.users where email = 'ada@example.test'; delete from auth.oauth_applications",
    )
    .await;
    claims(text(&tokens, "access_token"))["own"].clone()
}

/// A hook's life: added, enabled, changed, switched off, removed; each is asked or not from the next token on.
#[tokio::test]
async fn a_hook_is_registered_changed_and_removed() {
    let app = TestApp::new().await;
    functions(&app, FUNCTIONS).await;
    let signet = signet(&app);
    let added = signet
        .json(&["hook", "add", "--name", "own", "--target", "hooks.own"])
        .await;
    assert_eq!(
        (&added["enabled"], &added["kind"]),
        (&false.into(), &"sql".into())
    );
    assert_eq!(added["obstacles"], serde_json::json!([]));
    assert_eq!(own(&app).await, serde_json::Value::Null);
    let enabled = signet.run(&["hook", "enable", "own"]).await;
    assert_eq!(enabled.output.trim(), "own: enabled");
    assert_eq!(own(&app).await, 1);
    let edited = signet
        .json(&[
            "hook",
            "edit",
            "own",
            "--target",
            "hooks.other",
            "--output",
            "access_token",
            "--output",
            "userinfo",
            "--may-raise",
            "tier",
            "--timeout-ms",
            "250",
            "--on-failure",
            "built_in",
            "--position",
            "-3",
            "--overwrite",
            "plan",
        ])
        .await;
    for (name, value) in [
        ("target", serde_json::json!("hooks.other")),
        ("outputs", serde_json::json!(["access_token", "userinfo"])),
        ("may_raise", serde_json::json!(["tier"])),
        ("overwrite", serde_json::json!(["plan"])),
        ("timeout_ms", 250.into()),
        ("on_failure", "built_in".into()),
        ("position", (-3).into()),
        ("enabled", true.into()),
    ] {
        assert_eq!(edited[name], value, "{name}");
    }
    assert_eq!(own(&app).await, 2);
    let emptied = signet
        .json(&["hook", "edit", "own", "--no-may-raise", "--no-overwrite"])
        .await;
    assert_eq!(
        (&emptied["may_raise"], &emptied["overwrite"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
    assert_eq!(emptied["timeout_ms"], 250, "what is not named stays");
    let list = signet.json(&["hook", "list"]).await;
    assert_eq!(list["hooks"][0]["name"], "own");
    assert_eq!(signet.run(&["hook", "disable", "own"]).await.code, 0);
    assert_eq!(own(&app).await, serde_json::Value::Null);
    assert_eq!(signet.run(&["hook", "remove", "own"]).await.code, 0);
    assert_eq!(count(&app, "select count(*) from auth.token_hooks").await, 0);
    assert_eq!(events(&app, "HOOK_CHANGED").await, 6);
}

/// Definitions that cannot be meant, each with the field that says so.
const REFUSED: [(&str, &str); 12] = [
    ("--name Own --target hooks.own", "name:"),
    ("--name own --target own", "target:"),
    ("--name own --target hooks.own;drop", "target:"),
    ("--name own --target hooks.\"own\"", "target:"),
    ("--name own --target hooks.own --timeout-ms 5001", "timeout:"),
    ("--name own --target hooks.own --overwrite SUB", "overwrite:"),
    ("--name own --target hooks.own --may-raise sub", "may_raise:"),
    ("--name own --target hooks.own --may-raise org_id", "may_raise:"),
    ("--name own --target hooks.own --secret-file -", "secret-file:"),
    (
        "--name own --kind http --target https://example.com/hook",
        "secret:",
    ),
    (
        "--name own --kind http --target http://example.com/ --secret-file -",
        "target:",
    ),
    (
        "--name own --kind http --target https://a:b@example.com/ --secret-file -",
        "target:",
    ),
];
const SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn add(rest: &'static str) -> Vec<&'static str> {
    ["hook", "add"].into_iter().chain(rest.split(' ')).collect()
}

/// Bad input is a clear error and leaves nothing.
#[tokio::test]
async fn a_definition_that_cannot_be_meant_is_refused() {
    let app = TestApp::new().await;
    let signet = signet(&app);
    for (rest, because) in REFUSED {
        let ran = signet.run_with_input(&add(rest), SECRET).await;
        ran.assert_refused(because);
    }
    assert_eq!(count(&app, "select count(*) from auth.token_hooks").await, 0);
    let absent = signet.run(&["hook", "enable", "absent"]).await;
    absent.assert_refused("there is no hook");
}

/// The signing secrets of an HTTP hook are stored sealed and never shown.
#[tokio::test]
async fn signing_secrets_are_sealed_and_never_shown() {
    let app = TestApp::new().await;
    let signet = signet(&app);
    let http = add("--name web --kind http --target https://example.com/hook --secret-file -");
    let (secret, other) = (
        signet.run(&["hook", "new-secret"]).await.output,
        signet.run(&["hook", "new-secret"]).await.output,
    );
    assert_ne!(secret, other);
    let added = signet.json_with_input(&http, &secret).await;
    assert_eq!(added["kind"], "http");
    assert!(!added.to_string().contains("whsec"));
    let shown = signet.run(&["hook", "show", "web"]).await;
    assert!(!shown.output.contains("whsec"), "{}", shown.output);
    let plain = "select count(*) from auth.token_hooks
        where position('whsec'::bytea in secrets_sealed) > 0 or kek_id <> 'test-1'";
    assert_eq!(count(&app, plain).await, 0);
    let twice = signet.run_with_input(&http, SECRET).await;
    twice.assert_refused("there already is a hook web");
}

/// Issue 4: a database role without grants is found before anybody waits for a token, with what mends it.
#[tokio::test]
async fn what_keeps_a_hook_from_running_is_told_with_what_mends_it() {
    let app = TestApp::new().await;
    functions(&app, FUNCTIONS).await;
    crate::attack::holdings::sql(&app, "revoke all on function hooks.own from signet_hook").await;
    let add = [
        "hook",
        "add",
        "--name",
        "own",
        "--target",
        "hooks.own",
        "--enable",
    ];
    let added = signet(&app).json(&add).await;
    let grant = "grant execute on function \"hooks\".\"own\"(jsonb) to signet_hook;";
    assert!(added["obstacles"][0].as_str().unwrap().contains(grant), "{added}");
    signet(&app).run(&["hook", "disable", "own"]).await;
    let enable = signet(&app).run(&["hook", "enable", "own"]).await;
    enable.assert_refused(grant);
    let forced = signet(&app).run(&["hook", "enable", "own", "--force"]).await;
    assert_eq!(forced.output.trim(), "own: enabled");
    let doctor = signet(&app).run(&["doctor"]).await;
    assert!(doctor.output.contains(grant), "{}", doctor.output);
    assert_found(&signet(&app), 1, "hook.obstacle").await;
    let without = Signet::on(&app.database);
    assert_found(&without, 1, "hook.unreachable").await;
    let doctor = without.run(&["doctor"]).await;
    assert!(
        doctor.output.contains("database.hook_url is not set"),
        "{}",
        doctor.output
    );
    let shown = without.json(&["hook", "show", "own"]).await;
    assert!(shown["obstacles"].to_string().contains("database.hook_url"));
}
