//! What a replica does with rows that it cannot open, and with caches that it cannot bring current (operators.md §3).

use std::time::{Duration, Instant};

use signet::app::{App, Injected};
use signet::base::origin::Origin;
use signet::hook::definition::OnFailure;
use signet::hook::service;
use signet::replica;
use signet::sealing::Keyring;

use super::health::internal;
use crate::app::TestApp;
use crate::app::relying_party::header;
use crate::attack::evidence::count;
use crate::attack::holdings::{sql, text};
use crate::command_line::doctor_findings::assert_all_found;
use crate::command_line::program::Signet;
use crate::fixtures::{a_client, a_hook, a_person};
use crate::webhook::flow::over_http;

/// A key-encryption key that no replica has.
const LOSE_EDDSA: &str = "update auth.jwks set kek_id = 'lost' where alg = 'EdDSA'";
const LOSE_ES256: &str = "update auth.jwks set kek_id = 'lost' where alg = 'ES256'";

/// A row that does not open keeps no revocation from counting: what the revoked key signed is refused, the key is no
/// longer published, and what cannot sign is not advertised.
#[tokio::test]
async fn a_revoked_key_is_revoked_whatever_other_row_does_not_open() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let service = app.relying_party(&a_client("worker").service().create(&app).await);
    let tokens = web.tokens(&app, &a_person("ada").create(&app).await, &[]).await;
    let access_token = text(&tokens, "access_token");
    let kid = header(access_token)["kid"].as_str().unwrap().to_owned();
    assert_eq!(web.userinfo(access_token).await.status, 200);
    sql(&app, LOSE_EDDSA).await;
    sql(
        &app,
        "update auth.jwks set status = 'revoked' where alg = 'ES256'",
    )
    .await;
    assert!(app.app.refresh("keys").await);
    assert_eq!(web.userinfo(access_token).await.status, 401);
    let published = app.browser().get("/.well-known/jwks.json").await.json();
    let published = published["keys"].as_array().unwrap();
    assert!(!published.is_empty(), "the keys that open are published");
    assert!(published.iter().all(|key| key["alg"] == "RS256"));
    assert!(
        !app.browser()
            .get("/.well-known/jwks.json")
            .await
            .body
            .contains(&kid)
    );
    let metadata = app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    let advertised = &metadata["id_token_signing_alg_values_supported"];
    assert_eq!(*advertised, serde_json::json!(["RS256"]));
    let own = service.token(&[("grant_type", "client_credentials")]).await;
    // A row that does not open says nothing of ES256, whose key is revoked: what is left signs.
    assert_eq!(own.status, 200, "{}", own.body);
    assert_eq!(header(text(&own.json(), "access_token"))["alg"], "RS256");
}

/// What a key signed that does not open here is not believed, and nobody is told that it is unknown or revoked.
#[tokio::test]
async fn a_token_whose_key_does_not_open_is_neither_believed_nor_denied() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let tokens = web.tokens(&app, &a_person("ada").create(&app).await, &[]).await;
    let lose_secrets = "update auth.server_secrets set kek_id = 'lost'";
    for (lost, name) in [(LOSE_ES256, "access_token"), (lose_secrets, "refresh_token")] {
        sql(&app, lost).await;
        app.refresh_caches().await;
        let token = text(&tokens, name);
        for path in ["/oauth2/introspect", "/oauth2/revoke"] {
            let reply = web.post(path, &[("token", token)]).await;
            reply.assert_error(503, "temporarily_unavailable");
        }
    }
    assert_eq!(web.userinfo(text(&tokens, "access_token")).await.status, 503);
    let reply = web.refresh(text(&tokens, "refresh_token"), &[]).await;
    reply.assert_error(503, "temporarily_unavailable");
    for table in ["auth.jwks", "auth.server_secrets"] {
        let found = format!("update {table} set kek_id = 'test-1'");
        sqlx::query(sqlx::AssertSqlSafe(found))
            .execute(&mut app.database.admin().await)
            .await
            .unwrap();
    }
    app.refresh_caches().await;
    assert_eq!(
        web.introspect(text(&tokens, "access_token")).await["active"],
        true
    );
    crate::attack::holdings::refreshed(&web, &tokens).await;
}

