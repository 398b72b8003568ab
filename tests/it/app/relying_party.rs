//! A relying party by hand: for everything that a library would refuse to send.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{Browser, Reply, TestApp};
use crate::fixtures::client::TestClient;
use crate::fixtures::person::TestPerson;

/// The verifier of every test, and its S256 challenge (RFC 7636 appendix B).
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A client with a connection.
pub struct RelyingParty {
    pub client: TestClient,
    issuer: String,
    http: reqwest::Client,
}

impl RelyingParty {
    pub fn new(issuer: &str, client: TestClient) -> Self {
        let http = crate::support::http::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy();
        Self {
            client,
            issuer: issuer.to_owned(),
            http: http.build().expect("a client"),
        }
    }

    /// The URL of an authorization request with PKCE, state and nonce; further parameters replace these.
    pub fn authorization_url(&self, extra: &[(&str, &str)]) -> String {
        let defaults = [
            ("response_type", "code"),
            ("client_id", self.client.id.as_str()),
            ("redirect_uri", self.client.redirect_uri.as_str()),
            ("scope", "openid"),
            ("state", "state-1"),
            ("nonce", "nonce-1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let mut url = url::Url::parse(&format!("{}/oauth2/authorize", self.issuer)).expect("a URL");
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in defaults {
                if !extra.iter().any(|(replaced, _)| *replaced == name) {
                    query.append_pair(name, value);
                }
            }
            for (name, value) in extra.iter().filter(|(_, value)| !value.is_empty()) {
                query.append_pair(name, value);
            }
        }
        url.into()
    }

    /// Signs a person in and answers with the redirect to the client; consents if asked.
    pub async fn authorize(&self, browser: &Browser, person: &TestPerson, extra: &[(&str, &str)]) -> Reply {
        let reply = browser.get(&self.authorization_url(extra)).await;
        self.proceed(browser, person, reply).await
    }

    /// Goes on from a reply of the server: signs in and consents when asked, until a redirect leads to the client or
    /// a page is shown.
    pub async fn proceed(&self, browser: &Browser, person: &TestPerson, mut reply: Reply) -> Reply {
        for _ in 0..6 {
            let Some(location) = reply
                .headers
                .get("location")
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
            else {
                return reply;
            };
            reply = if location.starts_with(&format!("{}/login", self.issuer)) {
                browser.sign_in(&reply, person).await
            } else if location.starts_with(&format!("{}/consent", self.issuer)) {
                let request = reply.parameter("request").expect("a waiting request");
                browser.decide(&request, "allow").await
            } else if location.starts_with(&format!("{}/", self.issuer)) {
                browser.get(&location).await
            } else {
                return reply;
            };
        }
        reply
    }

    /// A code for a person in a new browser.
    pub async fn code(&self, app: &TestApp, person: &TestPerson, extra: &[(&str, &str)]) -> String {
        let reply = self.authorize(&app.browser(), person, extra).await;
        reply
            .parameter("code")
            .unwrap_or_else(|| panic!("no code: {} {}", reply.header("location"), reply.body))
    }

    /// Tokens for a person in a new browser.
    pub async fn tokens(&self, app: &TestApp, person: &TestPerson, extra: &[(&str, &str)]) -> Value {
        let code = self.code(app, person, extra).await;
        let reply = self.exchange(&code).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply.json()
    }

    /// Exchanges a code with the right verifier.
    pub async fn exchange(&self, code: &str) -> Reply {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.client.redirect_uri),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// Uses a refresh token.
    pub async fn refresh(&self, refresh_token: &str, extra: &[(&str, &str)]) -> Reply {
        let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", refresh_token)];
        fields.extend_from_slice(extra);
        self.token(&fields).await
    }

    /// A token request with the client's authentication.
    pub async fn token(&self, fields: &[(&str, &str)]) -> Reply {
        self.post("/oauth2/token", fields).await
    }

    /// A request with the client's authentication to any endpoint.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut fields = fields.to_vec();
        let mut request = self.http.post(format!("{}{path}", self.issuer));
        match (&self.client.secret, self.client.method) {
            (Some(secret), "client_secret_basic") => {
                let credentials = STANDARD.encode(format!("{}:{secret}", self.client.id));
                request = request.header("authorization", format!("Basic {credentials}"));
            }
            (Some(secret), _) => fields.extend([
                ("client_id", self.client.id.as_str()),
                ("client_secret", secret.as_str()),
            ]),
            (None, _) => fields.push(("client_id", self.client.id.as_str())),
        }
        Reply::read(request.form(&fields).send().await.expect("the server answers")).await
    }

    /// Introspects a token.
    pub async fn introspect(&self, token: &str) -> Value {
        self.post("/oauth2/introspect", &[("token", token)]).await.json()
    }

    /// Asks userinfo with a bearer token.
    pub async fn userinfo(&self, token: &str) -> Reply {
        let request = self
            .http
            .get(format!("{}/oauth2/userinfo", self.issuer))
            .bearer_auth(token);
        Reply::read(request.send().await.expect("the server answers")).await
    }

    /// Any request of one's own making.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// A URL of the server.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }
}

/// The claims of a JWT, without any check.
pub fn claims(jwt: &str) -> Value {
    part(jwt, 1)
}

/// The header of a JWT, without any check.
pub fn header(jwt: &str) -> Value {
    part(jwt, 0)
}

fn part(jwt: &str, index: usize) -> Value {
    let segment = jwt.split('.').nth(index).expect("a JWT");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segment).expect("base64url")).expect("JSON")
}
