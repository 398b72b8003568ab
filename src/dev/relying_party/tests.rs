//! The application against a provider that this file plays: what it sends, and which answers it believes.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use url::{Url, form_urlencoded};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::{RelyingPartySettings, router};
use crate::base::clock::{Clock, Timestamp};
use crate::base::entropy::SystemEntropy;
use crate::base::fetch::{Fetch, Reach};
use crate::base::secret::Secret;
use crate::jose::{PrivateJwk, Signer};
use crate::protocol::algorithm::{Algorithm, RsaBits};
use crate::protocol::pkce::CodeChallenge;

const NOW: i64 = 1_800_000_000;
const OWN: &str = "http://localhost:8081";

static KEY: LazyLock<(PrivateJwk, Signer)> = LazyLock::new(|| {
    let key = PrivateJwk::generate(Algorithm::RS256, RsaBits::default()).unwrap();
    let signer = Signer::new(&key).unwrap();
    (key, signer)
});

struct StandingClock;

impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_timestamp(NOW, 0).unwrap()
    }
}

/// The provider, the application, and one browser's cookie.
struct Stage {
    provider: MockServer,
    app: Router,
    cookie: Option<String>,
}

/// An authorization request that the application sent.
struct Asked {
    url: Url,
}

impl Asked {
    fn parameter(&self, name: &str) -> Option<String> {
        self.url
            .query_pairs()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

impl Stage {
    async fn new() -> Self {
        let provider = MockServer::start().await;
        let issuer = provider.uri();
        let metadata = json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"),
            "userinfo_endpoint": format!("{issuer}/userinfo"),
            "end_session_endpoint": format!("{issuer}/logout"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": true,
        });
        let settings = RelyingPartySettings {
            issuer,
            own_url: OWN.to_owned(),
            client_id: "demo-web".to_owned(),
            client_secret: Secret::new("of-the-demo".to_owned()),
            organizations: vec![("acme".to_owned(), "Acme".to_owned())],
            outbox: std::path::PathBuf::new(),
        };
        let fetch = Fetch::new(Reach::PublicAndLoopback);
        let app = router(settings, fetch, Arc::new(SystemEntropy), Arc::new(StandingClock));
        let stage = Self {
            provider,
            app,
            cookie: None,
        };
        stage
            .play("GET", "/.well-known/openid-configuration", 200, &metadata)
            .await;
        stage
            .play(
                "GET",
                "/jwks",
                200,
                &json!({ "keys": [KEY.0.public().to_members()] }),
            )
            .await;
        stage
            .play(
                "GET",
                "/userinfo",
                200,
                &json!({ "sub": "ada", "name": "Ada <b>", "org_id": "o" }),
            )
            .await;
        stage
    }

    async fn play(&self, verb: &str, at: &str, status: u16, answer: &Value) {
        let answer = ResponseTemplate::new(status).set_body_json(answer);
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .mount(&self.provider)
            .await;
    }

    /// Lets the token endpoint answer with an ID token of these claims over the usual ones.
    async fn play_tokens(&self, claims: Value) {
        let part = |value: &Value| {
            base64::Engine::encode(&base64::prelude::BASE64_URL_SAFE_NO_PAD, value.to_string())
        };
        let access_token = format!(
            "{}.{}.c2ln",
            part(&json!({ "typ": "at+jwt" })),
            part(&json!({ "org_id": "organization-of-ada", "tier": "founder" }))
        );
        let mut id_token = json!({
            "iss": self.provider.uri(), "sub": "ada", "aud": "demo-web", "iat": NOW, "exp": NOW + 3600,
        });
        id_token
            .as_object_mut()
            .unwrap()
            .extend(claims.as_object().unwrap().clone());
        let answer = json!({
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": 900,
            "refresh_token": "of-ada",
            "id_token": KEY.1.sign("JWT", &id_token).unwrap(),
        });
        self.play("POST", "/token", 200, &answer).await;
    }

    async fn send(&mut self, request: http::request::Builder, body: &str) -> (StatusCode, HeaderMap, String) {
        let request = match &self.cookie {
            Some(cookie) => request.header(COOKIE, format!("signet_demo={cookie}")),
            None => request,
        };
        let response = self
            .app
            .clone()
            .oneshot(request.body(Body::from(body.to_owned())).unwrap())
            .await
            .unwrap();
        let (parts, body) = response.into_parts();
        if let Some(cookie) = parts.headers.get(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
                "{cookie}"
            );
            let value = cookie
                .strip_prefix("signet_demo=")
                .unwrap()
                .split(';')
                .next()
                .unwrap();
            self.cookie = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (
            parts.status,
            parts.headers,
            String::from_utf8(body.to_vec()).unwrap(),
        )
    }

    async fn get(&mut self, to: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Request::get(to), "").await
    }