/// An enabled hook that cannot be opened fails what it decides if it is closed, and is left out if it is not; a hook
/// that is disabled beside it is disabled. It can be disabled itself.
#[tokio::test]
async fn a_hook_that_cannot_be_opened_fails_closed_and_keeps_no_other_from_being_disabled() {
    let app = TestApp::new().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let code = web.code(&app, &ada, &[]).await;
    a_hook("missing").create(&app).await;
    a_hook("sealed")
        .with(over_http("http://127.0.0.1:9/hook"))
        .create(&app)
        .await;
    web.exchange(&code)
        .await
        .assert_error(503, "temporarily_unavailable");
    sql(
        &app,
        "update auth.token_hooks set kek_id = 'lost' where name = 'sealed'",
    )
    .await;
    sql(
        &app,
        "update auth.token_hooks set enabled = false where name = 'missing'",
    )
    .await;
    assert!(app.app.refresh("hooks").await);
    let names = |hooks: &signet::hook::Hooks| {
        let set = hooks.current();
        set.all()
            .map(|hook| hook.settings.name.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&app.app.token_issuer().hooks), ["sealed"]);
    web.exchange(&code)
        .await
        .assert_error(503, "temporarily_unavailable");
    let open = OnFailure::BuiltIn.name();
    let admin = &mut app.database.admin().await;
    sqlx::query("update auth.token_hooks set on_failure = $1")
        .bind(open)
        .execute(admin)
        .await
        .unwrap();
    app.refresh_caches().await;
    assert_eq!(web.exchange(&code).await.status, 200);
    let signet = Signet::on(&app.database);
    let shown = signet.run(&["hook", "show", "sealed"]).await;
    assert!(shown.output.contains("do not open"), "{}", shown.output);
    let refused = signet
        .run(&["hook", "edit", "sealed", "--timeout-ms", "100"])
        .await;
    assert!(
        refused.code != 0 && refused.errors.contains("do not open"),
        "{}",
        refused.errors
    );
    assert_all_found(&signet, 1, &["hook.unopened", "keks.missing"]).await;
    let doctor = signet.run(&["doctor"]).await;
    assert!(
        doctor.output.contains("hook sealed do not open"),
        "{}",
        doctor.output
    );
    let mut work = app.work().await;
    let mut hook = service::find(&mut work, app.app.keyring(), "sealed")
        .await
        .unwrap();
    service::change(&mut work, app.app.keyring(), &hook)
        .await
        .unwrap_err();
    hook.settings.enabled = false;
    service::change(&mut work, app.app.keyring(), &hook)
        .await
        .unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
    assert!(names(&app.app.token_issuer().hooks).is_empty());
    let kept = "select count(*) from auth.token_hooks where kek_id = 'lost' and secrets_sealed is not null";
    assert_eq!(count(&app, kept).await, 1);
}

