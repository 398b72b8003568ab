//! What a client holds after a grant, and whether it is still worth anything.

use serde_json::Value;

use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_person;
use crate::fixtures::person::TestPerson;

/// The text of a token in a token response.
pub fn text<'a>(tokens: &'a Value, name: &str) -> &'a str {
    tokens[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {tokens}"))
}

/// Asserts that the access token is accepted wherever we look.
pub async fn assert_live(relying_party: &RelyingParty, tokens: &Value) {
    let token = text(tokens, "access_token");
    if relying_party.client.secret.is_some() {
        assert_eq!(relying_party.introspect(token).await["active"], true);
    }
    let userinfo = relying_party.userinfo(token).await;
    assert_eq!(userinfo.status, 200, "{}", userinfo.body);
}

/// Asserts that the access token is worth nothing: introspection tells nothing of it, userinfo refuses it.
pub async fn assert_access_dead(relying_party: &RelyingParty, tokens: &Value) {
    let token = text(tokens, "access_token");
    if relying_party.client.secret.is_some() {
        let told = relying_party.introspect(token).await;
        assert_eq!(told, serde_json::json!({"active": false}));
    }
    let userinfo = relying_party.userinfo(token).await;
    assert_eq!(userinfo.status, 401, "{}", userinfo.body);
    assert!(
        userinfo
            .header("www-authenticate")
            .contains("error=\"invalid_token\"")
    );
}

/// Asserts that neither the access token nor the refresh token is worth anything.
pub async fn assert_dead(relying_party: &RelyingParty, tokens: &Value) {
    assert_access_dead(relying_party, tokens).await;
    let refresh = text(tokens, "refresh_token");
    if relying_party.client.secret.is_some() {
        let told = relying_party.introspect(refresh).await;
        assert_eq!(told, serde_json::json!({"active": false}));
    }
    let refreshed = relying_party.refresh(refresh, &[]).await;
    refreshed.assert_error(400, "invalid_grant");
}

/// A refresh that must work.
pub async fn refreshed(relying_party: &RelyingParty, tokens: &Value) -> Value {
    let reply = relying_party.refresh(text(tokens, "refresh_token"), &[]).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.json()
}

/// Ada, who has an account.
pub async fn ada(app: &TestApp) -> TestPerson {
    a_person("ada").create(app).await
}

/// Runs a statement behind the server's back.
pub async fn sql(app: &TestApp, statement: &'static str) {
    let mut connection = app.database.admin().await;
    sqlx::raw_sql(statement)
        .execute(&mut connection)
        .await
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Lets time pass.
pub fn wait(app: &TestApp, seconds: u64) {
    app.clock.advance(std::time::Duration::from_secs(seconds));
}

/// Bob, who has an account.
pub async fn bob(app: &TestApp) -> TestPerson {
    a_person("bob").create(app).await
}
