//! JW-06: a key that has leaked, or is lost.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::desk::{an_app, drive, findings, kid, published, say, told, try_keys};
use crate::app::Browser;
use crate::app::relying_party::header;
use crate::attack::evidence::count;
use crate::attack::holdings::{ada, refreshed, sql, text};
use crate::fixtures::a_client;
use crate::race::together::Replicas;

/// JW-06: the next key signs at once on every replica, the revoked one leaves the set, what it signed is refused at our
/// own endpoints, and refresh families survive.
#[tokio::test]
async fn jw_06_a_revoked_key_ends_at_once_everywhere_and_refresh_families_survive() {
    let app = an_app().await;
    let other = app.replica().await;
    let web = app.relying_party(&a_client("web").create(&app).await);
    let tokens = web.tokens(&app, &ada(&app).await, &[]).await;
    let access_token = text(&tokens, "access_token").to_owned();
    let (old, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    let version = "select version from auth.cache_versions where name = 'keys'";
    let before = count(&app, version).await;
    say(&app, &format!("revoke {old}")).await;
    assert!(count(&app, version).await > before, "replicas are told");
    for replica in [&app, &other] {
        assert!(replica.app.refresh("keys").await);
        let here = Browser::new(&replica.address);
        let set = here.get("/.well-known/jwks.json").await.body;
        assert!(!set.contains(&old) && set.contains(&next));
        let here = replica.relying_party_here(&web.client);
        assert_eq!(here.userinfo(&access_token).await.status, 401);
        let introspected = here.introspect(&access_token).await;
        assert_eq!(introspected, serde_json::json!({"active": false}));
    }
    let again = refreshed(&web, &tokens).await;
    let renewed = text(&again, "access_token");
    assert_eq!(header(renewed)["kid"], next);
    assert_eq!(web.userinfo(renewed).await.status, 200);
    assert_ne!(kid(&app, "ES256", "next").await, next, "another one stands ready");
    assert_eq!(findings(&app).await, [""; 0]);
    let refused = try_keys(&app, &format!("revoke {old}")).await.expect_err("dead");
    assert!(refused.contains("revoked already"), "{refused}");
    let by =
        "select count(*) from auth.security_events where event_type = 'KEY_REVOKED' and actor_id = 'root'";
    assert_eq!(count(&app, by).await, 1);
}

/// JW-06: replicas that only watch the database notice within ten seconds, and at once by its notification.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn jw_06_every_replica_has_noticed_within_ten_seconds() {
    let replicas = Replicas::new().await;
    let stop = CancellationToken::new();
    for replica in replicas.all() {
        tokio::spawn(replica.app.clone().keep_current(stop.clone()));
    }
    let old = kid(&replicas.first, "ES256", "active").await;
    say(&replicas.first, &format!("revoke {old}")).await;
    let began = Instant::now();
    for replica in replicas.all() {
        let here = Browser::new(&replica.address);
        while here.get("/.well-known/jwks.json").await.body.contains(&old) {
            assert!(began.elapsed() < Duration::from_secs(10), "{}", replica.address);
        }
    }
    stop.cancel();
}

/// The plan of a revocation says what dies, what does not, and when everybody has noticed; it changes nothing.
#[tokio::test]
async fn jw_06_a_revocation_says_before_what_it_ends() {
    let app = an_app().await;
    let old = kid(&app, "ES256", "active").await;
    app.clock.advance(Duration::from_mins(1));
    let plan = say(&app, &format!("revoke {old} --plan")).await;
    assert_eq!(plan["done"], false);
    assert_eq!(plan["successor"], kid(&app, "ES256", "next").await);
    assert_eq!(plan["tokens_since"], "2027-01-15T08:00:00Z");
    assert_eq!(plan["tokens_until"], "2027-01-15T09:01:00Z");
    // max-age, stale-while-revalidate and skew
    assert_eq!(plan["noticed_at"], "2027-01-15T08:08:00Z");
    let words = told(&app, &format!("revoke {old} --plan")).await;
    assert!(
        words.contains("stays: every session and refresh token"),
        "{words}"
    );
    assert_eq!(kid(&app, "ES256", "active").await, old);
}

/// A next key that has leaked is replaced before it ever signs, and what it would have replaced signs on.
#[tokio::test]
async fn a_revoked_next_key_is_replaced_and_the_active_one_signs_on() {
    let app = an_app().await;
    let (active, next) = (
        kid(&app, "RS256", "active").await,
        kid(&app, "RS256", "next").await,
    );
    say(&app, &format!("revoke {next}")).await;
    drive(&app).await;
    assert_eq!(kid(&app, "RS256", "active").await, active);
    assert_ne!(kid(&app, "RS256", "next").await, next);
    assert!(!published(&app).await.contains(&next));
    assert_eq!(findings(&app).await, [""; 0]);
}

/// Keys whose key-encryption key is lost are replaced by one command, and a new key signs.
#[tokio::test]
async fn a_lost_key_is_replaced_by_a_new_one() {
    let app = an_app().await;
    let service = app.relying_party(&a_client("worker").service().create(&app).await);
    sql(&app, "update auth.jwks set kek_id = 'lost' where alg = 'ES256'").await;
    app.refresh_caches().await;
    let grant = [("grant_type", "client_credentials")];
    assert_eq!(service.token(&grant).await.status, 503);
    let lost = kid(&app, "ES256", "active").await;
    say(&app, &format!("revoke {lost}")).await;
    app.refresh_caches().await;
    let token = service.token(&grant).await;
    assert_eq!(token.status, 200, "{}", token.body);
    let signs = header(token.json()["access_token"].as_str().expect("a token"))["kid"].clone();
    assert_eq!(signs, kid(&app, "ES256", "active").await);
    drive(&app).await;
    kid(&app, "ES256", "next").await;
    assert_eq!(findings(&app).await, [""; 0]);
    let proof = say(&app, "verify").await;
    assert_eq!(
        proof["emergencies"],
        serde_json::json!([signs]),
        "an emergency is told"
    );
}