/// A cache that could not be brought current for ten seconds: readiness fails by its name, and nothing is minted, also
/// where minting asks the database nothing. What was issued is still answered for.
#[tokio::test]
async fn a_cache_that_is_left_behind_fails_readiness_and_mints_nothing() {
    let app = TestApp::new().await;
    let operator = internal(&app).await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let service = app.relying_party(&a_client("worker").service().create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let (tokens, code) = (web.tokens(&app, &ada, &[]).await, web.code(&app, &ada, &[]).await);
    let mut admin = app.database.admin().await;
    sqlx::query("revoke select on auth.jwks from signet_app")
        .execute(&mut admin)
        .await
        .unwrap();
    assert!(!app.app.refresh("keys").await);
    assert_eq!(operator.get("/health/ready").await.status, 200, "not yet");
    app.app.freshness().catches_up("keys");
    let long_ago = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
    app.app.freshness().falls_behind("keys", long_ago);
    let ready = operator.get("/health/ready").await;
    assert_eq!(ready.status, 503);
    assert!(ready.body.contains("the cache of keys"), "{}", ready.body);
    for reply in [
        service.token(&[("grant_type", "client_credentials")]).await,
        web.exchange(&code).await,
        web.refresh(text(&tokens, "refresh_token"), &[]).await,
    ] {
        reply.assert_error(503, "temporarily_unavailable");
    }
    assert_eq!(
        web.introspect(text(&tokens, "access_token")).await["active"],
        true
    );
    sqlx::query("grant select on auth.jwks to signet_app")
        .execute(&mut admin)
        .await
        .unwrap();
    assert!(app.app.refresh("keys").await);
    assert_eq!(operator.get("/health/ready").await.status, 200);
    assert_eq!(web.exchange(&code).await.status, 200);
}

/// Every cache has the row by which the database says that it has changed, and no row is without a cache; a name that
/// this version does not know (of a newer schema) changes nothing.
#[tokio::test]
async fn every_cache_has_its_version_in_the_database() {
    let app = TestApp::new().await;
    let mut versions: Vec<String> = sqlx::query_scalar("select name from auth.cache_versions")
        .fetch_all(&mut app.database.admin().await)
        .await
        .unwrap();
    let mut caches: Vec<&str> = App::cache_names().collect();
    versions.sort_unstable();
    caches.sort_unstable();
    assert_eq!(versions, caches);
    assert!(app.app.refresh("greetings").await);
    assert_eq!(app.app.freshness().left_behind(), None);
}

/// A server starts beside a row that it cannot open, and serves what it can; with no key at all it does not start.
#[tokio::test]
async fn a_server_starts_beside_a_row_that_does_not_open_and_not_without_any_key() {
    let app = TestApp::new().await;
    let client = a_client("web").create(&app).await;
    let ada = a_person("ada").create(&app).await;
    let code = app.relying_party(&client).code(&app, &ada, &[]).await;
    sql(&app, LOSE_EDDSA).await;
    let replica = app.replica().await;
    let reply = replica.relying_party_here(&client).exchange(&code).await;
    assert_eq!(reply.status, 200, "{}", reply.body);
    sql(&app, "update auth.jwks set kek_id = 'lost'").await;
    let refused = App::build(app.app.config().clone(), Injected::default()).await;
    let told = refused.err().expect("no key, no start").to_string();
    assert!(
        told.contains("none of the stored signing keys can be used"),
        "{told}"
    );
}

/// Each replica says which key-encryption keys and which stored keys it holds; the doctor shows them side by side and
/// names the one that lacks something. What stopped is forgotten.
#[tokio::test]
async fn replicas_report_what_they_hold_side_by_side() {
    let app = TestApp::new().await;
    let other = app.replica().await;
    app.app.report_holdings().await.unwrap();
    sql(&app, LOSE_EDDSA).await;
    other.refresh_caches().await;
    other.app.report_holdings().await.unwrap();
    let context = app.app.context(Origin::internal("test"));
    let now = context.now;
    let mut work = app.app.single(context).await.unwrap();
    let replicas = replica::list(work.connection().unwrap(), now).await.unwrap();
    let [first, second] = &replicas[..] else {
        panic!("{replicas:?}");
    };
    let (whole, lacking) = if first.holdings.unopened.is_empty() {
        (first, second)
    } else {
        (second, first)
    };
    assert_eq!(whole.holdings.keks, lacking.holdings.keks);
    assert_eq!(whole.holdings.opened.len(), lacking.holdings.opened.len() + 2);
    let ours = Keyring::load(&app.app.config().sealing).unwrap();
    assert_eq!(whole.holdings.differs_from(&ours), None);
    assert!(
        lacking
            .holdings
            .differs_from(&ours)
            .unwrap()
            .contains("cannot open")
    );
    let another = "test-1:AgIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=";
    let renamed = Keyring::from_text(another).unwrap();
    let told = whole.holdings.differs_from(&renamed).unwrap();
    assert!(told.contains("lacks the key-encryption key test-1"), "{told}");
    app.clock.advance(Duration::from_hours(1));
    signet::jobs::cleanup::sweep(&app.app).await.unwrap();
    assert_eq!(count(&app, "select count(*) from auth.replicas").await, 0);
}
