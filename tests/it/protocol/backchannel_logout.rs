//! Applications are told that a session ended (OpenID Connect Back-Channel Logout 1.0).

use std::time::Duration;

use signet::authentication::password::Password;
use signet::base::id::UserId;
use signet::base::secret::Secret;
use signet::jobs::cleanup::{Sweeper, Swept};
use signet::lifecycle::{change_password, delete_user, sign_out_user, suspend_user};

use crate::app::relying_party::claims;
use crate::app::{Browser, RelyingParty, TestApp};
use crate::attack::evidence::count;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
use crate::relying_party::logout_receiver::{LogoutReceiver, reaching, work_off};

/// Signs a person in at an application, and answers with its tokens.
async fn signed_in(
    hand: &RelyingParty,
    browser: &Browser,
    person: &TestPerson,
    extra: &[(&str, &str)],
) -> serde_json::Value {
    let answer = hand.authorize(browser, person, extra).await;
    let code = answer.parameter("code").expect("a code");
    hand.exchange(&code).await.json()
}

const WAITING: &str = "select count(*) from auth.queue where kind = 'backchannel_logout'";

/// §2.3, §2.4, §2.5: each application of the session that registered an address gets one token, which says which session of
/// whom ended; others hear nothing. What outlives the session goes on.
#[tokio::test]
async fn a_logout_is_told_to_every_application_of_the_session_that_registered_for_it() {
    let app = reaching().await;
    let ada = a_person("ada").create(&app).await;
    let first = LogoutReceiver::start(&app, a_client("first"), &[200]).await;
    let second = LogoutReceiver::start(&app, a_client("second").third_party(), &[204]).await;
    let elsewhere = LogoutReceiver::start(&app, a_client("elsewhere"), &[200]).await;
    let silent = app.relying_party(&a_client("silent").create(&app).await);
    let browser = app.browser();
    let tokens = signed_in(&first.hand, &browser, &ada, &[]).await;
    signed_in(&first.hand, &browser, &ada, &[]).await;
    signed_in(&silent, &browser, &ada, &[]).await;
    let offline = [("scope", "openid offline_access"), ("prompt", "consent")];
    let kept = signed_in(&second.hand, &browser, &ada, &offline).await;
    signed_in(&elsewhere.hand, &app.browser(), &ada, &[]).await;
    let hint = tokens["id_token"].as_str().unwrap();
    browser.get(&format!("/oauth2/logout?id_token_hint={hint}")).await;
    assert_eq!(count(&app, WAITING).await, 2);
    work_off(&app).await;
    for receiver in [&first, &second] {
        let told = receiver.tokens().await;
        assert_eq!(told.len(), 1, "{}", receiver.client.id);
        let said = receiver.believe(&app, &told[0]).await.unwrap();
        assert_eq!(said["sub"], ada.id.as_str());
        assert_eq!(said["sid"], claims(hint)["sid"]);
    }
    assert!(
        elsewhere.requests().await.is_empty(),
        "another session of hers lives"
    );
    assert_eq!(count(&app, WAITING).await, 0);
    let refresh = kept["refresh_token"].as_str().unwrap();
    assert_eq!(
        second.hand.refresh(refresh, &[]).await.status,
        200,
        "offline_access outlives a logout"
    );
}

/// Whoever ends a session has it told: nobody needs to think of it.
#[tokio::test]
async fn every_end_of_a_session_is_told_but_that_of_time() {
    let app = reaching().await;
    let receiver = LogoutReceiver::start(&app, a_client("web"), &[200]).await;
    let mut expected = 0;
    for end in [
        "password",
        "ban",
        "delete",
        "sign-out",
        "revoke-tokens",
        "another person",
    ] {
        let name = end.replace(' ', "-");
        let person = a_person(&name).create(&app).await;
        let browser = app.browser();
        signed_in(&receiver.hand, &browser, &person, &[]).await;
        if end == "another person" {
            let other = a_person("other").create(&app).await;
            let fields = [
                ("username", other.email.as_str()),
                ("password", other.password.as_str()),
            ];
            browser.post("/login", &fields).await;
        } else {
            end_by(&app, end, &person.id).await;
        }
        work_off(&app).await;
        expected += 1;
        let told = receiver.tokens().await;
        assert_eq!(told.len(), expected, "{end}");
        let said = receiver.believe(&app, told.last().unwrap()).await.unwrap();
        assert_eq!(said["sub"], person.id.as_str(), "{end}");
    }
}

async fn end_by(app: &TestApp, end: &str, person: &UserId) {
    let mut work = app.work().await;
    match end {
        "password" => {
            let chosen = Password::choose(&Secret::new("quite another one".to_owned())).unwrap();
            let hash = app
                .app
                .hasher()
                .hash(&chosen, &**app.app.entropy())
                .await
                .unwrap();
            change_password::replace(&mut work, person, &hash).await.unwrap();
        }
        "ban" => suspend_user::ban(&mut work, person).await.unwrap(),
        "delete" => delete_user::delete_user(&mut work, person).await.unwrap(),
        "sign-out" => assert_eq!(sign_out_user::end_sessions(&mut work, person).await.unwrap(), 1),
        _ => sign_out_user::end_everything(&mut work, person).await.unwrap(),
    }
    work.commit().await.unwrap();
}

/// An application whose tokens are long gone may still have a session of its own.
#[tokio::test]
async fn an_application_is_told_days_after_its_last_token() {
    let app = reaching().await;
    let ada = a_person("ada").create(&app).await;
    let code_only = [signet::protocol::grant_type::GrantType::AuthorizationCode];
    let client = a_client("web").grants(&code_only).scopes(&["openid"]);
    let receiver = LogoutReceiver::start(&app, client, &[200]).await;
    let browser = app.browser();
    signed_in(&receiver.hand, &browser, &ada, &[]).await;
    app.clock.advance(Duration::from_hours(3 * 24));
    let mut sweeper = Sweeper::new();
    while sweeper.round(&app.app).await.unwrap() == Swept::MoreWaits {}
    let mut work = app.work().await;
    sign_out_user::end_sessions(&mut work, &ada.id).await.unwrap();
    work.commit().await.unwrap();
    work_off(&app).await;
    assert_eq!(receiver.tokens().await.len(), 1);
}

/// Whoever takes the address away, or is switched off, is told nothing any more; and discovery says what there is.
#[tokio::test]
async fn who_registered_no_address_any_more_is_told_nothing() {
    let app = reaching().await;
    let metadata = app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(metadata["backchannel_logout_supported"], true);
    assert_eq!(metadata["backchannel_logout_session_supported"], true);
    let ada = a_person("ada").create(&app).await;
    let receiver = LogoutReceiver::start(&app, a_client("web"), &[200]).await;
    signed_in(&receiver.hand, &app.browser(), &ada, &[]).await;
    let mut work = app.work().await;
    sign_out_user::end_sessions(&mut work, &ada.id).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(count(&app, WAITING).await, 1);
    let taken_away = "update auth.oauth_applications set metadata = metadata - 'backchannel_logout_uri'";
    sqlx::query(taken_away)
        .execute(&mut app.database.admin().await)
        .await
        .unwrap();
    app.refresh_caches().await;
    work_off(&app).await;
    assert_eq!(count(&app, WAITING).await, 0);
    assert!(receiver.requests().await.is_empty());
}
