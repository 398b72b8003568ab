//! Attacks on the notices of logout: BR-08. Receivers that fail, hang, lead elsewhere or are many, and forged tokens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use signet::jobs::queue::Worker;
use signet::lifecycle::sign_out_user;
use signet::protocol::algorithm::Algorithm;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::evidence::{count, signed_in};
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
use crate::relying_party::logout_receiver::{EVENT, LogoutReceiver, reaching, work_off};
use crate::webhook::receiver::{Listener, read_request};

const WAITING: &str = "select count(*) from auth.queue where dead_at is null";
const DEAD: &str = "select count(*) from auth.queue where dead_at is not null";

/// Signs a person in at each application, in one browser, and has an operator sign them out.
async fn signs_out(app: &TestApp, hands: &[&RelyingParty], person: &TestPerson) {
    let browser = app.browser();
    for hand in hands {
        let answer = hand.authorize(&browser, person, &[]).await;
        hand.exchange(&answer.parameter("code").expect("a code")).await;
    }
    let mut work = app.work().await;
    sign_out_user::end_sessions(&mut work, &person.id).await.unwrap();
    work.commit().await.unwrap();
}

async fn last_error(app: &TestApp) -> String {
    let error = sqlx::query_scalar("select last_error from auth.queue order by id desc limit 1");
    error
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("a reason")
}

/// BR-08: a receiver that fails is tried again, less and less often; each attempt brings a token of its own, and once it
/// has answered it is left in peace.
#[tokio::test]
async fn br_08_a_receiver_that_fails_for_ten_minutes_is_told_once_after_that() {
    let app = reaching().await;
    let ada = a_person("ada").create(&app).await;
    let statuses = [500, 503, 404, 302, 429, 500, 200];
    let receiver = LogoutReceiver::start(&app, a_client("web"), &statuses).await;
    signs_out(&app, &[&receiver.hand], &ada).await;
    for attempt in 1..=statuses.len() {
        work_off(&app).await;
        work_off(&app).await;
        assert_eq!(receiver.requests().await.len(), attempt, "not before its time");
        let tokens = receiver.tokens().await;
        receiver.believe(&app, &tokens[attempt - 1]).await.unwrap();
        app.clock.advance(Duration::from_mins(10));
    }
    assert_eq!((count(&app, WAITING).await, count(&app, DEAD).await), (0, 0));
    work_off(&app).await;
    let mut names: Vec<String> = Vec::new();
    for token in receiver.tokens().await {
        names.push(crate::app::relying_party::claims(&token)["jti"].to_string());
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(
        names.len(),
        statuses.len(),
        "a receiver may remember names that it has seen"
    );
}

/// BR-08; §2.8: 400 is an answer for good. An operator sees it; nobody is asked again.
#[tokio::test]
async fn br_08_a_refusal_is_a_dead_letter() {
    let app = reaching().await;
    let ada = a_person("ada").create(&app).await;
    let receiver = LogoutReceiver::start(&app, a_client("web"), &[400]).await;
    signs_out(&app, &[&receiver.hand], &ada).await;
    work_off(&app).await;
    app.clock.advance(Duration::from_hours(1));
    work_off(&app).await;
    assert_eq!(receiver.requests().await.len(), 1);
    assert_eq!((count(&app, WAITING).await, count(&app, DEAD).await), (0, 1));
    assert!(last_error(&app).await.contains("400"));
}

/// BR-08: a redirect is not followed, and no address inside is reached that configuration does not name.
#[tokio::test]
async fn br_08_nothing_leads_inward() {
    let app = reaching().await;
    let inside = MockServer::start().await;
    let away = ResponseTemplate::new(307).insert_header("location", inside.uri().as_str());
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(away).mount(&server).await;
    let uri = server.uri();
    let client = a_client("web").with(|metadata| metadata.backchannel_logout_uri = Some(uri));
    let hand = app.relying_party(&client.create(&app).await);
    let ada = a_person("ada").create(&app).await;
    signs_out(&app, &[&hand], &ada).await;
    work_off(&app).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    assert!(inside.received_requests().await.unwrap().is_empty());
    assert_eq!(last_error(&app).await, "it answered with status 307");
    // The same where nothing but public addresses is allowed, as it is unless somebody says otherwise.
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let receiver = LogoutReceiver::start(&app, a_client("web"), &[200]).await;
    signs_out(&app, &[&receiver.hand], &ada).await;
    work_off(&app).await;
    assert!(receiver.requests().await.is_empty());
    assert_eq!(count(&app, DEAD).await, 1);
    assert_eq!(last_error(&app).await, "the address is not a public one");
}

/// BR-08: a receiver that never answers holds up no other, and no logout.
#[tokio::test]
async fn br_08_a_receiver_that_hangs_holds_up_no_other() {
    let app = reaching().await;
    let hanging = Listener::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let uri = hanging.url.clone();
    let hangs = a_client("hangs").with(|metadata| metadata.backchannel_logout_uri = Some(uri));
    let hangs = app.relying_party(&hangs.create(&app).await);
    for number in 0..8 {
        let person = a_person(&format!("person{number}")).create(&app).await;
        signs_out(&app, &[&hangs], &person).await;
    }
    let receiver = LogoutReceiver::start(&app, a_client("web"), &[200]).await;
    let ada = a_person("ada").create(&app).await;
    signs_out(&app, &[&hangs, &receiver.hand], &ada).await;
    let mut worker = Worker::new(app.app.clone());
    assert_eq!(worker.round().await.unwrap().begun, 10);
    let told = async {
        while receiver.requests().await.is_empty() || hanging.connections() < 4 {
            tokio::task::yield_now().await;
        }
    };
    let limit = Duration::from_secs(4);
    tokio::time::timeout(limit, told)
        .await
        .expect("told while the others hang");
    assert_eq!(hanging.connections(), 4, "so many at once and no more");
    worker.finish(Duration::ZERO).await;
}

/// BR-08: a session with a thousand applications ends in a handful of statements, and all of them are told.
#[tokio::test]
async fn br_08_a_thousand_receivers_are_told_and_hold_up_nobody() {
    const MOST: usize = 1000;
    let app = reaching().await;
    let ada = a_person("ada").create(&app).await;
    let server = MockServer::start().await;
    let gone = Mock::given(any()).respond_with(ResponseTemplate::new(204));
    gone.mount(&server).await;
    let first = a_client("first").create(&app).await;
    let browser = signed_in(&app, &app.relying_party(&first), &ada).await;
    let mut admin = app.database.admin().await;
    sqlx::query(
        "insert into auth.oauth_applications (client_id, metadata, created_at, updated_at)
         select 'many' || n, metadata || jsonb_build_object(
             'backchannel_logout_uri', $1 || '/' || n, 'id_token_signed_response_alg', 'ES256'), created_at, updated_at
         from auth.oauth_applications, generate_series(1, $2) n where client_id = 'first'",
    )
    .bind(server.uri())
    .bind(i32::try_from(MOST).unwrap())
    .execute(&mut admin)
    .await
    .expect("clients");
    sqlx::query(
        "insert into auth.oauth_grants
             (id, client_id, user_id, session_id, scopes, auth_time, amr, acr, offline, created_at)
         select 'grant' || a.client_id, a.client_id, s.user_id, s.id, '{openid}', s.auth_time, s.amr, s.acr, false,
             s.created_at
         from auth.oauth_applications a, auth.sessions s where a.client_id <> 'first'",
    )
    .execute(&mut admin)
    .await
    .expect("grants");
    app.refresh_caches().await;
    let asked = browser.get("/oauth2/logout").await;
    let page = browser.get(asked.header("location")).await;
    assert!(page.body.contains("Sign out?"));
    let begun = std::time::Instant::now();
    let mut work = app.work().await;
    assert_eq!(sign_out_user::end_sessions(&mut work, &ada.id).await.unwrap(), 1);
    work.commit().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(count(&app, WAITING).await, i64::try_from(MOST).unwrap());
    work_off(&app).await;
    assert_eq!(count(&app, WAITING).await, 0);
    let told = server.received_requests().await.unwrap();
    let mut paths: Vec<&str> = told.iter().map(|request| request.url.path()).collect();
    paths.sort_unstable();
    paths.dedup();
    assert_eq!((told.len(), paths.len()), (MOST, MOST));
}

/// A JWT with this header and these claims that nobody signed.
fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(header), part(claims))
}