    async fn post(&mut self, to: &str, form: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::post(to)
            .header(ORIGIN, OWN)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request, form).await
    }

    async fn ask(&mut self, form: &str) -> Asked {
        let (status, headers, _) = self.post("/sign-in", form).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        Asked {
            url: headers[LOCATION].to_str().unwrap().parse().unwrap(),
        }
    }

    /// The provider's answer to a request, with what it would say unless these parameters say otherwise.
    async fn answer(&mut self, asked: &Asked, more: &[(&str, &str)]) -> (StatusCode, HeaderMap, String) {
        let usual = [
            ("code", "of-ada".to_owned()),
            ("state", asked.parameter("state").unwrap()),
            ("iss", self.provider.uri()),
        ];
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(
                usual
                    .iter()
                    .filter(|(name, _)| !more.iter().any(|(other, _)| other == name)),
            )
            .extend_pairs(more)
            .finish();
        self.get(&format!("/callback?{query}")).await
    }

    /// What the application sent to the token endpoint, newest last.
    async fn token_requests(&self) -> Vec<String> {
        let requests = self.provider.received_requests().await.unwrap();
        requests
            .iter()
            .filter(|request| request.url.path() == "/token")
            .map(|request| String::from_utf8(request.body.clone()).unwrap())
            .collect()
    }

    async fn signed_in() -> Self {
        let mut stage = Self::new().await;
        let asked = stage.ask("").await;
        stage
            .play_tokens(json!({ "nonce": asked.parameter("nonce") }))
            .await;
        let (status, headers, _) = stage.answer(&asked, &[]).await;
        assert_eq!(
            (status, &headers[LOCATION]),
            (StatusCode::SEE_OTHER, &"/tokens".parse().unwrap())
        );
        stage
    }
}

