//! What the plan says before anything happens, and that it happens then.

use std::time::Duration;

use super::desk::{an_app, drive, go_on_to, kid, published, say, told, try_keys};
use crate::app::TestApp;
use crate::app::relying_party::header;
use crate::attack::evidence::{count, events};
use crate::command_line::program::Signet;
use crate::fixtures::a_client;

/// A next key stands beside each active one from the first start, and nothing signs with it.
#[tokio::test]
async fn a_next_key_is_published_before_anything_signs_with_it() {
    let app = TestApp::new().await;
    for alg in ["RS256", "ES256", "EdDSA"] {
        let (active, next) = (kid(&app, alg, "active").await, kid(&app, alg, "next").await);
        let names = published(&app).await;
        assert!(names.contains(&active) && names.contains(&next), "{alg}");
    }
    let service = app.relying_party(&a_client("worker").service().create(&app).await);
    let token = service
        .token(&[("grant_type", "client_credentials")])
        .await
        .json();
    let token = token["access_token"].as_str().expect("a token");
    assert_eq!(header(token)["kid"], kid(&app, "ES256", "active").await);
    let reply = app.browser().get("/.well-known/jwks.json").await;
    let caching = "public, max-age=300, stale-while-revalidate=60";
    assert_eq!(reply.header("cache-control"), caching);
}

/// `--plan` says each step, its earliest time and the reason, and changes nothing.
#[tokio::test]
async fn a_plan_says_when_and_why_and_changes_nothing() {
    let app = an_app().await;
    let plan = say(&app, "rotate --alg ES256 --plan").await;
    let steps = plan["steps"].as_array().expect("steps");
    let [activate, retire] = &steps[..] else {
        panic!("{plan}");
    };
    assert_eq!(
        (&activate["step"], &retire["step"]),
        (&"activate".into(), &"retire".into())
    );
    assert_eq!(activate["kid"], kid(&app, "ES256", "next").await);
    assert_eq!(activate["earliest_at"], "2027-01-15T08:10:00Z");
    let reason = activate["reason"].as_str().expect("text");
    assert!(reason.contains("keys.published_seconds (10 min)"), "{reason}");
    // An ID token lives for an hour; a minute is for clocks and replicas.
    assert_eq!(retire["earliest_at"], "2027-01-15T09:11:00Z");
    assert!(
        told(&app, "rotate --alg ES256 --plan")
            .await
            .contains("the longest life of what it signed (1 h)")
    );
    app.clock.advance(Duration::from_hours(24 * 365));
    drive(&app).await;
    assert_eq!(
        kid(&app, "ES256", "active").await,
        steps[1]["kid"],
        "nobody asked for it"
    );
    assert_eq!(events(&app, "KEY_ROTATION_REQUESTED").await, 0);
}

/// A rotation goes through its states, no step before its time; the algorithms do not hang on each other.
#[tokio::test]
async fn a_rotation_goes_through_its_states_and_no_step_comes_early() {
    let app = an_app().await;
    let (old, next) = (
        kid(&app, "ES256", "active").await,
        kid(&app, "ES256", "next").await,
    );
    let others = [
        kid(&app, "RS256", "active").await,
        kid(&app, "EdDSA", "active").await,
    ];
    say(&app, "rotate --alg ES256").await;
    app.clock.advance(Duration::from_secs(599));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, old, "a second too early");
    app.clock.advance(Duration::from_secs(1));
    drive(&app).await;
    assert_eq!(kid(&app, "ES256", "active").await, next);
    assert_eq!(kid(&app, "ES256", "retiring").await, old);
    // The next round publishes what comes after.
    drive(&app).await;
    let names = published(&app).await;
    let third = kid(&app, "ES256", "next").await;
    assert!([&old, &next, &third].iter().all(|kid| names.contains(kid)));
    app.clock.advance(Duration::from_secs(3659));
    drive(&app).await;
    assert!(published(&app).await.contains(&old), "a second too early");
    app.clock.advance(Duration::from_secs(1));
    drive(&app).await;
    assert!(!published(&app).await.contains(&old));
    assert_eq!(kid(&app, "ES256", "retired").await, old);
    assert_eq!(
        others,
        [
            kid(&app, "RS256", "active").await,
            kid(&app, "EdDSA", "active").await
        ]
    );
    let asked = "select count(*) from auth.security_events where event_type = 'KEY_ROTATION_REQUESTED' \
                 and actor_kind = 'operator' and actor_id = 'root'";
    assert_eq!(count(&app, asked).await, 1);
    assert_eq!(events(&app, "KEY_RETIRED").await, 1);
}

