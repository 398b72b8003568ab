//! A relying party made of the `openidconnect` crate. It discovers the server, and its requests leave through
//! `base::fetch`, as the server's own would.

use std::pin::Pin;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGrantType, CoreIdTokenClaims, CoreJsonWebKey, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType, CoreTokenResponse,
};
use openidconnect::{
    AccessTokenHash, AdditionalProviderMetadata, AsyncHttpClient, AuthType, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, IntrospectionUrl, IssuerUrl, JsonWebKey as _, JsonWebKeySetUrl, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl,
    RevocationUrl, Scope, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use signet::base::clock::Clock as _;
use signet::base::fetch::{Fetch, FetchError, Reach};
use url::Url;

use crate::app::TestApp;
use crate::app::relying_party::header;
use crate::fixtures::client::TestClient;
use crate::fixtures::person::TestPerson;
use crate::support::clock::ManualClock;

/// What the library does not know of the metadata by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Further {
    pub introspection_endpoint: IntrospectionUrl,
    pub revocation_endpoint: RevocationUrl,
    pub end_session_endpoint: EndSessionUrl,
    pub code_challenge_methods_supported: Vec<String>,
    pub authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Further {}

/// The metadata as the library reads it.
pub type Metadata = ProviderMetadata<
    Further,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type Library =
    CoreClient<EndpointSet, EndpointNotSet, EndpointSet, EndpointSet, EndpointMaybeSet, EndpointMaybeSet>;

/// The way to the server. The library speaks of revocation only over https (RFC 7009 §2): here ends that TLS, as it
/// would at a proxy.
#[derive(Clone)]
pub struct Transport(Fetch);

impl Transport {
    pub fn new() -> Self {
        Self(Fetch::new(Reach::PublicAndLoopback))
    }
}

impl AsyncHttpClient<'_> for Transport {
    type Error = FetchError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, FetchError>> + Send>>;

    fn call(&self, mut request: HttpRequest) -> Self::Future {
        let plain = request.uri().to_string().replacen("https://", "http://", 1);
        *request.uri_mut() = plain.parse().expect("a URL");
        let fetch = self.0.clone();
        Box::pin(async move { fetch.send(request).await })
    }
}

/// What an authorization request leaves behind in the application.
pub struct Begun {
    pub url: Url,
    pub state: CsrfToken,
    pub nonce: Nonce,
    pub verifier: PkceCodeVerifier,
}

/// Verified tokens.
pub struct SignedIn {
    pub response: CoreTokenResponse,
    pub claims: CoreIdTokenClaims,
    pub nonce: Nonce,
}

/// A discovered client.
pub struct Party {
    pub client: Library,
    pub further: Further,
    pub http: Transport,
    jwks_uri: JsonWebKeySetUrl,
    clock: Arc<ManualClock>,
    algorithm: CoreJwsSigningAlgorithm,
}

impl Party {
    /// Discovers the server for a client that exists.
    pub async fn discover(app: &TestApp, client: &TestClient) -> Self {
        let http = Transport::new();
        let issuer = IssuerUrl::new(app.issuer.clone()).expect("an issuer");
        let metadata = Metadata::discover_async(issuer, &http)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"));
        let further = metadata.additional_metadata().clone();
        let jwks_uri = metadata.jwks_uri().clone();
        let tls = further
            .revocation_endpoint
            .as_str()
            .replacen("http://", "https://", 1);
        let id = ClientId::new(client.id.clone());
        let secret = client.secret.clone().map(ClientSecret::new);
        let mut library = CoreClient::from_provider_metadata(metadata, id, secret)
            .set_introspection_url(further.introspection_endpoint.clone())
            .set_revocation_url(RevocationUrl::new(tls).expect("a URL"))
            .set_auth_type(match client.method {
                "client_secret_basic" => AuthType::BasicAuth,
                _ => AuthType::RequestBody,
            });
        if !client.redirect_uri.is_empty() {
            library = library.set_redirect_uri(RedirectUrl::new(client.redirect_uri.clone()).expect("a URL"));
        }
        Self {
            client: library,
            further,
            jwks_uri,
            http,
            clock: Arc::clone(&app.clock),
            algorithm: CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
        }
    }

