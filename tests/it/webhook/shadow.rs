//! Shadows and kept events: a candidate is asked beside the hook that decides, never in its place, and what is kept of
//! it has bounds and no person in it.

use std::time::Duration;

use serde_json::{Value, json};
use signet::base::clock::{Clock as _, before};
use signet::config::ReachSetting;
use signet::hook::finding::Agreement;
use signet::hook::sample::Kept;
use signet::jobs::cleanup;

use super::flow::over_http;
use super::receiver::{Listener, reply};
use crate::app::TestApp;
use crate::app::relying_party::claims;
use crate::attack::evidence::count;
use crate::attack::holdings::{refreshed, text};
use crate::fixtures::hook::functions;
use crate::fixtures::{a_client, a_hook, a_person};

const KEPT: &str = "select count(*) from auth.hook_events";
const FUNCTIONS: &str = "
    create function hooks.live(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 1)) $$;
    create function hooks.same(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 1)) $$;
    create function hooks.other(event jsonb) returns jsonb language sql stable as
        $$ select jsonb_build_object('claims', jsonb_build_object('desk', 2, 'room', 3)) $$;
    create function hooks.refuser(event jsonb) returns jsonb language sql stable as
        $$ select '{\"error\": {\"message\": \"no\", \"http_code\": 403}}'::jsonb $$;
    create function hooks.broken(event jsonb) returns jsonb language plpgsql stable as
        $$ begin raise exception 'broken'; end $$";

async fn app(sample_every: u32) -> TestApp {
    TestApp::with(|config| {
        config.hooks.reach = ReachSetting::Loopback;
        config.hooks.sample_every = sample_every;
        config.hooks.keep_events = 16;
    })
    .await
}

async fn kept(app: &TestApp) -> Vec<Kept> {
    let hooks = &app.app.token_issuer().hooks;
    hooks.settle().await;
    let since = before(app.clock.now(), Duration::from_hours(1));
    hooks.kept(since, 100).await.expect("kept events")
}

/// Features 3, idea 3. Nobody's token changes by a shadow, whatever it says, and its word is compared.
#[tokio::test]
async fn a_shadow_is_compared_and_never_decides() {
    let app = app(1).await;
    functions(&app, FUNCTIONS).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    a_hook("live").create(&app).await;
    for shadow in ["same", "other", "refuser", "broken"] {
        a_hook(shadow)
            .with(|settings| settings.shadow = true)
            .create(&app)
            .await;
    }
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let said = claims(text(&tokens, "access_token"));
    assert_eq!(said["desk"], 1);
    assert!(said.get("room").is_none());
    let kept = kept(&app).await;
    let [event] = &kept[..] else {
        panic!("{kept:?}");
    };
    assert_eq!(event.verdict.as_ref().expect("claims")["desk"], 1);
    let agreement = |name: &str| event.findings[name].agreement;
    assert_eq!(agreement("same"), Agreement::Same);
    assert_eq!(agreement("other"), Agreement::Differs);
    assert_eq!(agreement("refuser"), Agreement::Differs);
    assert_eq!(agreement("broken"), Agreement::Failed);
    let other = json!(event.findings["other"].difference);
    assert_eq!(other["changed"]["desk"], json!({"from": 1, "to": 2}));
    assert_eq!(other["added"], json!({"room": 3}));
    assert_eq!(event.findings["broken"].candidate.as_deref(), Some("hook_failed"));
    assert_eq!(
        event.findings["refuser"].candidate.as_deref(),
        Some("hook_denied")
    );
}

/// A shadow without a hook that decides is compared with the built-in claims.
#[tokio::test]
async fn a_shadow_alone_is_compared_with_the_built_in_claims() {
    let app = app(1).await;
    functions(&app, FUNCTIONS).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    a_hook("other")
        .with(|settings| settings.shadow = true)
        .create(&app)
        .await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    assert!(claims(text(&tokens, "access_token")).get("desk").is_none());
    let kept = kept(&app).await;
    let difference = &kept[0].findings["other"].difference;
    assert_eq!(
        Value::Object(difference.added.clone()),
        json!({"desk": 2, "room": 3})
    );
}

/// Nobody waits for a shadow: a token is issued while it still hangs.
#[tokio::test]
async fn hk_04_a_shadow_that_hangs_delays_nobody() {
    let app = app(0).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let (release, held) = tokio::sync::watch::channel(false);
    let listener = Listener::start(move |_, stream| {
        let mut held = held.clone();
        async move {
            held.wait_for(|released| *released).await.expect("released");
            reply(stream, b"HTTP/1.1 204 No Content\r\n\r\n").await;
        }
    })
    .await;
    a_hook("slow")
        .with(over_http(&listener.url))
        .with(|settings| settings.shadow = true)
        .create(&app)
        .await;
    let mut tokens = relying_party.tokens(&app, &ada, &[]).await;
    for _ in 0..3 {
        tokens = refreshed(&relying_party, &tokens).await;
    }
    release.send(true).expect("somebody waits");
    app.app.token_issuer().hooks.settle().await;
    assert_eq!(count(&app, KEPT).await, 0, "nothing is kept unless configured");
}

/// The table has a bound, what is old goes, and nothing in it tells who somebody is beyond their id.
#[tokio::test]
async fn kept_events_are_few_and_without_the_person() {
    let app = app(1).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = a_person("ada").create(&app).await;
    let scope = [("scope", "openid email profile offline_access")];
    let mut tokens = relying_party.tokens(&app, &ada, &scope).await;
    for _ in 0..30 {
        tokens = refreshed(&relying_party, &tokens).await;
    }
    let kept = kept(&app).await;
    assert!((2..=16).contains(&kept.len()), "{}", kept.len());
    let mut connection = app.database.admin().await;
    let rows: Vec<String> = sqlx::query_scalar("select e::text from auth.hook_events e")
        .fetch_all(&mut connection)
        .await
        .expect("rows");
    for row in rows {
        for secret in [
            "ada@",
            "nonce",
            "ip_address",
            "127.0.0.1/32",
            text(&tokens, "refresh_token"),
        ] {
            assert!(!row.contains(secret), "{secret}: {row}");
        }
    }
    app.clock.advance(Duration::from_hours(25));
    cleanup::sweep(&app.app).await.expect("cleaned");
    assert_eq!(count(&app, KEPT).await, 0);
}
