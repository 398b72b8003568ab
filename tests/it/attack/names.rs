//! DR-05: what a name that people see may not hold, wherever it comes from.

use reqwest::Method;
use serde_json::json;

use crate::api::caller::{Caller, assert_problem, console};
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::ada;
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_person};

/// An override, an isolate, a zero-width space and a tag: each hides something, or turns what stands beside it.
const DECEPTIVE: [&str; 4] = [
    "Acme\u{202e}gpj.exe",
    "Acme\u{2066}",
    "Ac\u{200b}me",
    "Acme\u{e0041}",
];

/// DR-05: the API refuses a name that deceives whoever sees it, with a problem that says the member; a name that a
/// language is written with passes.
#[tokio::test]
async fn dr_05_the_api_takes_no_deceptive_name() {
    let app = TestApp::new().await;
    let caller = Caller::new(&app, &console(&app).await, &ada(&app).await).await;
    let made = caller.post("/organizations", json!({ "name": "Acme" })).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let place = format!("/organizations/{}", made.json()["id"].as_str().unwrap());
    let workspaces = format!("{place}/workspaces");
    for name in DECEPTIVE {
        for (method, path) in [
            (Method::POST, "/organizations"),
            (Method::PATCH, place.as_str()),
            (Method::POST, workspaces.as_str()),
        ] {
            let reply = caller.call(method, path, Some(json!({ "name": name }))).await;
            assert_problem(&reply, 422, "invalid");
            let detail = reply.json()["detail"].as_str().unwrap().to_owned();
            assert!(detail.starts_with("name: ") && !detail.contains(name), "{detail}");
        }
    }
    let named = "select count(*) from auth.organizations where name like 'Ac%'";
    assert_eq!(count(&app, named).await, 1);
    for name in ["می\u{200c}خواهم", "👩\u{200d}💻", "\u{200f}שלום\u{200e}"] {
        let reply = caller.post(&workspaces, json!({ "name": name })).await;
        assert_eq!(reply.status, 201, "{}", reply.body);
        assert_eq!(reply.json()["name"], name);
    }
}

/// DR-05: nor does a command, whatever it makes or changes.
#[tokio::test]
async fn dr_05_no_command_takes_a_deceptive_name() {
    let app = TestApp::new().await;
    a_person("olaf").create(&app).await;
    a_client("web").create(&app).await;
    let signet = Signet::on(&app.database);
    let owner = ["--owner", "olaf@example.test"];
    signet
        .json(&["org", "create", "--name", "Acme", owner[0], owner[1]])
        .await;
    let name = DECEPTIVE[0];
    for words in [
        &[
            "client",
            "create",
            "--id",
            "shop",
            "--redirect-uri",
            "https://shop.example.com/cb",
            "--name",
        ][..],
        &["client", "edit", "web", "--name"],
        &["org", "create", owner[0], owner[1], "--name"],
        &["org", "rename", "acme"],
        &["workspace", "create", "--org", "acme", "--name"],
        &[
            "user",
            "create",
            "--no-password",
            "--email",
            "petra@example.test",
            "--name",
        ],
        &["user", "set-profile", "olaf@example.test", "--family-name"],
    ] {
        let ran = signet.run(&[words, &[name]].concat()).await;
        ran.assert_refused("no control, invisible or text-direction characters");
        let told = ran.errors.replace("--name (client_name): ", "name: ");
        assert!(told.contains("name: "), "{words:?}: {}", ran.errors);
    }
}