/// By configuration keys are replaced by themselves, when they are so old.
#[tokio::test]
async fn keys_are_replaced_by_themselves_where_configuration_says_so() {
    let app = TestApp::with(|config| config.keys.rotate_every_days = 30).await;
    let old = kid(&app, "RS256", "active").await;
    app.clock.advance(Duration::from_hours(24 * 30 - 1));
    drive(&app).await;
    assert_eq!(kid(&app, "RS256", "active").await, old);
    app.clock.advance(Duration::from_hours(1));
    drive(&app).await;
    assert_eq!(kid(&app, "RS256", "retiring").await, old);
}

/// What lived longer when it was signed is waited for, also once configuration has shorter lives.
#[tokio::test]
async fn a_key_stays_until_the_longest_lived_of_what_it_signed_has_expired() {
    let app = TestApp::with(|config| {
        super::desk::quick(config);
        config.tokens.id_token_seconds = 24 * 3600;
    })
    .await;
    drive(&app).await;
    let shorter = super::desk::another(&app).await;
    let old = kid(&shorter, "RS256", "active").await;
    say(&shorter, "rotate --alg RS256").await;
    go_on_to(&shorter, "RS256", "activate").await;
    shorter.clock.advance(Duration::from_hours(24));
    drive(&shorter).await;
    assert!(published(&shorter).await.contains(&old));
    shorter.clock.advance(Duration::from_mins(1));
    drive(&shorter).await;
    assert!(!published(&shorter).await.contains(&old));
}

/// What is left out is not rotated, and the program says what there is.
#[tokio::test]
async fn the_program_lists_and_refuses() {
    let app = TestApp::with(|config| {
        config.signing.algorithms = vec![
            signet::protocol::algorithm::Algorithm::RS256,
            signet::protocol::algorithm::Algorithm::ES256,
        ];
    })
    .await;
    let refused = try_keys(&app, "rotate --alg EdDSA").await.expect_err("left out");
    assert!(
        refused.contains("signing.algorithms leaves EdDSA out"),
        "{refused}"
    );
    let refused = try_keys(&app, "revoke nobody").await.expect_err("unknown");
    assert!(refused.contains("there is no key nobody"), "{refused}");
    // One kid in sixty-four begins like an option.
    let refused = try_keys(&app, "revoke -Abc --plan").await.expect_err("unknown");
    assert!(refused.contains("there is no key -Abc"), "{refused}");
    let signet = Signet::on(&app.database);
    let listed = signet.run(&["keys", "list"]).await;
    assert!(
        listed.output.contains(&kid(&app, "RS256", "active").await),
        "{}",
        listed.output
    );
    let verified = signet.run(&["keys", "verify"]).await;
    assert_eq!(verified.code, 0, "{}", verified.output);
    assert!(
        verified.output.contains("published for long enough"),
        "{}",
        verified.output
    );
    let status = signet.run(&["keys", "status"]).await;
    assert!(status.output.contains("RS256 activate"), "{}", status.output);
}

/// A wait ends when the next key signs, or when its time is over; the rotation goes on in both cases.
#[tokio::test]
async fn a_wait_is_bounded_and_ends_when_the_next_key_signs() {
    let app = an_app().await;
    let next = kid(&app, "ES256", "next").await;
    let waited = say(&app, "rotate --alg ES256 --wait --timeout 0").await;
    assert_eq!(waited["changes"], serde_json::json!([]));
    assert_eq!(waited["steps"][0]["wanted"], true);
    app.clock.advance(Duration::from_mins(10));
    let waited = say(&app, "rotate --alg ES256 --wait").await;
    let done = waited["changes"][0].as_str().expect("text");
    assert!(done.contains(&format!("{next} signs from now on")), "{waited}");
    assert_eq!(waited["steps"][1]["kid"], kid(&app, "ES256", "next").await);
}

/// The settings of a rotation are held to what makes sense.
#[tokio::test]
async fn settings_that_would_break_verifiers_are_refused() {
    let app = TestApp::new().await;
    for (name, value, because) in [
        ("SIGNET_KEYS__SKEW_SECONDS", "5", "keys.skew_seconds"),
        (
            "SIGNET_KEYS__PUBLISHED_SECONDS",
            "99999999",
            "keys.published_seconds",
        ),
        ("SIGNET_KEYS__ROTATE_EVERY_DAYS", "9999", "keys.rotate_every_days"),
        ("SIGNET_KEYS__VERIFIERS", "shop api", "keys.verifiers"),
    ] {
        let signet = Signet::on(&app.database).with(name, value);
        signet.run(&["keys", "list"]).await.assert_refused(because);
    }
}
