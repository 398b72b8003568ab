//! `signet client create --for`, `presets`, metadata from a file, another way to authenticate, and the end of a client.

use serde_json::json;

use super::program::Signet;
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};
use crate::support::database::TestDatabase;

/// One command registers the client and prints the product's configuration, filled in.
#[tokio::test]
async fn a_client_is_made_for_a_product() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let words = "client create --for grafana --url https://grafana.example.com/ --custom-scope orders:read";
    let words: Vec<&str> = words.split(' ').collect();
    let created = signet.json(&words).await;
    assert_eq!(created["client_id"], "grafana");
    let secret = created["client_secret"].as_str().unwrap();
    let pasted = created["product"]["configuration"][0]["text"].as_str().unwrap();
    for filled in [secret, "grafana", "https://login.example.com/oauth2/authorize"] {
        assert!(pasted.contains(filled), "{filled}: {pasted}");
    }
    assert!(!pasted.contains("%client_id%"), "{pasted}");
    let shown = signet.json(&["client", "show", "grafana"]).await;
    assert_eq!(
        shown["redirect_uris"],
        json!(["https://grafana.example.com/login/generic_oauth"])
    );
    assert!(
        shown["scope"].as_str().unwrap().contains("orders:read"),
        "{shown}"
    );
    signet.run(&words).await.assert_refused("--id");
    let text = signet
        .run(&[
            "client",
            "create",
            "--for",
            "openid-client",
            "--url",
            "https://shop.example.com",
        ])
        .await;
    assert!(
        text.output.contains("----") && text.output.contains("client_secret:"),
        "{}",
        text.output
    );
}

/// What is missing is said with an example; a product that there is not with the nearest one.
#[tokio::test]
async fn a_product_that_cannot_be_used_so_is_refused_with_the_way_on() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    for (words, because) in [
        ("client create --for grafana", "--url is missing: where"),
        (
            "client create --for grafana --url grafana",
            "--url \"grafana\": write where",
        ),
        (
            "client create --for grafana --url https://g.example/?x=%issuer%",
            "write where",
        ),
        ("client create --name Shop", "--redirect-uri (redirect_uris): "),
        (
            "client create --redirect-uri https://shop.example/cb",
            "--name (client_name): ",
        ),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        signet.run(&words).await.assert_refused(because);
    }
    let misspelled = [
        "client",
        "create",
        "--for",
        "grafanna",
        "--url",
        "https://g.example",
    ];
    let refused = signet.run(&misspelled).await;
    assert_eq!(refused.code, 2);
    assert!(refused.errors.contains("'grafana'"), "{}", refused.errors);
    let listed = signet.json(&["client", "presets"]).await;
    let names: Vec<&str> = listed["presets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|preset| preset["name"].as_str().unwrap())
        .collect();
    for name in [
        "auth.js",
        "next-auth",
        "openid-client",
        "oidc-client-ts",
        "express-openid-connect",
        "passport",
        "flask",
        "django",
        "mod_auth_openidc",
        "oauth2-proxy",
        "go-oidc",
        "spring",
        "pgadmin",
        "synapse",
        "grafana",
        "argocd",
        "kubernetes",
        "nextcloud",
        "postgrest",
    ] {
        assert!(names.contains(&name), "{name}");
    }
}

/// A document under RFC 7591's names; options go before it. What it cannot hold is refused by name.
#[tokio::test]
async fn metadata_comes_from_a_document_too() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    let document = json!({
        "client_name": "Shop", "redirect_uris": ["https://shop.example.com/cb"], "default_max_age": 600,
        "tos_uri": "https://shop.example.com/terms",
    });
    let create = [
        "client",
        "create",
        "--id",
        "shop",
        "--metadata",
        "-",
        "--name",
        "The shop",
    ];
    signet.json_with_input(&create, &document.to_string()).await;
    let shown = signet.json(&["client", "show", "shop"]).await;
    assert_eq!(shown["client_name"], "The shop");
    assert_eq!(shown["default_max_age"], 600);
    let edit = ["client", "edit", "shop", "--metadata", "-"];
    let changed = signet
        .json_with_input(&edit, r#"{"default_max_age": null, "lean_id_token": true}"#)
        .await;
    assert_eq!(changed["default_max_age"], json!(null));
    assert_eq!(changed["lean_id_token"], true);
    assert_eq!(
        changed["tos_uri"], "https://shop.example.com/terms",
        "what is left out stays"
    );
    let large = json!({"tos_uri": "x".repeat(1_000_000)}).to_string();
    for (document, because) in [
        (large.as_str(), "at most 65536 bytes"),
        (r#"{"redirect_uri": []}"#, "redirect_uri: there is no such field"),
        (r#"{"grant_types": ["password"]}"#, "grant_types"),
        (r#"{"client_name": 1}"#, "client_name"),
        ("[]", "no JSON object"),
        ("", "no JSON object"),
    ] {
        signet
            .run_with_input(&edit, document)
            .await
            .assert_refused(because);
    }
}

/// The way to authenticate can be changed; a client that becomes public has no secret any more.
#[tokio::test]
async fn a_client_changes_its_way_to_authenticate() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let client = a_client("shop").create(&app).await;
    let ada = a_person("ada").create(&app).await;
    let changed = signet
        .json(&["client", "edit", "shop", "--auth-method", "none"])
        .await;
    assert_eq!(changed["secrets"], json!([]));
    app.refresh_caches().await;
    let party = app.relying_party(&client);
    let code = party.code(&app, &ada, &[]).await;
    party.exchange(&code).await.assert_error(401, "invalid_client");
    signet
        .run(&["client", "rotate-secret", "shop"])
        .await
        .assert_refused("public client");
    signet
        .json(&["client", "edit", "shop", "--auth-method", "client_secret_post"])
        .await;
    let secret = signet.json(&["client", "rotate-secret", "shop"]).await["client_secret"].clone();
    assert!(secret.is_string());
}

/// Deleting says what would end, and does it when told so; what the client was granted is dead.
#[tokio::test]
async fn a_client_is_deleted_with_what_it_was_granted() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let party = app.relying_party(&a_client("shop").create(&app).await);
    let other = app.relying_party(&a_client("other").may_introspect().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let tokens = party.tokens(&app, &ada, &[]).await;
    let access = tokens["access_token"].as_str().unwrap();
    assert_eq!(other.introspect(access).await["active"], true);
    signet
        .run(&["client", "delete", "shop"])
        .await
        .assert_refused("--yes");
    assert_eq!(other.introspect(access).await["active"], true);
    let done = signet.json(&["client", "delete", "shop", "--yes"]).await;
    assert_eq!(done["done"], "deleted");
    app.refresh_caches().await;
    assert_eq!(other.introspect(access).await["active"], false);
    let refresh = tokens["refresh_token"].as_str().unwrap();
    party
        .refresh(refresh, &[])
        .await
        .assert_error(401, "invalid_client");
    signet
        .run(&["client", "delete", "shop", "--yes"])
        .await
        .assert_refused("signet client list");
}