    /// The only algorithm that is believed; RS256 unless said otherwise.
    pub fn expecting(mut self, algorithm: CoreJwsSigningAlgorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Whether a JWT was signed with this algorithm by the published key that it names, as the library finds it.
    pub async fn has_signed(&self, jwt: &str, algorithm: &CoreJwsSigningAlgorithm) -> bool {
        let keys = CoreJsonWebKeySet::fetch_async(&self.jwks_uri, &self.http).await;
        let keys = keys.unwrap_or_else(|error| panic!("{error:?}"));
        let kid = header(jwt)["kid"].as_str().expect("a name").to_owned();
        let is_named = |key: &&CoreJsonWebKey| key.key_id().is_some_and(|id| id.as_str() == kid);
        let (signed, signature) = jwt.rsplit_once('.').expect("a JWT");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        let key = keys.keys().iter().find(is_named).expect("a published key");
        key.verify_signature(algorithm, signed.as_bytes(), &signature)
            .is_ok()
    }

    /// An authorization request with PKCE, state and nonce.
    pub fn begin(&self, scopes: &[&str]) -> Begun {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state, nonce) = self
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(scopes.iter().map(|scope| Scope::new((*scope).to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Begun {
            url,
            state,
            nonce,
            verifier,
        }
    }

    /// Signs a person in, from the first request to verified tokens.
    pub async fn sign_in(
        &self,
        app: &TestApp,
        client: &TestClient,
        person: &TestPerson,
        scopes: &[&str],
    ) -> SignedIn {
        let begun = self.begin(scopes);
        let browser = app.browser();
        let first = browser.get(begun.url.as_str()).await;
        let answer = app.relying_party(client).proceed(&browser, person, first).await;
        assert_eq!(
            answer.parameter("state").as_deref(),
            Some(begun.state.secret().as_str())
        );
        assert_eq!(answer.parameter("iss").as_deref(), Some(app.issuer.as_str()));
        let code = answer.parameter("code").expect("a code");
        let response = self
            .client
            .exchange_code(AuthorizationCode::new(code))
            .expect("a token endpoint")
            .set_pkce_verifier(begun.verifier)
            .request_async(&self.http)
            .await
            .unwrap_or_else(|error| panic!("{error:?}"));
        let claims = self.verify(&response, Some(&begun.nonce));
        SignedIn {
            response,
            claims,
            nonce: begun.nonce,
        }
    }

    /// Verifies the ID token of a response (Core §3.1.3.7), with this nonce or with none, and that its access token
    /// came with it (§3.1.3.8).
    pub fn verify(&self, response: &CoreTokenResponse, nonce: Option<&Nonce>) -> CoreIdTokenClaims {
        let verifier = self
            .client
            .id_token_verifier()
            .set_allowed_algs([self.algorithm.clone()])
            .set_time_fn(|| self.clock.now());
        let id_token = response.id_token().expect("an ID token");
        let claims = id_token
            .claims(&verifier, |found: Option<&Nonce>| {
                (found.map(Nonce::secret) == nonce.map(Nonce::secret))
                    .then_some(())
                    .ok_or_else(|| "another nonce".to_owned())
            })
            .unwrap_or_else(|error| panic!("{error:?}"));
        let algorithm = id_token.signing_alg().expect("a known algorithm");
        let key = id_token.signing_key(&verifier).expect("a published key");
        let hash = AccessTokenHash::from_token(response.access_token(), algorithm, key).expect("a hash");
        assert_eq!(claims.access_token_hash(), Some(&hash));
        claims.clone()
    }
}
