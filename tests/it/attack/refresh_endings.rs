//! RT-04, RT-09: what happens elsewhere ends what a client holds, or changes what it is told.

use serde_json::{Value, json};
use signet::authentication::password::Password;
use signet::authorization::consent;
use signet::base::id::ClientId;
use signet::base::secret::Secret;
use signet::lifecycle::change_password;
use signet::session::{self, EndReason};
use signet::user::{self, AccessTier, PlatformRole, StatusChange};

use super::evidence::count;
use super::holdings::{ada, assert_access_dead, assert_dead, assert_live, refreshed, sql, text, wait};
use crate::app::relying_party::claims;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person, an_organization};

async fn offline(app: &TestApp) -> (RelyingParty, TestPerson, Value) {
    let relying_party = app.relying_party(&a_client("web").third_party().create(app).await);
    let ada = ada(app).await;
    let asked = [("scope", "openid offline_access")];
    let tokens = relying_party.tokens(app, &ada, &asked).await;
    wait(app, 1);
    (relying_party, ada, tokens)
}

/// ASVS 7.4.2: RT-04. Every standing but `active` ends everything, and reinstating revives nothing.
#[tokio::test]
async fn rt_04_a_person_who_is_shut_out_loses_every_grant() {
    for change in [
        StatusChange::Wait,
        StatusChange::Deactivate,
        StatusChange::Ban,
        StatusChange::Archive,
    ] {
        let app = TestApp::new().await;
        let (relying_party, ada, tokens) = offline(&app).await;
        let mut work = app.work().await;
        user::service::change_status(&mut work, &ada.id, change)
            .await
            .unwrap();
        work.commit().await.unwrap();
        assert_dead(&relying_party, &tokens).await;
        if change == StatusChange::Archive {
            continue;
        }
        wait(&app, 1);
        let back = match change {
            StatusChange::Ban => StatusChange::Unban,
            _ => StatusChange::Activate,
        };
        let mut work = app.work().await;
        user::service::change_status(&mut work, &ada.id, back)
            .await
            .unwrap();
        work.commit().await.unwrap();
        assert_dead(&relying_party, &tokens).await;
        let again = relying_party.tokens(&app, &ada, &[]).await;
        assert_live(&relying_party, &again).await;
    }
}

/// ASVS 7.4.2: RT-04.
#[tokio::test]
async fn rt_04_a_deleted_account_loses_every_grant() {
    let app = TestApp::new().await;
    let (relying_party, _, tokens) = offline(&app).await;
    sql(
        &app,
        "update auth.users set deleted_at = to_timestamp(1800000001)",
    )
    .await;
    assert_dead(&relying_party, &tokens).await;
}

/// ASVS 7.4.3: RT-04. Offline access does not outlive the password.
#[tokio::test]
async fn rt_04_a_changed_password_ends_every_grant() {
    let app = TestApp::new().await;
    let (relying_party, ada, tokens) = offline(&app).await;
    let secret = Secret::new("quite another horse".to_owned());
    let password = Password::choose(&secret).unwrap();
    let hash = app.app.hasher().hash(&password, &**app.app.entropy()).await;
    let mut work = app.work().await;
    change_password::replace(&mut work, &ada.id, &hash.unwrap())
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_dead(&relying_party, &tokens).await;
}

/// ASVS 10.7.3: RT-04. Consent given again revives nothing.
#[tokio::test]
async fn rt_04_withdrawn_consent_ends_the_clients_grants() {
    let app = TestApp::new().await;
    let (relying_party, ada, tokens) = offline(&app).await;
    let other = app.relying_party(&a_client("other").create(&app).await);
    let kept = other.tokens(&app, &ada, &[]).await;
    let mut work = app.work().await;
    let client = ClientId::from_text("web");
    assert!(consent::withdraw(&mut work, &ada.id, &client).await.unwrap());
    work.commit().await.unwrap();
    assert_dead(&relying_party, &tokens).await;
    wait(&app, 1);
    let again = relying_party.tokens(&app, &ada, &[]).await;
    assert_live(&relying_party, &again).await;
    assert_dead(&relying_party, &tokens).await;
    assert_live(&other, &kept).await;
}

/// OpenID Connect Core §11: RT-04. Logout ends what hangs on the session; offline access goes on.
#[tokio::test]
async fn rt_04_logout_ends_grants_without_offline_access() {
    let app = TestApp::new().await;
    let (relying_party, ada, kept) = offline(&app).await;
    let browser = app.browser();
    let reply = relying_party.authorize(&browser, &ada, &[]).await;
    let tokens = relying_party
        .exchange(&reply.parameter("code").unwrap())
        .await
        .json();
    assert_live(&relying_party, &tokens).await;
    let mut work = app.work().await;
    session::end_all_of_user(&mut work, &ada.id, EndReason::Logout)
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_dead(&relying_party, &tokens).await;
    assert_live(&relying_party, &kept).await;
    refreshed(&relying_party, &kept).await;
}

