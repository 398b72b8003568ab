//! What a hook is told (features.md section 4, contracts section 4).

use serde_json::{Value, json};
use signet::protocol::claims::Output;

use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::holdings::{refreshed, text};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};

/// A hook that says what it was told.
const TELLTALE: &str = "create function hooks.telltale(event jsonb) returns jsonb language sql stable as
    $$ select jsonb_build_object('claims', jsonb_build_object('told', event)) $$;
    create function hooks.view(event jsonb) returns jsonb language sql stable as
    $$ select jsonb_set(event, '{claims,told}', event) $$";

/// The same members in every mode, by every grant, for every output.
#[tokio::test]
async fn a_hook_is_told_who_asks_for_what_and_where() {
    let app = TestApp::new().await;
    functions(&app, TELLTALE).await;
    a_hook("telltale").outputs(&Output::ALL).create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let acme = an_organization(&app, "acme", &ada, None).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let next = refreshed(&relying_party, &tokens).await;
    for (tokens, grant_type, method) in [
        (&tokens, "authorization_code", "oauth_provider/authorization_code"),
        (&next, "refresh_token", "token_refresh"),
    ] {
        for token_use in ["access_token", "id_token"] {
            let said = claims(text(tokens, token_use));
            let told = &said["told"];
            assert_eq!(told["user_id"], json!(ada.id));
            assert_eq!(told["grant_type"], grant_type);
            assert_eq!(told["authentication_method"], method);
            assert_eq!(told["token_use"], token_use);
            assert_eq!(told["client"], json!({"id": "web", "first_party": true}));
            assert_eq!(told["org"]["id"], json!(acme.id));
            assert_eq!(told["org"]["role"], "owner");
            assert_eq!(told["org"]["tier"], "public");
            assert_eq!(told["metadata"]["name"], "customize-access-token");
            assert!(told["metadata"]["ip_address"].is_string());
            for same in ["iss", "sub", "aud", "exp", "iat", "sid"] {
                assert_eq!(told["claims"][same], said[same], "{token_use} {same}");
            }
            if token_use == "access_token" {
                assert_eq!(told["claims"]["jti"], said["jti"]);
                assert_eq!(told["claims"]["grant_id"], said["grant_id"]);
            }
        }
        let both = ["access_token", "id_token"]
            .map(|name| claims(text(tokens, name))["told"]["metadata"]["uuid"].clone());
        assert_eq!(both[0], both[1], "one event for all outputs of a grant");
    }
    let userinfo = relying_party.userinfo(text(&next, "access_token")).await.json();
    assert_eq!(userinfo["told"]["token_use"], "userinfo");
    assert_eq!(userinfo["told"]["grant_type"], Value::Null);
}

/// Contracts section 4: the view of the other product, and nothing of a person that the mode does not need.
#[tokio::test]
async fn a_replacing_hook_is_shown_the_other_products_view() {
    let app = TestApp::new().await;
    functions(&app, TELLTALE).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    a_hook("view").replacing().create(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let said = claims(text(&tokens, "access_token"));
    let told = &said["told"]["claims"];
    assert_eq!(told["role"], "authenticated");
    assert_eq!(told["session_id"], said["sid"]);
    assert_eq!(told["aal"], "aal1");
    assert_eq!(
        told["amr"],
        json!([{"method": "password", "timestamp": said["auth_time"]}])
    );
    assert_eq!(told["email"], "ada@example.test");
    assert_eq!(
        (&told["phone"], &told["is_anonymous"]),
        (&json!(""), &json!(false))
    );
    assert_eq!(
        (&told["app_metadata"], &told["user_metadata"]),
        (&json!({}), &json!({}))
    );
    sqlx::query("update auth.token_hooks set mode = 'merge', name = 'telltale', target = 'hooks.telltale'")
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    app.refresh_caches().await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let told = claims(text(&tokens, "access_token"))["told"].to_string();
    assert!(!told.contains("ada@example.test"));
}

/// The event is built where it is sent; `auth.token_event`, by which operators try a function in their own session, builds
/// the same, whatever is known or not.
#[tokio::test]
async fn the_event_is_what_token_event_builds() {
    let app = TestApp::new().await;
    let mut admin = app.database.admin().await;
    let claims = json!({
        "sub": "u-1", "iss": "https://login.example", "aud": ["a", "b"], "exp": 1, "nested": {"none": null, "list": [1.5, {}]},
    });
    let whole = json!({
        "event_id": "e-1", "time": "2026-01-02T03:04:05.678Z", "client_id": "web", "first_party": false,
        "grant_type": "refresh_token", "authentication_method": "token_refresh", "token_use": "id_token",
        "facts": {"org_id": "o-1", "org_role": "owner", "tier": "beta", "mv": "0.1.2", "role": "user"},
        "organization": "acme", "active_organization": "o-1", "ip_address": "192.0.2.1",
        "since": "2026-01-02T03:04:05.678901Z", "preview": true,
    });
    let members = whole.as_object().expect("an object");
    let mut requests = vec![whole.clone(), json!({}), json!({"facts": {}})];
    for name in members.keys() {
        let (mut without, mut null) = (members.clone(), members.clone());
        without.remove(name);
        null.insert(name.clone(), Value::Null);
        requests.extend([Value::Object(without), Value::Object(null)]);
    }
    for request in requests {
        let told: Value = sqlx::query_scalar("select auth.token_event($1, $2, $3)")
            .bind("u-1")
            .bind(&claims)
            .bind(&request)
            .fetch_one(&mut admin)
            .await
            .expect("an event");
        let claims = claims.as_object().expect("an object").clone();
        assert_eq!(
            signet::hook::event::of("u-1", claims, &request),
            told,
            "{request}"
        );
    }
}
