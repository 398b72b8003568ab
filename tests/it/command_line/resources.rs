//! `signet client resource-…`.

use super::program::Signet;
use crate::app::TestApp;
use crate::fixtures::a_client;
use crate::support::database::TestDatabase;

const API: &str = "https://api.example.com/";

/// A resource is made, shown, listed, changed and deleted; what is left out of a change stays.
#[tokio::test]
async fn a_resource_lives_by_its_commands() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let create = ["client", "resource-create", "--identifier", API, "--name", "API"];
    let options = [
        "--typ",
        "JWT",
        "--alg",
        "RS256",
        "--claim-name",
        "role=platform_role",
    ];
    let made = signet.json(&[&create[..], &options].concat()).await;
    assert_eq!(made["access_token_typ"], "JWT");
    assert_eq!(made["access_token_signed_response_alg"], "RS256");
    assert_eq!(signet.json(&["client", "resource-show", API]).await, made);
    let plain = [
        "client",
        "resource-create",
        "--identifier",
        "urn:b",
        "--name",
        "B",
    ];
    assert_eq!(signet.json(&plain).await["access_token_typ"], "at+jwt");
    let listed = signet.json(&["client", "resource-list"]).await;
    let names: Vec<&str> = listed["resources"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|resource| resource["identifier"].as_str())
        .collect();
    assert_eq!(names, [API, "urn:b"]);
    let listed = signet.json(&["client", "resource-list", "--after", API]).await;
    assert_eq!(listed["resources"].as_array().map(Vec::len), Some(1));
    let edit = [
        "client",
        "resource-edit",
        API,
        "--lifetime",
        "5m",
        "--default-alg",
    ];
    let more = ["--remove-claim-name", "role", "--claim-name", "org_id=tenant"];
    let changed = signet.json(&[&edit[..], &more].concat()).await;
    assert_eq!(changed["access_token_typ"], "JWT", "stays");
    assert_eq!(changed["access_token_lifetime"], 300);
    assert!(changed["access_token_signed_response_alg"].is_null());
    assert_eq!(changed["claim_names"], serde_json::json!({"org_id": "tenant"}));
    assert_eq!(signet.json(&["client", "resource-show", API]).await, changed);
    let unsure = signet.run(&["client", "resource-delete", API]).await;
    unsure.assert_refused("--yes");
    signet.json(&["client", "resource-delete", API, "--yes"]).await;
    signet
        .run(&["client", "resource-show", API])
        .await
        .assert_refused("signet client resource-list");
}

/// What cannot be done says why, and what to do.
#[tokio::test]
async fn a_change_that_cannot_be_is_refused_by_name() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let create = ["client", "resource-create", "--identifier", API, "--name", "API"];
    signet.json(&create).await;
    signet
        .run(&create)
        .await
        .assert_refused("there already is a resource");
    for (change, because) in [
        (vec!["--lifetime", "2h"], "lifetime: 1 to 3600 seconds"),
        (vec!["--claim-name", "sub=id"], "claim_names: sub"),
        (vec!["--claim-name", "role"], "write OURS=THEIRS"),
        (vec!["--remove-claim-name", "role"], "no other name for \"role\""),
        (vec!["--name", "\u{202e}"], "name:"),
        (vec![], "signet client resource-edit --help"),
    ] {
        let arguments = [vec!["client", "resource-edit", API], change].concat();
        signet.run(&arguments).await.assert_refused(because);
    }
    let typ = ["client", "resource-edit", API, "--typ", "jwt"];
    assert_eq!(signet.run(&typ).await.code, 2, "at+jwt or JWT");
    signet
        .run(&["client", "resource-edit", "urn:none", "--name", "N"])
        .await
        .assert_refused("there is no resource urn:none");
    a_client("web")
        .with(|metadata| metadata.default_resource = Some(API.to_owned()))
        .create(&app)
        .await;
    for yes in [&[][..], &["--yes"]] {
        let delete = [&["client", "resource-delete", API][..], yes].concat();
        signet.run(&delete).await.assert_refused("web");
    }
    signet
        .json(&["client", "edit", "web", "--resource-default", ""])
        .await;
    signet.json(&["client", "resource-delete", API, "--yes"]).await;
}

/// A version names the commit that it was built from, if it is a release from a checkout.
#[tokio::test]
async fn the_version_is_said_with_its_commit() {
    let said = Signet::unconfigured().run(&["--version"]).await.output;
    let version = concat!("signet ", env!("CARGO_PKG_VERSION"));
    let rest = said.trim().strip_prefix(version).expect("the version");
    let commit = rest.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')'));
    assert!(
        rest.is_empty() || commit.is_some_and(|commit| commit.bytes().all(|byte| byte.is_ascii_hexdigit())),
        "{said}"
    );
}
