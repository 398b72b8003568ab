//! Attacks on who is signed in and how lately: AZ-05, AZ-06, AZ-07.

use std::time::Duration;

use serde_json::{Value, json};

use super::evidence::{assert_page, assert_refused, codes, count, events, signed_in, waiting};
use crate::app::relying_party::claims;
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

/// AZ-05; OpenID Connect Core §3.1.2.6: with `prompt=none` every lack is told to the client; no page is shown and
/// nothing is stored.
#[tokio::test]
async fn az_05_prompt_none_never_shows_a_page() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let shop = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let browser = signed_in(&app, &web, &ada).await;
    let (issued, stored) = (codes(&app).await, waiting(&app).await);
    app.clock.advance(Duration::from_secs(61));
    let ask = async |relying_party: &RelyingParty, browser: &Browser, extra: &[(&str, &str)], code: &str| {
        let reply = browser.get(&relying_party.authorization_url(extra)).await;
        assert_refused(&reply, relying_party, code);
        assert_eq!(reply.parameter("state").as_deref(), Some("state-1"));
    };
    ask(&web, &app.browser(), &[("prompt", "none")], "login_required").await;
    ask(&shop, &browser, &[("prompt", "none")], "consent_required").await;
    let stale = [("prompt", "none"), ("max_age", "60")];
    ask(&web, &browser, &stale, "login_required").await;
    ask(
        &web,
        &browser,
        &[("prompt", "none"), ("max_age", "0")],
        "login_required",
    )
    .await;
    for mixed in [
        "none login",
        "login none",
        "none consent",
        "none select_account",
        "none unknown",
    ] {
        ask(&web, &browser, &[("prompt", mixed)], "invalid_request").await;
    }
    ask(&web, &browser, &[("prompt", "None")], "invalid_request").await;
    for max_age in ["-1", "x", "1.5", "99999999999"] {
        ask(&web, &browser, &[("max_age", max_age)], "invalid_request").await;
    }
    assert_eq!((codes(&app).await, waiting(&app).await), (issued, stored));
}

async fn id_token(relying_party: &RelyingParty, reply: &Reply) -> Value {
    let code = reply.parameter("code").expect("a code");
    let tokens = relying_party.exchange(&code).await.json();
    claims(tokens["id_token"].as_str().expect("an ID token"))
}

/// AZ-06; OpenID Connect Core §3.1.2.1: a fresh login is asked for and cannot be walked around; `auth_time` moves
/// only with it.
#[tokio::test]
async fn az_06_a_fresh_login_cannot_be_walked_around() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    for fresh in [
        ("prompt", "login"),
        ("max_age", "0"),
        ("prompt", "select_account"),
    ] {
        let browser = app.browser();
        let first = relying_party.authorize(&browser, &ada, &[]).await;
        let before = id_token(&relying_party, &first).await;
        app.clock.advance(Duration::from_mins(1));
        let page = browser.get(&relying_party.authorization_url(&[fresh])).await;
        assert_eq!(page.location().path(), "/login", "{fresh:?}");
        let request = page.parameter("request").unwrap();
        for around in ["/oauth2/continue", "/consent"] {
            let reply = browser.get(&format!("{around}?request={request}")).await;
            let shown = browser.follow(reply).await;
            assert!(
                shown.body.contains(r#"id="password""#),
                "{around}: {}",
                shown.body
            );
        }
        let allowed = [("request", request.as_str()), ("decision", "allow")];
        browser.post("/consent", &allowed).await;
        let still = browser.get(&format!("/oauth2/continue?request={request}")).await;
        assert_eq!(still.location().path(), "/login");
        let resumed = browser.sign_in(&page, &ada).await;
        let answered = browser.get(resumed.location().as_str()).await;
        let after = id_token(&relying_party, &answered).await;
        assert_eq!(
            after["auth_time"].as_i64().unwrap() - before["auth_time"].as_i64().unwrap(),
            60
        );
        assert_eq!(after["sid"], before["sid"], "the same person's session goes on");
        // The code was redeemed: nobody is sent to the client with it again.
        assert_page(&browser.get(&format!("/login?request={request}")).await, 200);
    }
}