/// The same with another signature.
fn tampered(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("a JWS");
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{first}{}", &signature[1..])
}

/// BR-08; §2.6: what a receiver must refuse differs from what we send in a way that it can see; and what we send opens
/// nothing here, whoever got hold of it.
#[tokio::test]
async fn br_08_a_logout_token_passes_for_nothing_else_and_nothing_else_for_one() {
    let app = reaching().await;
    let ada = a_person("ada").create(&app).await;
    let receiver = LogoutReceiver::start(&app, a_client("web").may_introspect(), &[200]).await;
    let tokens = receiver.hand.tokens(&app, &ada, &[]).await;
    signs_out(&app, &[&receiver.hand], &ada).await;
    work_off(&app).await;
    let ours = receiver.tokens().await.pop().unwrap();
    let said = receiver.believe(&app, &ours).await.unwrap();
    for (token, check) in [
        (tokens["id_token"].as_str().unwrap().to_owned(), "type"),
        (tokens["access_token"].as_str().unwrap().to_owned(), "algorithm"),
        (
            unsigned(&json!({"alg": "none", "typ": "logout+jwt"}), &said),
            "algorithm",
        ),
        (tampered(&ours), "signature"),
    ] {
        assert_eq!(receiver.believe(&app, &token).await, Err(check));
    }
    let keys = app.app.token_issuer().keys.current();
    for (change, check) in [
        (json!({"nonce": "n"}), "nonce"),
        (json!({"aud": "another"}), "audience"),
        (json!({"events": {"another": {}}}), "event"),
        (json!({"events": {EVENT: {}, "another": {}}}), "event"),
    ] {
        let mut claims = said.clone();
        claims
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let token = keys.sign(Algorithm::RS256, "logout+jwt", &claims).unwrap();
        assert_eq!(receiver.believe(&app, &token).await, Err(check));
    }
    assert_eq!(receiver.hand.userinfo(&ours).await.status, 401);
    assert_eq!(receiver.hand.introspect(&ours).await, json!({"active": false}));
    let browser = signed_in(&app, &receiver.hand, &ada).await;
    let asked = browser.get(&format!("/oauth2/logout?id_token_hint={ours}")).await;
    assert_eq!(asked.location().path(), "/oauth2/logout/confirm", "it is no hint");
    app.clock.advance(Duration::from_mins(2));
    assert_eq!(receiver.believe(&app, &ours).await, Err("expiry"));
}
