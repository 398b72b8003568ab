//! CO-03: what ends a code that nobody has redeemed yet.

use signet::authorization::consent;
use signet::base::id::ClientId;
use signet::lifecycle::{disable_client, suspend_user};
use signet::session::{self, EndReason};
use signet::user;

use super::evidence::count;
use super::holdings::{ada, wait};
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, an_organization};

/// Nothing came of the code, now or later.
async fn assert_worthless(app: &TestApp, relying_party: &RelyingParty, code: &str) {
    relying_party
        .exchange(code)
        .await
        .assert_error(400, "invalid_grant");
    relying_party
        .exchange(code)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(count(app, "select count(*) from auth.oauth_grants").await, 0);
}

async fn a_code(app: &TestApp) -> (RelyingParty, TestPerson, String) {
    let relying_party = app.relying_party(&a_client("web").third_party().create(app).await);
    let ada = ada(app).await;
    let code = relying_party.code(app, &ada, &[]).await;
    wait(app, 1);
    (relying_party, ada, code)
}

/// RFC 6749 §4.1.2: CO-03.
#[tokio::test]
async fn co_03_a_code_lives_for_a_minute() {
    let app = TestApp::new().await;
    let (relying_party, ada, code) = a_code(&app).await;
    wait(&app, 59);
    assert_worthless(&app, &relying_party, &code).await;
    let code = relying_party.code(&app, &ada, &[]).await;
    wait(&app, 59);
    assert_eq!(relying_party.exchange(&code).await.status, 200);
}

/// ASVS 10.4.3: CO-03. Nothing that was shut out comes back when the person is let in again.
#[tokio::test]
async fn co_03_a_code_ends_with_a_ban() {
    let app = TestApp::new().await;
    let (relying_party, ada, code) = a_code(&app).await;
    let mut work = app.work().await;
    suspend_user::ban(&mut work, &ada.id).await.unwrap();
    work.commit().await.unwrap();
    assert_worthless(&app, &relying_party, &code).await;
    wait(&app, 1);
    let mut work = app.work().await;
    suspend_user::reinstate(&mut work, &ada.id).await.unwrap();
    work.commit().await.unwrap();
    assert_worthless(&app, &relying_party, &code).await;
}

/// ASVS 10.4.3: CO-03.
#[tokio::test]
async fn co_03_a_code_ends_with_its_session() {
    let app = TestApp::new().await;
    let (relying_party, ada, code) = a_code(&app).await;
    let mut work = app.work().await;
    session::end_all_of_user(&mut work, &ada.id, EndReason::Logout)
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_worthless(&app, &relying_party, &code).await;
}

/// ASVS 10.4.3: CO-03.
#[tokio::test]
async fn co_03_a_code_ends_with_every_session_of_the_person() {
    let app = TestApp::new().await;
    let (relying_party, ada, code) = a_code(&app).await;
    let mut work = app.work().await;
    user::service::revoke_before(&mut work, &ada.id, "password_changed")
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_worthless(&app, &relying_party, &code).await;
}

/// ASVS 10.4.3: CO-03.
#[tokio::test]
async fn co_03_a_code_ends_with_the_consent() {
    let app = TestApp::new().await;
    let (relying_party, ada, code) = a_code(&app).await;
    let mut work = app.work().await;
    let client = ClientId::from_text("web");
    assert!(consent::withdraw(&mut work, &ada.id, &client).await.unwrap());
    work.commit().await.unwrap();
    assert_worthless(&app, &relying_party, &code).await;
    let again = relying_party.code(&app, &ada, &[]).await;
    assert_eq!(relying_party.exchange(&again).await.status, 200);
}

/// ASVS 10.4.3: CO-03. A disabled client cannot even authenticate; enabled again it finds the code dead.
#[tokio::test]
async fn co_03_a_code_ends_with_its_client() {
    let app = TestApp::new().await;
    let (relying_party, _, code) = a_code(&app).await;
    let client = ClientId::from_text("web");
    let mut work = app.work().await;
    disable_client::disable_client(&mut work, &client).await.unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
    relying_party
        .exchange(&code)
        .await
        .assert_error(401, "invalid_client");
    let mut work = app.work().await;
    disable_client::enable_client(&mut work, &client).await.unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
    assert_worthless(&app, &relying_party, &code).await;
}

/// The same while the replica has not heard of it: the redeeming statement reads the client itself.
#[tokio::test]
async fn co_03_a_code_ends_with_its_client_before_caches_know() {
    let app = TestApp::new().await;
    let (relying_party, _, code) = a_code(&app).await;
    let mut work = app.work().await;
    disable_client::disable_client(&mut work, &ClientId::from_text("web"))
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_worthless(&app, &relying_party, &code).await;
}

/// Contracts section 5: the organization that was asked for binds the grant, so the code ends with the membership.
#[tokio::test]
async fn co_03_a_code_for_an_organization_ends_with_the_membership() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = ada(&app).await;
    let bob = crate::fixtures::a_person("bob").create(&app).await;
    let acme = an_organization(&app, "acme", &bob, None).await;
    acme.add(&app, &ada, "member").await;
    let asked = [("scope", "openid organization:acme")];
    let code = relying_party.code(&app, &ada, &asked).await;
    acme.remove(&app, &ada).await;
    assert_worthless(&app, &relying_party, &code).await;
}
