//! Opaque access tokens: what their row says, and when it says nothing more (RT-08, RT-09, TE-02).

use serde_json::json;

use super::evidence::count;
use super::holdings::{ada, assert_access_dead, assert_dead, assert_live, refreshed, sql, text, wait};
use crate::app::TestApp;
use crate::fixtures::a_client;

/// RFC 7662 §1: a reference carries nothing, and its digest alone is stored.
#[tokio::test]
async fn a_reference_token_is_opaque_and_its_grant_ends_it() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").reference_tokens().create(&app).await);
    let ada = ada(&app).await;
    let tokens = relying_party.tokens(&app, &ada, &[]).await;
    let token = text(&tokens, "access_token");
    assert!(token.starts_with("at_0_"), "not a JWT");
    let told = relying_party.introspect(token).await;
    assert_eq!(
        (&told["iss"], &told["sub"], &told["client_id"], &told["aud"]),
        (
            &json!(app.issuer),
            &json!(ada.id),
            &json!("web"),
            &json!(app.issuer)
        )
    );
    let next = refreshed(&relying_party, &tokens).await;
    assert_live(&relying_party, &tokens).await;
    assert_eq!(
        count(&app, "select count(*) from auth.oauth_access_tokens").await,
        2
    );
    relying_party
        .post("/oauth2/revoke", &[("token", text(&next, "refresh_token"))])
        .await;
    assert_dead(&relying_party, &next).await;
    assert_access_dead(&relying_party, &tokens).await;
}

/// RT-09: the cut-offs of client and platform reach a client's own reference token, as they reach its JWT.
#[tokio::test]
async fn rt_09_a_cut_off_ends_a_clients_own_token_in_either_form() {
    let cut_offs = [
        "update auth.oauth_applications set revoked_before = to_timestamp(1800000010)",
        "update auth.platform set revoked_before = to_timestamp(1800000010)",
    ];
    for cut_off in cut_offs {
        let app = TestApp::new().await;
        let clients = [
            a_client("jobs").service().create(&app).await,
            a_client("opaque").service().reference_tokens().create(&app).await,
        ];
        let mut held = Vec::new();
        for client in &clients {
            let relying_party = app.relying_party(client);
            let tokens = relying_party
                .token(&[("grant_type", "client_credentials")])
                .await
                .json();
            assert_eq!(
                relying_party.introspect(text(&tokens, "access_token")).await["active"],
                true
            );
            held.push((relying_party, tokens));
        }
        wait(&app, 20);
        sql(&app, cut_off).await;
        app.refresh_caches().await;
        for (relying_party, tokens) in held {
            assert_access_dead(&relying_party, &tokens).await;
            let next = relying_party
                .token(&[("grant_type", "client_credentials")])
                .await
                .json();
            assert_eq!(
                relying_party.introspect(text(&next, "access_token")).await["active"],
                true
            );
        }
    }
}
