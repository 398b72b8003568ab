//! What services ask: who belongs where.

use serde_json::{Value, json};
use signet::authentication::service_key::ServiceScope;
use signet::lifecycle::suspend_user;

use crate::app::{Reply, TestApp};
use crate::fixtures::{a_person, a_service_key, an_organization};

async fn ask(app: &TestApp, key: &str, path: &str) -> Reply {
    let http = crate::support::http::client();
    let request = http
        .get(format!("{}/api/v1/internal{path}", app.issuer))
        .header("x-service-key", key);
    Reply::read(request.send().await.expect("the server answers")).await
}

/// systems.md section 2: the shapes that existing services read.
#[tokio::test]
async fn a_service_asks_who_belongs_where() {
    let app = TestApp::new().await;
    let key = a_service_key(&app, "sync", &[ServiceScope::MembershipRead]).await;
    let (ada, bob) = (
        a_person("ada").create(&app).await,
        a_person("bob").create(&app).await,
    );
    let acme = an_organization(&app, "acme", &ada, None).await;
    acme.add(&app, &bob, "member").await;
    let member = format!("/org/{}/member/{}", acme.id, bob.id);
    let said = |role: Value| json!({ "isMember": !role.is_null(), "role": role });
    assert_eq!(ask(&app, &key, &member).await.json(), said(json!("member")));
    let memberships = ask(&app, &key, &format!("/users/{}/memberships", bob.id))
        .await
        .json();
    assert_eq!(memberships["userId"], json!(bob.id));
    let of_acme = json!({ "organizationId": acme.id, "role": "member" });
    assert!(
        memberships["memberships"].as_array().unwrap().contains(&of_acme),
        "{memberships}"
    );
    for nobody in [
        format!("/org/{}/member/nobody", acme.id),
        "/org/none/member/none".to_owned(),
    ] {
        assert_eq!(ask(&app, &key, &nobody).await.json(), said(json!(null)));
    }
    let mut work = app.work().await;
    suspend_user::ban(&mut work, &bob.id).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(
        ask(&app, &key, &member).await.json(),
        said(json!(null)),
        "shut out"
    );
}

#[tokio::test]
async fn without_the_scope_or_a_key_nothing_is_told() {
    let app = TestApp::new().await;
    let other = a_service_key(&app, "epoch", &[ServiceScope::EpochRead]).await;
    for (key, status) in [(other.as_str(), 403), ("sk_0_invented", 401), ("", 401)] {
        let reply = ask(&app, key, "/users/ada/memberships").await;
        assert_eq!(reply.status, status, "{}", reply.body);
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
}
