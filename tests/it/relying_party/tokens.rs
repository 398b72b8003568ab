//! Refresh, client credentials, introspection and revocation as the library asks for them (RFC 6749 §4.4, §6,
//! RFC 7662, RFC 7009).

use openidconnect::core::{
    CoreErrorResponseType, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreUserInfoClaims,
};
use openidconnect::{
    AccessToken, OAuth2TokenResponse as _, RefreshToken, RequestTokenError, Scope,
    TokenIntrospectionResponse as _,
};
use signet::protocol::algorithm::Algorithm;
use std::time::Duration;

use super::party::Party;
use crate::app::TestApp;
use crate::fixtures::{a_client, a_person};

async fn is_active(party: &Party, token: &str) -> bool {
    let token = AccessToken::new(token.to_owned());
    let answer = party.client.introspect(&token).request_async(&party.http).await;
    answer.unwrap_or_else(|error| panic!("{error:?}")).active()
}

/// RFC 6749 §6, Core §12.2: the successor's ID token is about the same person and the same moment of sign-in; it carries
/// no nonce.
#[tokio::test]
async fn a_refresh_brings_tokens_about_the_same_sign_in() {
    let app = TestApp::new().await;
    let person = a_person("quin").create(&app).await;
    let client = a_client("web")
        .algorithms(Algorithm::ES256, Algorithm::ES256)
        .create(&app)
        .await;
    let party = Party::discover(&app, &client)
        .await
        .expecting(CoreJwsSigningAlgorithm::EcdsaP256Sha256);
    let first = party
        .sign_in(&app, &client, &person, &["email", "offline_access"])
        .await;
    let mut held = first.response.refresh_token().expect("a refresh token").clone();
    for _ in 0..3 {
        app.clock.advance(Duration::from_mins(10));
        let response = party
            .client
            .exchange_refresh_token(&held)
            .expect("an endpoint")
            .request_async(&party.http)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"));
        let claims = party.verify(&response, None);
        assert_eq!(claims.subject(), first.claims.subject());
        assert_eq!(claims.auth_time(), first.claims.auth_time());
        assert_eq!(claims.audiences(), first.claims.audiences());
        let successor = response.refresh_token().expect("a successor").clone();
        assert_ne!(successor.secret(), held.secret());
        held = successor;
    }
}

/// RFC 6749 §4.4.3: a service gets an access token and no refresh token; the granted scope is named.
#[tokio::test]
async fn a_service_gets_an_access_token_by_its_credentials() {
    let app = TestApp::new().await;
    let client = a_client("worker").service().create(&app).await;
    let party = Party::discover(&app, &client).await;
    let ask = async |scope: &str| {
        party
            .client
            .exchange_client_credentials()
            .expect("an endpoint")
            .add_scope(Scope::new(scope.to_owned()))
            .request_async(&party.http)
            .await
    };
    let response = ask("api:read").await.unwrap_or_else(|error| panic!("{error:?}"));
    assert!(response.refresh_token().is_none());
    assert_eq!(response.scopes(), Some(&vec![Scope::new("api:read".to_owned())]));
    let access_token = response.access_token();
    let seen = party
        .client
        .introspect(access_token)
        .request_async(&party.http)
        .await;
    let seen = seen.unwrap_or_else(|error| panic!("{error:?}"));
    assert!(seen.active());
    assert_eq!(seen.sub(), Some("worker"));
    let refused = ask("api:everything").await.expect_err("refused");
    let RequestTokenError::ServerResponse(error) = refused else {
        panic!("not an OAuth error: {refused:?}");
    };
    assert_eq!(*error.error(), CoreErrorResponseType::InvalidScope);
}

/// RFC 7662 §2.2, RFC 7009 §2.1: what is reported is what was issued; a revoked token is not active, and with the
/// refresh token go the access tokens of its grant.
#[tokio::test]
async fn tokens_are_introspected_until_they_are_revoked() {
    let app = TestApp::new().await;
    let person = a_person("rosa").create(&app).await;
    for builder in [a_client("signed"), a_client("opaque").reference_tokens()] {
        let client = builder.create(&app).await;
        let party = Party::discover(&app, &client).await;
        let signed_in = party.sign_in(&app, &client, &person, &["email"]).await;
        let access = signed_in.response.access_token().clone();
        let refresh = signed_in
            .response
            .refresh_token()
            .expect("a refresh token")
            .clone();
        let seen = party.client.introspect(&access).request_async(&party.http).await;
        let seen = seen.unwrap_or_else(|error| panic!("{error:?}"));
        assert!(seen.active());
        assert_eq!(seen.sub(), Some(person.id.as_str()));
        assert_eq!(seen.iss(), Some(app.issuer.as_str()));
        assert_eq!(seen.client_id().map(|id| id.as_str()), Some(client.id.as_str()));
        let mut scopes: Vec<&str> = seen
            .scopes()
            .expect("scopes")
            .iter()
            .map(|scope| scope.as_str())
            .collect();
        scopes.sort_unstable();
        assert_eq!(scopes, ["email", "openid"]);
        assert!(is_active(&party, refresh.secret()).await);
        revoke(&party, CoreRevocableToken::RefreshToken(refresh.clone())).await;
        assert!(!is_active(&party, refresh.secret()).await);
        assert!(!is_active(&party, access.secret()).await);
        let userinfo: Result<CoreUserInfoClaims, _> = party
            .client
            .user_info(access, None)
            .expect("an endpoint")
            .request_async(&party.http)
            .await;
        assert!(userinfo.is_err());
        assert_refused(&party, &refresh).await;
    }
}

/// RFC 7009 §2.1: one access token can be taken back by itself.
#[tokio::test]
async fn a_revoked_access_token_leaves_its_grant_alive() {
    let app = TestApp::new().await;
    let person = a_person("siri").create(&app).await;
    let client = a_client("web").create(&app).await;
    let party = Party::discover(&app, &client).await;
    let signed_in = party.sign_in(&app, &client, &person, &[]).await;
    let access = signed_in.response.access_token().clone();
    let refresh = signed_in
        .response
        .refresh_token()
        .expect("a refresh token")
        .clone();
    revoke(&party, CoreRevocableToken::AccessToken(access.clone())).await;
    assert!(!is_active(&party, access.secret()).await);
    let next = party
        .client
        .exchange_refresh_token(&refresh)
        .expect("an endpoint")
        .request_async(&party.http)
        .await
        .unwrap_or_else(|error| panic!("{error:?}"));
    assert!(is_active(&party, next.access_token().secret()).await);
}

async fn revoke(party: &Party, token: CoreRevocableToken) {
    let request = party.client.revoke_token(token).expect("an https URL");
    request
        .request_async(&party.http)
        .await
        .unwrap_or_else(|error| panic!("{error:?}"));
}

async fn assert_refused(party: &Party, refresh: &RefreshToken) {
    let answer = party
        .client
        .exchange_refresh_token(refresh)
        .expect("an endpoint")
        .request_async(&party.http)
        .await;
    let Err(RequestTokenError::ServerResponse(error)) = answer else {
        panic!("not an OAuth error");
    };
    assert_eq!(*error.error(), CoreErrorResponseType::InvalidGrant);
}
