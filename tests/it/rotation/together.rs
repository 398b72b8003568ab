//! JW-05: many rotations, each as early as the plan allows, and verifiers that cache.

use std::time::Duration;

use signet::jobs::key_rotation;

use super::desk::{an_app_that_waits_for, drive, findings, go_on_to, kid, say, until};
use super::verifier::{Fetches, Verifier};
use crate::app::relying_party::header;
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::a_client;

/// Everything that is still valid, with when it expires.
struct Tokens {
    valid: Vec<(String, Duration)>,
    now: Duration,
}

impl Tokens {
    /// Makes one; says which key signed it.
    async fn issue(&mut self, service: &RelyingParty) -> String {
        let reply = service.token(&[("grant_type", "client_credentials")]).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        let token = reply.json()["access_token"].as_str().expect("a token").to_owned();
        let kid = header(&token)["kid"].as_str().expect("a name").to_owned();
        self.valid.push((token, self.now + Duration::from_mins(15)));
        kid
    }

    fn pass(&mut self, length: Duration) {
        self.now += length;
        self.valid.retain(|(_, expires)| *expires > self.now);
    }
}

async fn pass(app: &TestApp, tokens: &mut Tokens, length: Duration) {
    app.clock.advance(length);
    tokens.pass(length);
    let driven = key_rotation::drive(&app.app).await.expect("a round");
    if !driven.changes.is_empty() {
        assert!(app.app.refresh("keys").await);
    }
}

async fn refused(app: &TestApp, verifiers: &mut [Verifier], tokens: &Tokens) -> usize {
    let mut refused = 0;
    for verifier in verifiers {
        for (token, _) in &tokens.valid {
            refused += usize::from(!verifier.accepts(app, token).await);
        }
    }
    refused
}

/// JW-05: a hundred rotations with verifiers that cache for 5, 10 and 60 minutes, and one that fetches only for an
/// unknown key: no valid token is refused.
#[tokio::test]
async fn jw_05_a_hundred_rotations_refuse_no_valid_token() {
    let app = an_app_that_waits_for(&["five", "ten", "sixty"]).await;
    let service = app.relying_party(&a_client("worker").service().create(&app).await);
    let minutes = |minutes| Fetches::After(Duration::from_mins(minutes));
    let mut verifiers = [
        Verifier::new(&app, "five", minutes(5)),
        Verifier::new(&app, "ten", minutes(10)),
        Verifier::new(&app, "sixty", minutes(60)),
        Verifier::new(&app, "asking", Fetches::OnUnknownKey),
    ];
    let mut tokens = Tokens {
        valid: Vec::new(),
        now: Duration::ZERO,
    };
    for _ in 0..100 {
        say(&app, "rotate --alg ES256").await;
        let next = kid(&app, "ES256", "next").await;
        let mut left = until(&app, "ES256", "activate").await;
        // Tokens are made and shown all the while, until the next key signs, and for a while after.
        loop {
            // In large steps first. Nothing is left where only a verifier is waited for.
            let step = (left / 2)
                .max(Duration::from_mins(29))
                .min(left)
                .max(Duration::from_mins(1));
            left = left.saturating_sub(step);
            pass(&app, &mut tokens, step).await;
            let signed_by = tokens.issue(&service).await;
            assert_eq!(refused(&app, &mut verifiers, &tokens).await, 0);
            if signed_by == next {
                break;
            }
        }
        pass(&app, &mut tokens, Duration::from_mins(6)).await;
        assert_eq!(refused(&app, &mut verifiers, &tokens).await, 0);
    }
    assert_eq!(findings(&app).await, [""; 0]);
}

/// A verifier that holds its set for ever is the reason why a plan waits; see the tests of measured verifiers.
#[tokio::test]
async fn a_verifier_that_never_fetches_again_refuses_what_a_new_key_signed() {
    let app = an_app_that_waits_for(&["frozen"]).await;
    let service = app.relying_party(&a_client("worker").service().create(&app).await);
    let mut frozen = Verifier::new(&app, "frozen", Fetches::After(Duration::from_hours(24 * 365)));
    frozen.fetch(&app).await;
    drive(&app).await;
    for rotation in 0..2 {
        say(&app, "rotate --alg ES256 --accept-breaking frozen").await;
        go_on_to(&app, "ES256", "activate").await;
        drive(&app).await;
        let token = service
            .token(&[("grant_type", "client_credentials")])
            .await
            .json();
        let token = token["access_token"].as_str().expect("a token").to_owned();
        // The next key stood beside the active one when it fetched; the one after that did not.
        assert_eq!(frozen.accepts(&app, &token).await, rotation == 0);
    }
}
