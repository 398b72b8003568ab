//! DO-04: what is abandoned goes, in small statements, and what lives stays.

use std::time::Duration;

use signet::jobs::cleanup::{Sweeper, Swept};

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::attack::holdings::{ada, assert_live, refreshed, sql};
use crate::fixtures::a_client;

/// Whatever a person began long ago and left, many times over: requests, codes, sessions, grants, opaque tokens,
/// revocations and logout requests.
const ABANDONED: &str = "
    insert into auth.authorization_requests (digest, client_id, request, created_at, expires_at)
    select sha256(('r' || n)::bytea), 'web', '{}', '2020-01-01', '2020-01-01' from generate_series(1, 20000) n;
    insert into auth.sessions (id, token_digest, user_id, auth_time, amr, acr, created_at, last_activity_at,
        idle_expires_at, expires_at)
    select 'old' || n, sha256(('s' || n)::bytea), u.id, '2020-01-01', '{pwd}', '1', '2020-01-01', '2020-01-01',
        '2020-01-02', '2020-01-02' from auth.users u, generate_series(1, 5000) n;
    insert into auth.oauth_authorization_codes (digest, client_id, user_id, session_id, grant_id, redirect_uri,
        redirect_uri_given, scopes, auth_time, amr, acr, created_at, expires_at)
    select sha256(('c' || n)::bytea), 'web', u.id, 'old' || (n % 5000 + 1), 'g' || n, 'https://x', true, '{openid}',
        '2020-01-01', '{pwd}', '1', '2020-01-01', '2020-01-01' from auth.users u, generate_series(1, 20000) n
       ;
    insert into auth.oauth_grants (id, client_id, user_id, scopes, auth_time, amr, acr, offline, created_at)
    select 'g' || n, 'web', u.id, '{openid}', '2020-01-01', '{pwd}', '1', false, '2020-01-01'
        from auth.users u, generate_series(1, 20000) n;
    insert into auth.oauth_access_tokens (digest, jti, grant_id, client_id, claims, created_at, expires_at)
    select sha256(('t' || n)::bytea), 'j' || n, 'g' || n, 'web', '{}', '2020-01-01', '2020-01-01'
        from generate_series(1, 20000) n;
    insert into auth.revoked_tokens (jti, expires_at) select 'j' || n, '2020-01-01' from generate_series(1, 20000) n";

const LEFT: &str = "select (select count(*) from auth.authorization_requests where expires_at < '2021-01-01')
    + (select count(*) from auth.sessions where expires_at < '2021-01-01')
    + (select count(*) from auth.oauth_authorization_codes where expires_at < '2021-01-01')
    + (select count(*) from auth.oauth_grants where created_at < '2021-01-01')
    + (select count(*) from auth.oauth_access_tokens where expires_at < '2021-01-01')
    + (select count(*) from auth.revoked_tokens where expires_at < '2021-01-01')";

/// A hundred thousand rows that nobody needs are gone after some rounds, none of which deletes more than a few thousand
/// of a kind; what a person holds stays. A job that is at its end rests.
#[tokio::test]
async fn do_04_what_is_abandoned_goes_in_batches_and_what_lives_stays() {
    let app = TestApp::new().await;
    let hand = app.relying_party(&a_client("web").create(&app).await);
    let held = hand.tokens(&app, &ada(&app).await, &[]).await;
    sql(&app, ABANDONED).await;
    let (mut sweeper, mut rounds, mut left) = (Sweeper::new(), 0, count(&app, LEFT).await);
    assert_eq!(left, 105_000);
    while sweeper.round(&app.app).await.expect("a round") == Swept::MoreWaits {
        let now = count(&app, LEFT).await;
        assert!((0..=6 * 4000).contains(&(left - now)), "{left} to {now}");
        (rounds, left) = (rounds + 1, now);
        assert!(rounds < 300, "{left} are left after {rounds} rounds");
    }
    assert_eq!(count(&app, LEFT).await, 0);
    assert!(rounds >= 5, "{rounds} rounds");
    assert_eq!(sweeper.round(&app.app).await.expect("a round"), Swept::Clean);
    assert_live(&hand, &refreshed(&hand, &held).await).await;
}

/// One replica cleans up; one that was lost is missed for half a minute.
#[tokio::test]
async fn one_replica_has_the_lead_until_it_is_not_heard_of() {
    let app = TestApp::new().await;
    let other = app.replica().await;
    let length = Duration::from_secs(30);
    assert!(app.app.leads("cleanup", length).await.unwrap());
    assert!(!other.app.leads("cleanup", length).await.unwrap());
    assert!(other.app.leads("another job", length).await.unwrap());
    app.clock.advance(Duration::from_secs(20));
    assert!(app.app.leads("cleanup", length).await.unwrap(), "it goes on");
    app.clock.advance(Duration::from_secs(29));
    assert!(!other.app.leads("cleanup", length).await.unwrap());
    app.clock.advance(Duration::from_secs(1));
    assert!(other.app.leads("cleanup", length).await.unwrap());
    assert!(!app.app.leads("cleanup", length).await.unwrap());
}
