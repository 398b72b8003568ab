//! RC-01: one code, many redeemers.

use std::sync::Arc;

use futures_util::StreamExt as _;
use serde_json::Value;

use super::together::{Replicas, all_at_once};
use crate::app::RelyingParty;
use crate::app::relying_party::VERIFIER;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{ada, assert_dead};
use crate::fixtures::a_client;
use crate::fixtures::client::TestClient;
use crate::fixtures::code::codes;

/// A token request with a code and the right verifier.
pub fn presented<'a>(client: &'a TestClient, code: &'a str) -> [(&'static str, &'a str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ]
}

/// Presents a code many times at once round the replicas; what the one winner got.
async fn raced(doors: &[Arc<RelyingParty>], code: &str, times: usize) -> Value {
    let replies = all_at_once(doors, times, &presented(&doors[0].client, code)).await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!(won.len(), 1, "exactly one success");
    for reply in lost {
        reply.assert_error(400, "invalid_grant");
    }
    won[0].json()
}

/// RFC 6749 §4.1.2, RFC 9700 §4.5: RC-01. Exactly one of fifty is served, however the client proves itself and whatever
/// its tokens look like; since the losers are the code's own client, what the winner got is revoked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_01_one_code_is_redeemed_once() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let ada = ada(app).await;
    let forms = [
        a_client("basic"),
        a_client("post").post(),
        a_client("native").public(),
        a_client("opaque").reference_tokens(),
    ];
    let count_of_forms = i64::try_from(forms.len()).expect("few");
    for form in forms {
        let client = form.create(app).await;
        let doors = replicas.doors(&client);
        let code = app.relying_party(&client).code(app, &ada, &[]).await;
        let won = raced(&doors, &code, 50).await;
        assert_dead(&doors[1], &won).await;
    }
    assert_eq!(
        count(app, "select count(*) from auth.oauth_grants").await,
        count_of_forms
    );
    assert_eq!(events(app, "CODE_REPLAYED").await, count_of_forms);
}

/// RC-01: losers who are not the code's client take nothing from the winner.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_01_strangers_in_the_race_take_nothing_from_the_winner() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let ada = ada(app).await;
    let client = a_client("web").create(app).await;
    let other = a_client("other").create(app).await;
    let owner = app.relying_party(&client);
    let code = owner.code(app, &ada, &[]).await;
    let doors = replicas.doors(&other);
    let fields = presented(&client, &code);
    let (won, lost) = tokio::join!(owner.exchange(&code), all_at_once(&doors, 20, &fields));
    assert_eq!(won.status, 200, "{}", won.body);
    for reply in lost {
        reply.assert_error(400, "invalid_grant");
    }
    crate::attack::holdings::assert_live(&owner, &won.json()).await;
    assert_eq!(events(app, "CODE_REPLAYED").await, 0);
}

/// RC-01, a thousand times: each of a thousand codes comes to the three replicas at once. One presentation of each wins,
/// the others are refused, and in the end no grant lives. Twenty more codes come fifty times each; a thousand of that
/// would be 50,000 requests, too many for a suite that must stay fast.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_01_of_each_of_a_thousand_codes_one_presentation_wins() {
    const CODES: usize = 1_000;
    const CROWDED: usize = 20;
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let client = a_client("web").create(app).await;
    let doors = replicas.doors(&client);
    let codes = codes(app, &client, &ada(app).await, CODES + CROWDED).await;
    let races = codes.iter().enumerate().map(|(number, code)| {
        let times = if number < CODES { doors.len() } else { 50 };
        raced(&doors, code, times)
    });
    let won: Vec<Value> = futures_util::stream::iter(races)
        .buffer_unordered(4)
        .collect()
        .await;
    let all = i64::try_from(CODES + CROWDED).expect("a count");
    let ended = "select count(*) from auth.oauth_grants where ended_reason = 'code_replayed'";
    assert_eq!(count(app, "select count(*) from auth.oauth_grants").await, all);
    assert_eq!(count(app, ended).await, all);
    assert_eq!(count(app, "select count(*) from auth.live_grants").await, 0);
    assert_eq!(events(app, "CODE_REPLAYED").await, all);
    for tokens in won.iter().step_by(100) {
        assert_dead(&doors[2], tokens).await;
    }
}
