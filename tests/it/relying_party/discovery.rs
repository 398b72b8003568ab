//! The metadata as the library reads it (OpenID Connect Discovery §3, §4).

use std::collections::BTreeSet;

use openidconnect::core::{CoreClientAuthMethod, CoreGrantType, CoreJwsSigningAlgorithm, CoreResponseType};
use openidconnect::{AuthUrl, DiscoveryError, IssuerUrl, ResponseTypes};

use super::party::{Metadata, Transport};
use crate::app::TestApp;

/// Discovery §3: everything that the library needs is there, and says what we do.
#[tokio::test]
async fn the_metadata_says_what_the_library_needs() {
    let app = TestApp::new().await;
    let issuer = IssuerUrl::new(app.issuer.clone()).expect("an issuer");
    let metadata = Metadata::discover_async(issuer.clone(), &Transport::new())
        .await
        .unwrap_or_else(|error| panic!("{error:?}"));
    let url = |path: &str| format!("{}{path}", app.issuer);
    assert_eq!(*metadata.issuer(), issuer);
    let authorize = AuthUrl::new(url("/oauth2/authorize")).expect("a URL");
    assert_eq!(*metadata.authorization_endpoint(), authorize);
    assert_eq!(
        metadata.token_endpoint().map(|found| found.as_str().to_owned()),
        Some(url("/oauth2/token"))
    );
    assert_eq!(
        metadata
            .userinfo_endpoint()
            .map(|found| found.as_str().to_owned()),
        Some(url("/oauth2/userinfo"))
    );
    assert_eq!(
        *metadata.response_types_supported(),
        vec![ResponseTypes::new(vec![CoreResponseType::Code])]
    );
    let algorithms = metadata.id_token_signing_alg_values_supported();
    for algorithm in [
        CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        CoreJwsSigningAlgorithm::EcdsaP256Sha256,
        CoreJwsSigningAlgorithm::EdDsa,
    ] {
        assert!(algorithms.contains(&algorithm), "{algorithm:?}");
    }
    let grants = metadata.grant_types_supported().expect("grant types");
    for grant in [
        CoreGrantType::AuthorizationCode,
        CoreGrantType::RefreshToken,
        CoreGrantType::ClientCredentials,
    ] {
        assert!(grants.contains(&grant), "{grant:?}");
    }
    let methods = metadata.token_endpoint_auth_methods_supported().expect("methods");
    for method in [
        CoreClientAuthMethod::ClientSecretBasic,
        CoreClientAuthMethod::ClientSecretPost,
    ] {
        assert!(methods.contains(&method), "{method:?}");
    }
    let further = metadata.additional_metadata();
    assert_eq!(further.code_challenge_methods_supported, ["S256"]);
    assert!(further.authorization_response_iss_parameter_supported);
}

/// Discovery §4.3: the document of another issuer is not ours, and the library notices.
#[tokio::test]
async fn the_metadata_of_another_name_is_not_believed() {
    let app = TestApp::new().await;
    let alias = app.issuer.replace("127.0.0.1", "localhost");
    let issuer = IssuerUrl::new(alias).expect("an issuer");
    let refused = Metadata::discover_async(issuer, &Transport::new()).await;
    assert!(
        matches!(refused, Err(DiscoveryError::Validation(_))),
        "{refused:?}"
    );
}

/// RFC 7517 §5: every key of ours is one that the library can name and use.
#[tokio::test]
async fn the_library_reads_every_key() {
    let app = TestApp::new().await;
    let issuer = IssuerUrl::new(app.issuer.clone()).expect("an issuer");
    let metadata = Metadata::discover_async(issuer, &Transport::new())
        .await
        .expect("metadata");
    let read: BTreeSet<String> = metadata
        .jwks()
        .keys()
        .iter()
        .map(|key| {
            openidconnect::JsonWebKey::key_id(key)
                .expect("a kid")
                .as_str()
                .to_owned()
        })
        .collect();
    let document = app.browser().get("/.well-known/jwks.json").await.json();
    let published: BTreeSet<String> = document["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .map(|key| key["kid"].as_str().expect("a kid").to_owned())
        .collect();
    assert_eq!(read, published);
}
