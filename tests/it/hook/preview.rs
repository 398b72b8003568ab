//! `signet hook preview` for every output that a hook lists: what it says is what the server says.

use serde_json::{Map, Value, json};
use signet::protocol::claims::Output;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{sql, text};
use crate::command_line::program::Signet;
use crate::fixtures::client::TestClient;
use crate::fixtures::hook::functions;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

const FUNCTIONS: &str = "
    create function hooks.desk(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', event ->> 'token_use')) $$;
    create function hooks.picky(event jsonb) returns jsonb language sql stable as
        $$ select case event ->> 'token_use'
            when 'id_token' then '{\"error\": {\"message\": \"no\", \"http_code\": 403}}'::jsonb
            when 'userinfo' then '{\"claims\": {\"sub\": \"eve\"}}'::jsonb
            else '{\"claims\": {}}'::jsonb end $$";

const SCOPES: [&str; 4] = ["openid", "email", "organizations", "modules"];

/// What differs from one token to the next.
const OF_ONE_TOKEN: [&str; 9] = [
    "jti",
    "sid",
    "grant_id",
    "iat",
    "exp",
    "auth_time",
    "at_hash",
    "nonce",
    "iss",
];

struct Scene {
    app: TestApp,
    signet: Signet,
    client: TestClient,
    ada: TestPerson,
}

async fn scene() -> Scene {
    let app = TestApp::new().await;
    functions(&app, FUNCTIONS).await;
    let ada = a_person("ada").create(&app).await;
    an_organization(&app, "acme", &ada, None).await;
    let client = a_client("web").scopes(&SCOPES).full_id_token().create(&app).await;
    let signet = Signet::on(&app.database).with("SIGNET_DATABASE__HOOK_URL", &app.database.hook_url);
    Scene {
        app,
        signet,
        client,
        ada,
    }
}

async fn ready() -> (TestApp, Signet) {
    let scene = scene().await;
    (scene.app, scene.signet)
}

async fn preview(signet: &Signet, words: &str) -> Value {
    let words = format!("hook preview --client web --user ada@example.test {words}");
    let words: Vec<&str> = words.split_whitespace().collect();
    signet.json(&words).await
}

fn names(shown: &Value) -> Vec<&str> {
    let outputs = shown["outputs"].as_array().expect("outputs");
    outputs
        .iter()
        .map(|output| output["output"].as_str().expect("a name"))
        .collect()
}

/// The audience differs too: the program has another issuer than the server of a test.
fn lasting(said: &Value, issuers: bool) -> Map<String, Value> {
    let mut said = said.as_object().expect("claims").clone();
    said.retain(|name, _| !OF_ONE_TOKEN.contains(&name.as_str()) && (issuers || name != "aud"));
    said
}

/// Features 3, idea 3: each output that a hook lists has a section, with what a grant would say there.
#[tokio::test]
async fn a_preview_shows_what_each_output_would_say() {
    let Scene {
        app,
        signet,
        client,
        ada,
    } = scene().await;
    a_hook("desk").outputs(&Output::ALL).create(&app).await;
    let shown = preview(&signet, "").await;
    assert_eq!(names(&shown), ["access_token", "id_token", "userinfo"]);
    let relying_party = app.relying_party(&client);
    let scope = SCOPES.join(" ");
    let tokens = relying_party.tokens(&app, &ada, &[("scope", &scope)]).await;
    let userinfo = relying_party.userinfo(text(&tokens, "access_token")).await;
    let said = [
        claims(text(&tokens, "access_token")),
        claims(text(&tokens, "id_token")),
        userinfo.json(),
    ];
    for (section, said) in shown["outputs"].as_array().unwrap().iter().zip(&said) {
        let name = section["output"].as_str().unwrap();
        assert_eq!(section["verdict"], "issued", "{section}");
        assert_eq!(section["claims"]["desk"], name);
        assert_eq!(section["steps"][0]["event"]["token_use"], name);
        assert_eq!(section["steps"][0]["difference"]["added"], json!({"desk": name}));
        assert!(section["size_bytes"].as_u64().unwrap() > 0);
        let same = name != "access_token";
        assert_eq!(lasting(&section["claims"], same), lasting(said, same), "{name}");
    }
    assert_eq!(
        shown["outputs"][2]["steps"][0]["event"]["authentication_method"],
        "userinfo"
    );
    assert!(!shown["outputs"][1]["claims"]["at_hash"].is_null());
}

/// A hook's own list decides; a function that is not registered has the ones that are named.
#[tokio::test]
async fn only_outputs_that_a_hook_lists_are_shown() {
    let (app, signet) = ready().await;
    assert_eq!(names(&preview(&signet, "").await), ["access_token"]);
    a_hook("desk").outputs(&[Output::Userinfo]).create(&app).await;
    let shown = preview(&signet, "--hook desk").await;
    assert_eq!(names(&shown), ["access_token", "userinfo"]);
    assert_eq!(shown["outputs"][0]["steps"], json!([]));
    assert_eq!(shown["outputs"][0]["claims"].get("desk"), None);
    let shown = preview(&signet, "--target hooks.desk --output id_token").await;
    assert_eq!(names(&shown), ["access_token", "id_token"]);
    assert_eq!(shown["outputs"][1]["claims"]["desk"], "id_token");
    let words = "hook preview --client web --user ada@example.test --output id_token";
    let words: Vec<&str> = words.split(' ').collect();
    let refused = signet.run(&words).await;
    assert_eq!(refused.code, 2);
    assert!(refused.errors.contains("--target"), "{}", refused.errors);
}

/// A grant is answered with all of its tokens or none; userinfo is asked about later, and has a verdict of its own.
#[tokio::test]
async fn each_output_has_its_verdict_and_the_grant_one() {
    let (app, signet) = ready().await;
    a_hook("picky")
        .outputs(&[Output::AccessToken, Output::Userinfo])
        .create(&app)
        .await;
    let shown = preview(&signet, "").await;
    assert_eq!(
        (&shown["verdict"], &shown["failure"]),
        (&json!("issued"), &Value::Null)
    );
    let userinfo = &shown["outputs"][1];
    assert_eq!(
        (&userinfo["verdict"], &userinfo["failure"]["code"]),
        (&json!("failed"), &json!("hook_locked_claim"))
    );
    assert_eq!(userinfo["steps"][0]["refused"][0]["claim"], "sub");
    sql(&app, "delete from auth.token_hooks").await;
    a_hook("picky").outputs(&Output::ALL).create(&app).await;
    let shown = preview(&signet, "").await;
    assert_eq!(
        (&shown["verdict"], &shown["failure"]["code"]),
        (&json!("refused"), &json!("hook_denied"))
    );
    assert_eq!(shown["outputs"][0]["verdict"], "issued");
    assert_eq!(shown["outputs"][1]["claims"], Value::Null);
    let words = ["hook", "preview", "--client", "web", "--user", "ada@example.test"];
    let told = signet.run(&words).await;
    assert_eq!(told.code, 0, "{}", told.errors);
    for line in [
        "== access_token ==\n",
        "== id_token ==\n",
        "== userinfo ==\n",
        "  ! sub = \"eve\"  (hook_locked_claim)\n",
        "\nverdict: refused  hook_denied",
    ] {
        assert!(told.output.contains(line), "{line}: {}", told.output);
    }
}

/// Where there is no such output whatever a hook says, that is what is shown; the grant goes on.
#[tokio::test]
async fn an_output_that_there_is_not_is_absent() {
    let (app, signet) = ready().await;
    a_hook("desk").outputs(&Output::ALL).create(&app).await;
    sql(
        &app,
        r#"update auth.oauth_applications set metadata = metadata || '{"scope": "email"}'"#,
    )
    .await;
    let shown = preview(&signet, "").await;
    assert_eq!(shown["verdict"], "issued");
    for section in &shown["outputs"].as_array().unwrap()[1..] {
        assert_eq!(
            (
                &section["verdict"],
                &section["failure"]["code"],
                &section["steps"]
            ),
            (&json!("absent"), &json!("no_such_output"), &json!([]))
        );
    }
    crate::fixtures::client::a_resource(&app, "https://api.example.com/", None).await;
    sql(
        &app,
        r#"update auth.oauth_applications
           set metadata = metadata || '{"scope": "openid", "default_resource": "https://api.example.com/"}'"#,
    )
    .await;
    let shown = preview(&signet, "").await;
    let verdicts: Vec<_> = shown["outputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|section| &section["verdict"])
        .collect();
    assert_eq!(verdicts, ["issued", "issued", "absent"]);
}