/// Contracts section 5: RT-04. A grant that is bound to an organization ends with the membership.
#[tokio::test]
async fn rt_04_a_removed_member_cannot_refresh_a_bound_grant() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let (ada, bob) = (ada(&app).await, a_person("bob").create(&app).await);
    let acme = an_organization(&app, "acme", &bob, None).await;
    acme.add(&app, &ada, "member").await;
    let bound = relying_party
        .tokens(&app, &ada, &[("scope", "openid organization:acme")])
        .await;
    let unbound = relying_party.tokens(&app, &ada, &[]).await;
    assert_eq!(claims(text(&unbound, "access_token"))["org_id"], json!(acme.id));
    acme.remove(&app, &ada).await;
    let refused = relying_party.refresh(text(&bound, "refresh_token"), &[]).await;
    refused.assert_error(400, "invalid_grant");
    let userinfo = relying_party.userinfo(text(&bound, "access_token")).await;
    assert_eq!(userinfo.status, 401, "{}", userinfo.body);

    let next = refreshed(&relying_party, &unbound).await;
    let next = claims(text(&next, "access_token"));
    assert_ne!(next["org_id"], json!(acme.id));
    assert_eq!(next["org_role"], "owner", "the personal space remains");
    assert_access_dead(&relying_party, &unbound).await;
}

/// RT-04: lowered rights are in the next token, and the one that says more is dead at once.
#[tokio::test]
async fn rt_04_lowered_rights_are_in_the_next_token() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada")
        .role(PlatformRole::Admin)
        .tier(AccessTier::Founder)
        .create(&app)
        .await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let mut work = app.work().await;
    user::service::set_role(&mut work, &ada.id, PlatformRole::User)
        .await
        .unwrap();
    user::service::set_tier(&mut work, &ada.id, AccessTier::Guest)
        .await
        .unwrap();
    work.commit().await.unwrap();
    assert_access_dead(&relying_party, &tokens).await;
    let next = refreshed(&relying_party, &tokens).await;
    let said = claims(text(&next, "access_token"));
    assert_eq!((&said["role"], &said["tier"]), (&json!("user"), &json!("guest")));
}

/// RT-09: platform, client and person each have a cut-off; the latest wins in whatever order they came.
#[tokio::test]
async fn rt_09_the_latest_cut_off_wins() {
    const LEVELS: [(&str, &str); 3] = [
        (
            "update auth.platform set revoked_before = to_timestamp(1800000100)",
            "update auth.platform set revoked_before = to_timestamp(1800000050)",
        ),
        (
            "update auth.oauth_applications set revoked_before = to_timestamp(1800000100)",
            "update auth.oauth_applications set revoked_before = to_timestamp(1800000050)",
        ),
        // Written later than the moment that they name.
        (
            "update auth.users set revoked_before = to_timestamp(1800000100), updated_at = to_timestamp(1800000125)",
            "update auth.users set revoked_before = to_timestamp(1800000050), updated_at = to_timestamp(1800000125)",
        ),
    ];
    for level in 0..LEVELS.len() {
        let (late, early) = (LEVELS[level].0, LEVELS[(level + 1) % LEVELS.len()].1);
        for order in [[late, early], [early, late]] {
            let app = TestApp::new().await;
            let (relying_party, ada, oldest) = offline(&app).await;
            let asked = [("scope", "openid offline_access")];
            wait(&app, 74);
            let old = relying_party.tokens(&app, &ada, &asked).await;
            wait(&app, 50);
            let new = relying_party.tokens(&app, &ada, &asked).await;
            for statement in order {
                sql(&app, statement).await;
            }
            app.refresh_caches().await;
            assert_dead(&relying_party, &oldest).await;
            assert_dead(&relying_party, &old).await;
            assert_live(&relying_party, &new).await;
            refreshed(&relying_party, &new).await;
        }
    }
}

/// RT-09: the platform's cut-off is a row. Without it nobody knows what has ended: nothing lives, and nothing is issued.
#[tokio::test]
async fn rt_09_without_the_platforms_row_nothing_lives() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = ada(&app).await;
    let browser = app.browser();
    let reply = relying_party.authorize(&browser, &ada, &[]).await;
    let tokens = relying_party.exchange(&reply.parameter("code").unwrap()).await;
    let tokens = tokens.json();
    let code = relying_party.code(&app, &ada, &[]).await;
    assert_live(&relying_party, &tokens).await;
    sql(&app, "delete from auth.platform").await;
    assert_dead(&relying_party, &tokens).await;
    relying_party
        .exchange(&code)
        .await
        .assert_error(400, "invalid_grant");
    for view in [
        "select count(*) from auth.live_sessions",
        "select count(*) from auth.live_grants",
        "select count(*) from auth.live_codes",
    ] {
        assert_eq!(count(&app, view).await, 0, "{view}");
    }
    let silent = [("prompt", "none")];
    let again = browser.get(&relying_party.authorization_url(&silent)).await;
    assert_eq!(again.parameter("error").as_deref(), Some("login_required"));
}