/// AZ-06: cancelling is `access_denied`, and the session is what it was.
#[tokio::test]
async fn az_06_cancelling_a_fresh_login_changes_nothing() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let session = browser.cookie("signet_session");
    app.clock.advance(Duration::from_mins(1));
    let page = browser
        .get(&relying_party.authorization_url(&[("prompt", "login")]))
        .await;
    let request = page.parameter("request").unwrap();
    let cancelled = browser.post("/login/cancel", &[("request", &request)]).await;
    assert_refused(&cancelled, &relying_party, "access_denied");
    let again = browser.post("/login/cancel", &[("request", &request)]).await;
    assert_refused(&again, &relying_party, "access_denied");
    assert_eq!(browser.cookie("signet_session"), session);
    let again = browser.get(&relying_party.authorization_url(&[])).await;
    let claims = id_token(&relying_party, &again).await;
    assert_eq!(claims["auth_time"], 1_800_000_000);
}

/// AZ-06: somebody else gets a session of their own, and the one before is over.
#[tokio::test]
async fn az_06_another_person_gets_another_session() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let first = relying_party.authorize(&browser, &ada, &[]).await;
    let of_ada = id_token(&relying_party, &first).await;
    let old_cookie = browser.cookie("signet_session").unwrap();
    app.clock.advance(Duration::from_mins(1));
    let page = browser
        .get(&relying_party.authorization_url(&[("prompt", "login")]))
        .await;
    let resumed = browser.sign_in(&page, &bob).await;
    let answered = browser.get(resumed.location().as_str()).await;
    let of_bob = id_token(&relying_party, &answered).await;
    assert_eq!(of_bob["sub"], bob.id.as_str());
    assert_ne!(of_bob["sid"], of_ada["sid"]);
    let thief = app.browser();
    thief.set_cookie("signet_session", &old_cookie);
    assert_eq!(thief.get("/account").await.location().path(), "/login");
    let replaced = "select count(*) from auth.sessions where revoked_reason = 'replaced'";
    assert_eq!(count(&app, replaced).await, 1);
    assert_eq!(events(&app, "LOGIN_SUCCESS").await, 2);
}

async fn id_token_text(app: &TestApp, relying_party: &RelyingParty, person: &TestPerson) -> String {
    let tokens = relying_party.tokens(app, person, &[]).await;
    tokens["id_token"].as_str().expect("an ID token").to_owned()
}

/// AZ-07; OpenID Connect Core §3.1.2.1, §3.1.2.2: an ID token of ours names its person, also when it has expired or was
/// made for another client. Silently nobody else is answered for; on a page that person can sign in.
#[tokio::test]
async fn az_07_an_old_or_foreign_hint_still_names_its_person() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let foreign = app.relying_party(&a_client("foreign").create(&app).await);
    let expired = id_token_text(&app, &relying_party, &bob).await;
    app.clock.advance(Duration::from_hours(24 * 90));
    let of_another_client = id_token_text(&app, &foreign, &bob).await;
    for hint in [&expired, &of_another_client] {
        let silent = relying_party.authorization_url(&[("id_token_hint", hint), ("prompt", "none")]);
        let asked = relying_party.authorization_url(&[("id_token_hint", hint)]);
        let of_ada = signed_in(&app, &relying_party, &ada).await;
        app.clock.advance(Duration::from_secs(1));
        assert_refused(&of_ada.get(&silent).await, &relying_party, "login_required");
        assert_refused(
            &app.browser().get(&silent).await,
            &relying_party,
            "login_required",
        );
        let page = of_ada.get(&asked).await;
        let resumed = of_ada.sign_in(&page, &bob).await;
        let answered = of_ada.get(resumed.location().as_str()).await;
        assert_eq!(id_token(&relying_party, &answered).await["sub"], bob.id.as_str());
        let of_bob = of_ada;
        assert!(of_bob.get(&silent).await.parameter("code").is_some());
        assert!(of_bob.get(&asked).await.parameter("code").is_some());
    }
}

