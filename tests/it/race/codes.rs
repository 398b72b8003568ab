//! RC-01: one code, many redeemers.

use super::together::{Replicas, all_at_once};
use crate::app::relying_party::VERIFIER;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{ada, assert_dead};
use crate::fixtures::a_client;

/// RFC 6749 §4.1.2, RFC 9700 §4.5: RC-01. Exactly one success; since the losers are the code's own client, what the
/// winner got is revoked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_01_one_code_is_redeemed_once() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let ada = ada(app).await;
    for (id, opaque) in [("web", false), ("opaque", true)] {
        let client = if opaque {
            a_client(id).reference_tokens().create(app).await
        } else {
            a_client(id).create(app).await
        };
        let doors = replicas.doors(&client);
        let code = app.relying_party(&client).code(app, &ada, &[]).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let replies = all_at_once(&doors, 50, &fields).await;
        let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
        assert_eq!(won.len(), 1, "exactly one success");
        for reply in lost {
            reply.assert_error(400, "invalid_grant");
        }
        assert_dead(&doors[1], &won[0].json()).await;
    }
    assert_eq!(count(app, "select count(*) from auth.oauth_grants").await, 2);
    assert_eq!(events(app, "CODE_REPLAYED").await, 2);
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
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", client.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let (won, lost) = tokio::join!(owner.exchange(&code), all_at_once(&doors, 20, &fields));
    assert_eq!(won.status, 200, "{}", won.body);
    for reply in lost {
        reply.assert_error(400, "invalid_grant");
    }
    crate::attack::holdings::assert_live(&owner, &won.json()).await;
    assert_eq!(events(app, "CODE_REPLAYED").await, 0);
}

/// RC-01, many times: of each of a hundred codes one presentation wins, whichever replica it comes to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_01_of_each_of_many_codes_one_presentation_wins() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let ada = ada(app).await;
    let client = a_client("web").create(app).await;
    let doors = replicas.doors(&client);
    let relying_party = app.relying_party(&client);
    let browser = app.browser();
    for number in 0..100 {
        let reply = relying_party.authorize(&browser, &ada, &[]).await;
        let code = reply.parameter("code").expect("a code");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let replies = all_at_once(&doors, 6, &fields).await;
        let won = replies.iter().filter(|reply| reply.status == 200).count();
        assert_eq!(won, 1, "code {number}");
    }
    assert_eq!(count(app, "select count(*) from auth.oauth_grants").await, 100);
    assert_eq!(events(app, "CODE_REPLAYED").await, 100);
}
