//! `signet client edit`, and which scopes a client is given.

use serde_json::json;

use super::program::Signet;
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};
use crate::support::database::TestDatabase;

fn create<'a>(id: &'a str, scope: &'a [&'a str]) -> Vec<&'a str> {
    let mut arguments = vec!["client", "create", "--id", id, "--name", "Shop"];
    arguments.extend(["--redirect-uri", "https://shop.example.com/cb"]);
    arguments.extend(scope);
    arguments
}

/// A misspelled scope is refused where it is written; a scope of one's own API is said to be one.
#[tokio::test]
async fn a_scope_that_signet_does_not_know_is_refused_by_name() {
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database);
    for unknown in ["opneid", "openid emial", "organization:", "orders:read"] {
        let refused = signet.run(&create("bad", &["--scope", unknown])).await;
        assert_eq!(refused.code, 2, "{unknown}: {}", refused.output);
        for word in [
            "signet knows no scope",
            "openid",
            "organizations:manage",
            "modules",
            "--custom-scope",
        ] {
            assert!(refused.errors.contains(word), "{word}: {}", refused.errors);
        }
    }
    signet.run(&["client", "show", "bad"]).await.assert_refused("bad");
    let known = "openid organizations organizations:manage modules organization:* organization:acme";
    signet
        .json(&create(
            "shop",
            &["--scope", known, "--custom-scope", "orders:read orders:write"],
        ))
        .await;
    let shown = signet.json(&["client", "show", "shop"]).await;
    assert_eq!(
        shown["scope"],
        "modules openid orders:read orders:write organization:* organization:acme organizations organizations:manage"
    );
    signet
        .json(&create("till", &["--custom-scope", "orders:read"]))
        .await;
    let shown = signet.json(&["client", "show", "till"]).await;
    assert_eq!(
        shown["scope"], "email openid orders:read profile",
        "beside the default"
    );
    let edit = ["client", "edit", "shop", "--add-scope", "orders:delete"];
    assert_eq!(signet.run(&edit).await.code, 2);
}

/// What is changed counts at once, what is left out stays, and there is a record of it.
#[tokio::test]
async fn a_change_counts_at_once_and_is_recorded() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let mut client = a_client("shop").scopes(&["openid", "email"]).create(&app).await;
    let ada = a_person("ada").create(&app).await;
    let more = [("scope", "openid organizations")];
    let before = app
        .relying_party(&client)
        .authorize(&app.browser(), &ada, &more)
        .await;
    assert!(
        before.parameter("code").is_some(),
        "what it may not have is left out"
    );
    let changed = signet
        .json(&[
            "client",
            "edit",
            "shop",
            "--name",
            "The shop",
            "--add-scope",
            "organizations modules",
            "--remove-scope",
            "email",
            "--add-redirect-uri",
            "https://new.example.com/cb",
            "--remove-redirect-uri",
            &client.redirect_uri,
            "--access-token-lifetime",
            "5m",
            "--client-uri",
            "https://new.example.com/",
        ])
        .await;
    assert_eq!(changed["client_name"], "The shop");
    assert_eq!(changed["scope"], "modules openid organizations");
    assert_eq!(
        changed["redirect_uris"],
        serde_json::json!(["https://new.example.com/cb"])
    );
    assert_eq!(changed["client_uri"], "https://new.example.com/");
    assert_eq!(changed["first_party"], true, "what is left out stays");
    app.refresh_caches().await;
    "https://new.example.com/cb".clone_into(&mut client.redirect_uri);
    let tokens = app.relying_party(&client).tokens(&app, &ada, &more).await;
    assert_eq!(tokens["scope"], "openid organizations");
    assert_eq!(tokens["expires_in"], 300);
    let taken = [
        "client",
        "edit",
        "shop",
        "--client-uri",
        "",
        "--access-token-lifetime",
        "0",
    ];
    let changed = signet.json(&taken).await;
    assert!(changed["client_uri"].is_null() && changed["access_token_lifetime"].is_null());
    let recorded: i64 = sqlx::query_scalar(
        "select count(*) from auth.security_events where event_type = 'CLIENT_UPDATED' and client_id = 'shop'",
    )
    .fetch_one(&mut app.database.admin().await)
    .await
    .expect("a count");
    assert_eq!(recorded, 2);
}