/// AZ-07: what we did not sign names nobody. It is refused at once, silently or not: no sign-in could answer it.
#[tokio::test]
async fn az_07_a_forged_hint_is_refused() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let good = id_token_text(&app, &relying_party, &ada).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let (body, signature) = good.rsplit_once('.').unwrap();
    let reversed = signature.chars().rev().collect::<String>();
    let stored = waiting(&app).await;
    for (what, hint) in [
        ("without signature", format!("{body}.")),
        ("with another signature", format!("{body}.{reversed}")),
        (
            "an access token",
            tokens["access_token"].as_str().unwrap().to_owned(),
        ),
        ("garbage", "garbage".to_owned()),
    ] {
        for prompt in ["", "none", "login"] {
            let url = relying_party.authorization_url(&[("id_token_hint", &hint), ("prompt", prompt)]);
            for browser in [&browser, &app.browser()] {
                let reply = browser.get(&url).await;
                assert_refused(&reply, &relying_party, "invalid_request");
                assert_eq!(reply.parameter("state").as_deref(), Some("state-1"), "{what}");
            }
        }
    }
    assert_eq!(waiting(&app).await, stored);
}

/// AZ-07's kind: a request that no sign-in can answer shows no sign-in page. It is refused at once, whoever asks.
#[tokio::test]
async fn a_request_that_no_sign_in_can_answer_is_refused_at_once() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let gone = a_person("gone").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let of_bob = id_token_text(&app, &relying_party, &bob).await;
    let of_gone = id_token_text(&app, &relying_party, &gone).await;
    let mut admin = app.database.admin().await;
    sqlx::query("update auth.users set status = 'banned' where id = $1")
        .bind(gone.id.as_str())
        .execute(&mut admin)
        .await
        .unwrap();
    let sub = |value: Value| json!({"id_token": {"sub": value}}).to_string();
    let gold = json!({"id_token": {"acr": {"essential": true, "value": "gold"}}}).to_string();
    let number = json!({"id_token": {"acr": {"essential": true, "value": 7}}}).to_string();
    let of_ada = sub(json!({"value": ada.id.as_str()}));
    let stored = waiting(&app).await;
    for (extra, code) in [
        (vec![("claims", gold)], "unmet_authentication_requirements"),
        (vec![("claims", number)], "unmet_authentication_requirements"),
        (vec![("id_token_hint", of_gone)], "login_required"),
        (vec![("claims", sub(json!({"value": 7})))], "invalid_request"),
        (
            vec![("claims", sub(json!({"values": [ada.id.as_str()]})))],
            "invalid_request",
        ),
        (
            vec![("claims", of_ada), ("id_token_hint", of_bob)],
            "invalid_request",
        ),
    ] {
        let extra: Vec<(&str, &str)> = extra
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        for browser in [&browser, &app.browser()] {
            let reply = browser.get(&relying_party.authorization_url(&extra)).await;
            assert_refused(&reply, &relying_party, code);
        }
    }
    assert_eq!(waiting(&app).await, stored);
}

/// AZ-07, LO-01: whoever makes up a `sub` does not learn from the answer who has an account.
#[tokio::test]
async fn lo_01_a_made_up_sub_tells_nothing() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    for named in [ada.id.as_str(), "nobody-we-know"] {
        let claims = json!({"id_token": {"sub": {"value": named}}}).to_string();
        let reply = app
            .browser()
            .get(&relying_party.authorization_url(&[("claims", claims.as_str())]))
            .await;
        assert_eq!(reply.status, 303, "{named}: {}", reply.body);
        assert!(reply.location().path().ends_with("/login"), "{named}");
    }
}

/// AZ-07: the hinted person is answered for, nobody else.
#[tokio::test]
async fn az_07_only_the_hinted_person_is_answered_for() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let bob = a_person("bob").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let hint = id_token_text(&app, &relying_party, &bob).await;
    let named = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, bob.id);
    for expectation in [("id_token_hint", hint.as_str()), ("claims", named.as_str())] {
        for (person, silent_after) in [(&ada, false), (&bob, true)] {
            let browser = signed_in(&app, &relying_party, &ada).await;
            app.clock.advance(Duration::from_secs(1));
            let page = browser
                .get(&relying_party.authorization_url(&[expectation]))
                .await;
            let resumed = browser.sign_in(&page, person).await;
            let reply = browser.get(resumed.location().as_str()).await;
            if silent_after {
                assert_eq!(id_token(&relying_party, &reply).await["sub"], bob.id.as_str());
            } else {
                assert_refused(&reply, &relying_party, "login_required");
            }
        }
    }
}
