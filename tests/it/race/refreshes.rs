//! RC-02: one refresh token, many users.

use std::collections::BTreeSet;

use super::together::{Replicas, all_at_once};
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{ada, assert_dead, assert_live, refreshed, text, wait};
use crate::fixtures::a_client;

/// Contracts section 3: RC-02. Whoever is answered with tokens has the one successor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_02_one_refresh_token_has_one_successor() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let client = a_client("web").create(app).await;
    let doors = replicas.doors(&client);
    let tokens = app.relying_party(&client).tokens(app, &ada(app).await, &[]).await;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
    ];
    let replies = all_at_once(&doors, 50, &fields).await;
    let answers: Vec<_> = replies
        .iter()
        .map(|reply| {
            assert_eq!(reply.status, 200, "a lost race logs nobody out: {}", reply.body);
            reply.json()
        })
        .collect();
    let successors: BTreeSet<&str> = answers
        .iter()
        .map(|answer| text(answer, "refresh_token"))
        .collect();
    assert_eq!(successors.len(), 1, "never a fork");
    assert_eq!(
        count(app, "select generation::bigint from auth.oauth_grants").await,
        1
    );
    assert_eq!(events(app, "REFRESH_REPLAYED").await, 49);
    assert_eq!(events(app, "REFRESH_REUSED").await, 0);
    assert_live(&doors[0], &answers[0]).await;
    refreshed(&doors[2], &answers[49]).await;
}

/// RC-02: requests that differ do not fork either: one kind wins, the other is refused, and the family lives.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_02_different_requests_do_not_fork() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let client = a_client("web").create(app).await;
    let doors = replicas.doors(&client);
    let asked = [("scope", "openid email")];
    let tokens = app
        .relying_party(&client)
        .tokens(app, &ada(app).await, &asked)
        .await;
    let token = text(&tokens, "refresh_token");
    let whole = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let less = [whole[0], whole[1], ("scope", "openid")];
    let (whole, less) = tokio::join!(all_at_once(&doors, 10, &whole), all_at_once(&doors, 10, &less));
    let won = |replies: &[crate::app::Reply]| replies.iter().filter(|reply| reply.status == 200).count();
    let counts = (won(&whole), won(&less));
    assert!(counts == (10, 0) || counts == (0, 10), "{counts:?}");
    let (winners, losers) = if counts.0 == 10 {
        (whole, less)
    } else {
        (less, whole)
    };
    for reply in losers {
        reply.assert_error(400, "invalid_grant");
    }
    refreshed(&doors[1], &winners[0].json()).await;
}

/// RC-02: a stolen old token in the race ends the family for everybody, whoever comes first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_02_a_reuse_in_the_race_ends_the_family() {
    let replicas = Replicas::new().await;
    let app = &replicas.first;
    let client = a_client("web").create(app).await;
    let doors = replicas.doors(&client);
    let first = app.relying_party(&client).tokens(app, &ada(app).await, &[]).await;
    let second = refreshed(&doors[0], &first).await;
    wait(app, 31);
    let stolen = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&first, "refresh_token")),
    ];
    let honest = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&second, "refresh_token")),
    ];
    let (refused, honest) = tokio::join!(all_at_once(&doors, 10, &stolen), all_at_once(&doors, 10, &honest));
    for reply in refused {
        reply.assert_error(400, "invalid_grant");
    }
    for reply in honest {
        if reply.status == 200 {
            assert_dead(&doors[0], &reply.json()).await;
        } else {
            reply.assert_error(400, "invalid_grant");
        }
    }
    assert_eq!(events(app, "REFRESH_REUSED").await, 1);
}
