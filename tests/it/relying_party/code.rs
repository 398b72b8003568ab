//! The code flow as the library runs it (OpenID Connect Core §3.1).

use openidconnect::core::{CoreErrorResponseType, CoreJwsSigningAlgorithm, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, Nonce, OAuth2TokenResponse as _, PkceCodeVerifier,
    RequestTokenError, TokenResponse as _,
};
use signet::base::clock::Clock as _;
use signet::protocol::algorithm::Algorithm;
use std::sync::Arc;
use std::time::Duration;

use super::party::Party;
use crate::app::TestApp;
use crate::app::relying_party::header;
use crate::fixtures::{a_client, a_person};
use crate::support::clock::ManualClock;
use crate::support::database::TestDatabase;

/// Core §2, §3.1.3.7: whatever algorithm a client is registered with, the library verifies signature, issuer,
/// audience, time, nonce and `at_hash`; and the signature of the access token with the key that it names.
#[tokio::test]
async fn an_id_token_of_each_algorithm_is_believed() {
    // A database in which nothing was signed yet: each algorithm's first key signs at once.
    let database = TestDatabase::new().await;
    let app = TestApp::on(database, Arc::new(ManualClock::new()), |config| {
        config.signing.algorithms = Algorithm::ALL.to_vec();
    });
    let app = app.await;
    let person = a_person("lena").create(&app).await;
    for (id, algorithm, expected) in [
        (
            "rsa",
            Algorithm::RS256,
            CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        ),
        (
            "curve",
            Algorithm::ES256,
            CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        ),
        ("pss", Algorithm::PS256, CoreJwsSigningAlgorithm::RsaSsaPssSha256),
        (
            "larger",
            Algorithm::ES384,
            CoreJwsSigningAlgorithm::EcdsaP384Sha384,
        ),
        ("edwards", Algorithm::EdDsa, CoreJwsSigningAlgorithm::EdDsa),
    ] {
        let client = a_client(id).algorithms(algorithm, algorithm).create(&app).await;
        let party = Party::discover(&app, &client).await.expecting(expected.clone());
        let signed_in = party.sign_in(&app, &client, &person, &["profile", "email"]).await;
        assert_eq!(signed_in.claims.subject().as_str(), person.id.as_str(), "{id}");
        assert_eq!(signed_in.claims.auth_time(), Some(app.clock.now()), "{id}");
        let access_token = signed_in.response.access_token().secret();
        assert_eq!(header(access_token)["alg"], algorithm.name());
        assert!(party.has_signed(access_token, &expected).await, "{id}");
        let userinfo: CoreUserInfoClaims = party
            .client
            .user_info(
                signed_in.response.access_token().clone(),
                Some(signed_in.claims.subject().clone()),
            )
            .expect("an endpoint")
            .request_async(&party.http)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(
            userinfo.email().map(|email| email.as_str()),
            Some(person.email.as_str())
        );
        assert_eq!(userinfo.email_verified(), Some(true));
    }
}

/// RFC 7636: a public client proves itself by its verifier alone.
#[tokio::test]
async fn a_public_client_needs_no_secret() {
    let app = TestApp::new().await;
    let person = a_person("mats").create(&app).await;
    let client = a_client("native").public().create(&app).await;
    let party = Party::discover(&app, &client).await;
    let signed_in = party.sign_in(&app, &client, &person, &[]).await;
    assert!(signed_in.response.refresh_token().is_some());
}

/// RFC 6749 §2.3.1: id and secret are form-encoded before they become Basic credentials, and stand as they are in a
/// body.
#[tokio::test]
async fn a_secret_of_any_character_authenticates_by_either_method() {
    let app = TestApp::new().await;
    let person = a_person("nora").create(&app).await;
    let secret = "100%+/=:&?#[]@!$'()*,;~\"\\<>^`{|}";
    let basic = a_client("basic").secret(secret).create(&app).await;
    let post = a_client("post").post().secret(secret).create(&app).await;
    for client in [basic, post] {
        let party = Party::discover(&app, &client).await;
        party.sign_in(&app, &client, &person, &[]).await;
    }
}

/// RFC 6749 §5.2: the library reads our refusals.
#[tokio::test]
async fn a_wrong_verifier_is_an_invalid_grant() {
    let app = TestApp::new().await;
    let person = a_person("olga").create(&app).await;
    let client = a_client("web").create(&app).await;
    let party = Party::discover(&app, &client).await;
    let browser = app.browser();
    let first = browser.get(party.begin(&[]).url.as_str()).await;
    let answer = app.relying_party(&client).proceed(&browser, &person, first).await;
    let refused = party
        .client
        .exchange_code(AuthorizationCode::new(answer.parameter("code").expect("a code")))
        .expect("a token endpoint")
        .set_pkce_verifier(PkceCodeVerifier::new(
            "another-verifier-of-forty-three-characters-0".to_owned(),
        ))
        .request_async(&party.http)
        .await
        .expect_err("refused");
    let RequestTokenError::ServerResponse(error) = refused else {
        panic!("not an OAuth error: {refused:?}");
    };
    assert_eq!(*error.error(), CoreErrorResponseType::InvalidGrant);
}

/// Core §3.1.3.7: an ID token of another sign-in, of another client, or from yesterday is not believed.
#[tokio::test]
async fn an_id_token_out_of_its_place_is_not_believed() {
    let app = TestApp::new().await;
    let person = a_person("pia").create(&app).await;
    let client = a_client("web").create(&app).await;
    let other = a_client("other").create(&app).await;
    let party = Party::discover(&app, &client).await;
    let stranger = Party::discover(&app, &other).await;
    let signed_in = party.sign_in(&app, &client, &person, &[]).await;
    let id_token = signed_in.response.id_token().expect("an ID token");
    let at = |party: &Party, nonce: &Nonce| {
        let verifier = party.client.id_token_verifier().set_time_fn(|| app.clock.now());
        id_token.claims(&verifier, nonce).map(drop)
    };
    assert!(at(&party, &signed_in.nonce).is_ok());
    let replayed = at(&party, &Nonce::new("another".to_owned()));
    assert!(matches!(replayed, Err(ClaimsVerificationError::InvalidNonce(_))));
    let elsewhere = at(&stranger, &signed_in.nonce);
    assert!(matches!(
        elsewhere,
        Err(ClaimsVerificationError::InvalidAudience(_))
    ));
    app.clock.advance(Duration::from_secs(3601));
    let late = at(&party, &signed_in.nonce);
    assert!(matches!(late, Err(ClaimsVerificationError::Expired(_))));
}
