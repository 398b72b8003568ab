//! RT-08: revocation by the client (RFC 7009).

use sqlx::Connection as _;

use super::evidence::events;
use super::holdings::{ada, assert_access_dead, assert_dead, assert_live, refreshed, text};
use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::a_client;

async fn revoke(relying_party: &RelyingParty, token: &str) -> Reply {
    relying_party.post("/oauth2/revoke", &[("token", token)]).await
}

fn assert_done(reply: &Reply) {
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(reply.header("cache-control"), "no-store");
}

/// RFC 7009 §2.1: RT-08. Any generation of ours proves who may end the family; a second time changes nothing.
#[tokio::test]
async fn rt_08_a_revoked_refresh_token_takes_its_access_tokens_along() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let ada = ada(&app).await;
    for rotated in [false, true] {
        let tokens = relying_party.tokens(&app, &ada, &[]).await;
        let newest = if rotated {
            refreshed(&relying_party, &tokens).await
        } else {
            tokens.clone()
        };
        for _ in 0..2 {
            assert_done(&revoke(&relying_party, text(&tokens, "refresh_token")).await);
        }
        assert_dead(&relying_party, &newest).await;
        assert_dead(&relying_party, &tokens).await;
    }
    assert_eq!(events(&app, "TOKEN_REVOKED").await, 2);
}

/// RFC 7009 §2.1: RT-08. An access token ends alone.
#[tokio::test]
async fn rt_08_a_revoked_access_token_ends_alone() {
    let app = TestApp::new().await;
    let clients = [
        a_client("web").create(&app).await,
        a_client("opaque").reference_tokens().create(&app).await,
    ];
    let ada = ada(&app).await;
    for client in &clients {
        let relying_party = app.relying_party(client);
        let tokens = relying_party.tokens(&app, &ada, &[]).await;
        let next = refreshed(&relying_party, &tokens).await;
        let before = events(&app, "TOKEN_REVOKED").await;
        for _ in 0..2 {
            assert_done(&revoke(&relying_party, text(&tokens, "access_token")).await);
        }
        assert_eq!(events(&app, "TOKEN_REVOKED").await, before + 1);
        assert_access_dead(&relying_party, &tokens).await;
        assert_live(&relying_party, &next).await;
        refreshed(&relying_party, &next).await;
    }
}

/// RFC 7009 §2.2: RT-08. What we do not know is answered like what is dead.
#[tokio::test]
async fn rt_08_an_unknown_token_is_answered_with_success() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let tokens = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let id_token = text(&tokens, "id_token");
    for unknown in ["x", "rt_0_x", "at_0_x", "a.b.c", id_token, "ö"] {
        assert_done(&revoke(&relying_party, unknown).await);
    }
    revoke(&relying_party, "")
        .await
        .assert_error(400, "invalid_request");
    assert_live(&relying_party, &tokens).await;
    assert_eq!(events(&app, "TOKEN_REVOKED").await, 0);
}

/// RFC 7009 §2.1: RT-08.
#[tokio::test]
async fn rt_08_another_clients_token_is_refused_without_effect() {
    let app = TestApp::new().await;
    let owners = [
        a_client("web").create(&app).await,
        a_client("opaque").reference_tokens().create(&app).await,
    ];
    let other = app.relying_party(&a_client("other").create(&app).await);
    let mut nobody = app.relying_party(&other.client);
    nobody.client.secret = None;
    let ada = ada(&app).await;
    for owner in &owners {
        let owner = app.relying_party(owner);
        let tokens = owner.tokens(&app, &ada, &[]).await;
        for name in ["access_token", "refresh_token"] {
            revoke(&other, text(&tokens, name))
                .await
                .assert_error(400, "invalid_grant");
            revoke(&nobody, text(&tokens, name))
                .await
                .assert_error(401, "invalid_client");
        }
        assert_live(&owner, &tokens).await;
        refreshed(&owner, &tokens).await;
    }
    assert_eq!(events(&app, "TOKEN_REVOKED").await, 0);
}

/// RFC 7009 §2.2.1: RT-08. A database that does not answer is no success.
#[tokio::test]
async fn rt_08_a_database_that_hangs_is_not_answered_with_success() {
    let app = TestApp::with(|config| config.database.statement_timeout_ms = 200).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let tokens = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let mut admin = app.database.admin().await;
    let mut lock = admin.begin().await.unwrap();
    sqlx::raw_sql("lock table auth.oauth_grants, auth.revoked_tokens in access exclusive mode")
        .execute(&mut *lock)
        .await
        .unwrap();
    for name in ["access_token", "refresh_token"] {
        let reply = revoke(&relying_party, text(&tokens, name)).await;
        reply.assert_error(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
    }
    relying_party
        .refresh(text(&tokens, "refresh_token"), &[])
        .await
        .assert_error(503, "temporarily_unavailable");
    lock.rollback().await.unwrap();
    assert_live(&relying_party, &tokens).await;
    refreshed(&relying_party, &tokens).await;
}