fn form_value(body: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(body.as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_sign_in_proves_its_challenge_and_ends_on_the_page_of_claims() {
    let mut stage = Stage::new().await;
    let asked = stage.ask("organization=acme&prompt=none").await;
    assert_eq!(asked.parameter("organization").as_deref(), Some("acme"));
    assert_eq!(asked.parameter("prompt").as_deref(), Some("none"));
    assert_eq!(asked.parameter("code_challenge_method").as_deref(), Some("S256"));
    stage
        .play_tokens(json!({ "nonce": asked.parameter("nonce") }))
        .await;
    let before = stage.cookie.clone();
    stage.answer(&asked, &[]).await;
    assert_ne!(
        stage.cookie, before,
        "a cookie from before the sign-in still counts"
    );
    let sent = stage.token_requests().await.pop().unwrap();
    let proven = CodeChallenge::of_verifier(&form_value(&sent, "code_verifier").unwrap()).unwrap();
    assert_eq!(
        asked.parameter("code_challenge").as_deref(),
        Some(proven.as_str())
    );
    let (status, headers, page) = stage.get("/tokens").await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        headers["content-security-policy"]
            .to_str()
            .unwrap()
            .starts_with("default-src 'none'")
    );
    for shown in [
        "organization-of-ada",
        "founder",
        "Ada &#60;b&#62;",
        "of-the-demo",
        "present",
    ] {
        assert_eq!(page.contains(shown), shown != "of-the-demo", "{shown}");
    }
}

#[tokio::test]
async fn an_answer_that_hides_or_changes_its_issuer_is_refused() {
    for issuer in ["", "https://elsewhere.example"] {
        let mut stage = Stage::new().await;
        let asked = stage.ask("").await;
        let (status, _, page) = stage.answer(&asked, &[("iss", issuer)]).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(page.contains("does not come from the provider"), "{page}");
        assert!(
            stage.token_requests().await.is_empty(),
            "the code was sent all the same"
        );
    }
}

#[tokio::test]
async fn a_state_is_good_once_and_for_its_own_browser() {
    let mut stage = Stage::new().await;
    let asked = stage.ask("").await;
    let own = stage.cookie.take();
    assert_eq!(stage.answer(&asked, &[]).await.0, StatusCode::BAD_REQUEST);
    stage.cookie = own;
    stage
        .play_tokens(json!({ "nonce": asked.parameter("nonce") }))
        .await;
    assert_eq!(stage.answer(&asked, &[]).await.0, StatusCode::SEE_OTHER);
    assert_eq!(stage.answer(&asked, &[]).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(stage.token_requests().await.len(), 1);
}

#[tokio::test]
async fn an_id_token_of_another_request_audience_or_time_is_refused() {
    for wrong in [
        json!({ "nonce": "another" }),
        json!({ "aud": "another-client" }),
        json!({ "iss": "https://elsewhere.example" }),
        json!({ "exp": NOW - 1 }),
        json!({ "at_hash": "AAAAAAAAAAAAAAAAAAAAAA" }),
    ] {
        let mut stage = Stage::new().await;
        let asked = stage.ask("").await;
        let mut claims = json!({ "nonce": asked.parameter("nonce") });
        claims
            .as_object_mut()
            .unwrap()
            .extend(wrong.as_object().unwrap().clone());
        stage.play_tokens(claims).await;
        assert_eq!(
            stage.answer(&asked, &[]).await.0,
            StatusCode::BAD_GATEWAY,
            "{wrong}"
        );
        assert_eq!(stage.get("/tokens").await.0, StatusCode::SEE_OTHER, "{wrong}");
    }
}

#[tokio::test]
async fn a_refusal_is_shown_in_the_providers_words_and_escaped() {
    let mut stage = Stage::new().await;
    let asked = stage.ask("").await;
    let more = [
        ("error", "access_denied"),
        ("error_description", "<script>no</script>"),
    ];
    let (status, _, page) = stage.answer(&asked, &more).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(
        page.contains("access_denied") && page.contains("&#60;script&#62;no"),
        "{page}"
    );
    assert!(stage.token_requests().await.is_empty());
}

#[tokio::test]
async fn a_switch_is_asked_for_again_by_every_further_refresh() {
    let mut stage = Stage::signed_in().await;
    for form in ["", "organization=acme", "", "organization=not-on-offer"] {
        assert_eq!(stage.post("/refresh", form).await.0, StatusCode::SEE_OTHER);
    }
    let sent = stage.token_requests().await;
    let asked: Vec<Option<String>> = sent
        .iter()
        .skip(1)
        .map(|body| form_value(body, "organization"))
        .collect();
    let acme = || Some("acme".to_owned());
    assert_eq!(asked, [None, acme(), acme(), acme()]);
}

#[tokio::test]
async fn a_sign_out_forgets_the_tokens_and_hints_whose_session_ends() {
    let mut stage = Stage::signed_in().await;
    let (status, headers, _) = stage.post("/sign-out", "").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    let next = Asked {
        url: headers[LOCATION].to_str().unwrap().parse().unwrap(),
    };
    assert_eq!(next.url.path(), "/logout");
    assert!(next.parameter("id_token_hint").is_some());
    assert_eq!(
        next.parameter("post_logout_redirect_uri"),
        Some(format!("{OWN}/signed-out"))
    );
    assert_eq!(stage.get("/tokens").await.0, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let mut stage = Stage::signed_in().await;
    for to in ["/sign-in", "/refresh", "/sign-out"] {
        let request = Request::post(to)
            .header(ORIGIN, "http://localhost:8080")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        assert_eq!(stage.send(request, "").await.0, StatusCode::FORBIDDEN, "{to}");
    }
    assert_eq!(stage.get("/tokens").await.0, StatusCode::OK);
}
