//! Attacks on an interaction between its request and its answer: AZ-03, AZ-11.

use sqlx::Row as _;

use super::evidence::{assert_page, codes, sessions, signed_in};
use crate::app::relying_party::CHALLENGE;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::{a_client, a_person};

async fn third_party(app: &TestApp) -> RelyingParty {
    app.relying_party(&a_client("shop").third_party().create(app).await)
}

/// AZ-03; RFC 6749 §4.1.1: what the browser changes on the way changes nothing: the code carries what was asked.
#[tokio::test]
async fn az_03_a_request_cannot_be_changed_in_the_browser() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = third_party(&app).await;
    let evil = a_client("evil").create(&app).await;
    let browser = app.browser();
    let changes = [
        ("client_id", evil.id.as_str()),
        ("redirect_uri", evil.redirect_uri.as_str()),
        ("scope", "openid email offline_access"),
        ("state", "changed"),
        ("code_challenge", "changed"),
        ("resource", "https://evil.example"),
    ];
    let page = browser.get(&relying_party.authorization_url(&[])).await;
    let request = page.parameter("request").expect("a waiting request");
    let mut login = vec![
        ("request", request.as_str()),
        ("username", ada.email.as_str()),
        ("password", ada.password.as_str()),
    ];
    login.extend(changes);
    let query: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(changes)
        .finish();
    let resumed = browser.post("/login", &login).await;
    let consent = browser.get(&format!("{}&{query}", resumed.location())).await;
    let shown = browser.get(&format!("{}&{query}", consent.location())).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    assert!(shown.body.contains("Client shop") && !shown.body.contains("evil"));
    let shown_for = shown.field("shown_for");
    let mut allow = vec![
        ("request", request.as_str()),
        ("shown_for", &shown_for),
        ("decision", "allow"),
    ];
    allow.extend(changes);
    let allowed = browser.post("/consent", &allow).await;
    let reply = browser.get(&format!("{}&{query}", allowed.location())).await;
    assert!(
        reply
            .header("location")
            .starts_with(&relying_party.client.redirect_uri)
    );
    assert_eq!(reply.parameter("state").as_deref(), Some("state-1"));
    let mut admin = app.database.admin().await;
    let row = sqlx::query("select client_id, redirect_uri, scopes, code_challenge, resource from auth.oauth_authorization_codes")
        .fetch_one(&mut admin)
        .await
        .unwrap();
    assert_eq!(row.get::<String, _>("client_id"), "shop");
    assert_eq!(
        row.get::<String, _>("redirect_uri"),
        relying_party.client.redirect_uri
    );
    assert_eq!(row.get::<Vec<String>, _>("scopes"), ["openid"]);
    assert_eq!(row.get::<String, _>("code_challenge"), CHALLENGE);
    assert_eq!(row.get::<Option<String>, _>("resource"), None);
    let tokens = relying_party.exchange(&reply.parameter("code").unwrap()).await;
    assert_eq!(tokens.json()["scope"], "openid", "{}", tokens.body);
}

/// AZ-11: a flow belongs to the browser that began it. Whoever else has its id learns nothing, not even whether it
/// exists, and spoils nothing.
#[tokio::test]
async fn az_11_a_flow_is_worth_nothing_in_another_browser() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = third_party(&app).await;
    let mallory = a_person("mallory").create(&app).await;
    let own = app.relying_party(&a_client("web").create(&app).await);
    let victim = app.browser();
    let page = victim.get(&relying_party.authorization_url(&[])).await;
    let request = page.parameter("request").unwrap();
    let with_session = signed_in(&app, &own, &mallory).await;
    let (issued, started) = (codes(&app).await, sessions(&app).await);
    for attacker in [app.browser(), with_session] {
        let credentials = [
            ("request", request.as_str()),
            ("username", mallory.email.as_str()),
            ("password", mallory.password.as_str()),
        ];
        let allow = [("request", request.as_str()), ("decision", "allow")];
        for reply in [
            attacker.get(&format!("/login?request={request}")).await,
            attacker.get(&format!("/consent?request={request}")).await,
            attacker.get(&format!("/oauth2/continue?request={request}")).await,
            attacker.post("/login", &credentials).await,
            attacker.post("/consent", &allow).await,
            attacker.post("/login/cancel", &allow).await,
        ] {
            assert_page(&reply, 400);
            assert!(reply.body.contains("This sign-in has ended"));
            assert!(!reply.body.contains("shop"), "the client is named");
        }
    }
    assert_eq!((codes(&app).await, sessions(&app).await), (issued, started));
    let resumed = victim.sign_in(&page, &ada).await;
    assert_eq!(
        victim.get(resumed.location().as_str()).await.location().path(),
        "/consent"
    );
}
