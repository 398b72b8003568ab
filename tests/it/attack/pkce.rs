//! PK: Proof Key for Code Exchange (RFC 7636) is asked for, kept and checked, also when it is absent.

use super::evidence::{assert_refused, codes, count};
use super::holdings::ada;
use crate::app::TestApp;
use crate::app::relying_party::{CHALLENGE, VERIFIER};
use crate::fixtures::a_client;

/// RFC 7636 §4.3, RFC 9700 §2.1.1: PK-01.
#[tokio::test]
async fn pk_01_a_request_without_a_good_challenge_is_refused() {
    let app = TestApp::new().await;
    let confidential = a_client("web").create(&app).await;
    let public = a_client("app")
        .public()
        .redirect_uri("https://app.example.com/callback")
        .create(&app)
        .await;
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let bad_characters = format!("{}!", &CHALLENGE[..42]);
    for client in [confidential, public] {
        let relying_party = app.relying_party(&client);
        for (challenge, method) in [
            ("", ""),
            ("", "S256"),
            (CHALLENGE, ""),
            (CHALLENGE, "plain"),
            (CHALLENGE, "s256"),
            (VERIFIER, "plain"),
            (&short, "S256"),
            (&long, "S256"),
            (&bad_characters, "S256"),
        ] {
            let parameters = [("code_challenge", challenge), ("code_challenge_method", method)];
            let reply = app
                .browser()
                .get(&relying_party.authorization_url(&parameters))
                .await;
            assert_refused(&reply, &relying_party, "invalid_request");
        }
    }
    assert_eq!(codes(&app).await, 0);
}

/// RFC 7636 §4.6: PK-02. A refused verifier costs the code nothing, so that the client itself can still redeem it.
#[tokio::test]
async fn pk_02_a_code_with_a_challenge_needs_its_verifier() {
    let app = TestApp::new().await;
    let clients = [
        a_client("web").create(&app).await,
        // The challenge was optional for this client; once sent it is enforced.
        a_client("old").without_pkce().create(&app).await,
        a_client("app")
            .public()
            .redirect_uri("https://app.example.com/callback")
            .create(&app)
            .await,
    ];
    let ada = ada(&app).await;
    for client in &clients {
        let relying_party = app.relying_party(client);
        let code = relying_party.code(&app, &ada, &[]).await;
        let common = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", client.redirect_uri.as_str()),
        ];
        relying_party
            .token(&common)
            .await
            .assert_error(400, "invalid_grant");
        let long = "a".repeat(129);
        let other = VERIFIER.to_ascii_lowercase();
        for verifier in ["", "a", &VERIFIER[..42], CHALLENGE, &other, &long, "ö"] {
            let mut fields = common.to_vec();
            fields.push(("code_verifier", verifier));
            relying_party
                .token(&fields)
                .await
                .assert_error(400, "invalid_grant");
        }
        let reply = relying_party.exchange(&code).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}

/// RFC 9700 §4.8: PK-03, the downgrade. A verifier without a challenge means that somebody removed it.
#[tokio::test]
async fn pk_03_a_verifier_for_a_code_without_challenge_is_refused() {
    let app = TestApp::new().await;
    let client = a_client("old").without_pkce().create(&app).await;
    let relying_party = app.relying_party(&client);
    let ada = ada(&app).await;
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = relying_party.code(&app, &ada, &without).await;
    relying_party
        .exchange(&code)
        .await
        .assert_error(400, "invalid_grant");
    assert_eq!(count(&app, "select count(*) from auth.oauth_grants").await, 0);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", client.redirect_uri.as_str()),
    ];
    assert_eq!(relying_party.token(&fields).await.status, 200);
}

/// RFC 9700 §2.1.1: PK-01. A confidential client that an operator said nothing of sends a challenge, or a nonce in a
/// request for an ID token; a public client always sends a challenge. What to switch on is said.
#[tokio::test]
async fn pk_01_a_nonce_stands_for_a_challenge_at_confidential_clients_only() {
    let app = TestApp::new().await;
    let ada = ada(&app).await;
    let silent = |id: &str| a_client(id).with(|metadata| metadata.require_pkce = None);
    let web = app.relying_party(&silent("web").create(&app).await);
    let native = silent("native")
        .public()
        .redirect_uri("https://native.example.com/cb");
    let native = app.relying_party(&native.create(&app).await);
    let strict = app.relying_party(&a_client("strict").create(&app).await);
    let no_challenge = [("code_challenge", ""), ("code_challenge_method", "")];
    let neither = [no_challenge[0], no_challenge[1], ("nonce", "")];
    let plain = [no_challenge[0], no_challenge[1], ("scope", "api:read")];
    for (party, request) in [
        (&web, neither.as_slice()),
        (&web, plain.as_slice()),
        (&native, no_challenge.as_slice()),
        (&strict, no_challenge.as_slice()),
    ] {
        let reply = party.authorize(&app.browser(), &ada, request).await;
        assert_eq!(
            reply.parameter("error").as_deref(),
            Some("invalid_request"),
            "{}",
            party.client.id
        );
        let told = reply.parameter("error_description").unwrap();
        assert!(
            told.contains("switch PKCE (S256) on in the application"),
            "{told}"
        );
    }
    let code = web.code(&app, &ada, &no_challenge).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", web.client.redirect_uri.as_str()),
    ];
    assert_eq!(web.token(&fields).await.status, 200);
    // A challenge that was sent is enforced all the same.
    let code = web.code(&app, &ada, &[]).await;
    let fields = [fields[0], ("code", code.as_str()), fields[2]];
    web.token(&fields).await.assert_error(400, "invalid_grant");
}