/// The whole of what the client would be is checked as a registration is, and nothing is half changed.
#[tokio::test]
async fn a_change_that_breaks_a_rule_changes_nothing() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let client = a_client("shop").create(&app).await;
    let before = signet.json(&["client", "show", "shop"]).await;
    for (change, because) in [
        (vec!["--remove-scope", "emial"], "the client has no \"emial\""),
        (
            vec!["--remove-redirect-uri", &client.redirect_uri],
            "redirect_uris",
        ),
        (
            vec!["--add-redirect-uri", "http://shop.example.com/cb"],
            "redirect_uris",
        ),
        (vec!["--remove-grant", "refresh_token"], "offline_access"),
        (vec!["--icon", "javascript:alert(1)"], "logo_uri"),
        (vec!["--reset", "logo"], "there is no such field"),
        (vec!["--access-token-lifetime", "2h"], "access_token_lifetime"),
        (
            vec!["--resource-default", "https://none.example"],
            "resource-create",
        ),
    ] {
        let mut arguments = vec!["client", "edit", "shop", "--name", "Changed"];
        arguments.extend(change);
        signet.run(&arguments).await.assert_refused(because);
    }
    assert_eq!(signet.json(&["client", "show", "shop"]).await, before);
    signet
        .run(&["client", "edit", "nobody", "--name", "Changed"])
        .await
        .assert_refused("signet client list");
    signet
        .run(&["client", "edit", "shop"])
        .await
        .assert_refused("signet client edit --help");
}

/// Replicas of two versions change clients side by side: what only the newer one knows survives the older one's edit.
#[tokio::test]
async fn fields_of_a_newer_version_survive_an_edit() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    a_client("shop").create(&app).await;
    let mut admin = app.database.admin().await;
    let newer = json!({
        "from_tomorrow": {"a": 1},
        "client_uri": "https://shop.example.com",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [
            {
                "kty": "EC", "crv": "P-256", "kid": "now",
                "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
                "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
            },
            {"kty": "OKP", "crv": "Ed448", "x": "AA", "kid": "later"},
        ]},
    });
    sqlx::query("update auth.oauth_applications set metadata = metadata || $1")
        .bind(&newer)
        .execute(&mut admin)
        .await
        .expect("written");
    let edit = [
        "client",
        "edit",
        "shop",
        "--name",
        "Changed",
        "--reset",
        "client_uri",
    ];
    signet.json(&edit).await;
    let kept: serde_json::Value = sqlx::query_scalar("select metadata from auth.oauth_applications")
        .fetch_one(&mut admin)
        .await
        .expect("there");
    assert_eq!(kept["from_tomorrow"], newer["from_tomorrow"]);
    assert_eq!(kept["jwks"], newer["jwks"], "what is read only in part");
    let only = json!({"jwks": {"keys": [newer["jwks"]["keys"][0]]}}).to_string();
    let replace = ["client", "edit", "shop", "--metadata", "-"];
    signet.json_with_input(&replace, &only).await;
    let replaced: serde_json::Value =
        sqlx::query_scalar("select metadata -> 'jwks' from auth.oauth_applications")
            .fetch_one(&mut admin)
            .await
            .expect("there");
    assert_eq!(
        replaced["keys"].as_array().map(Vec::len),
        Some(1),
        "what was taken out is gone"
    );
    assert_eq!(kept["client_name"], "Changed");
    assert_eq!(
        kept.get("client_uri"),
        None,
        "what is known and was taken away is gone"
    );
}
