//! An application that is told of sessions' ends, and believes a logout token only after every check of OpenID Connect
//! Back-Channel Logout 1.0 §2.6.

use openidconnect::core::CoreJwsSigningAlgorithm;
use serde_json::{Value, json};
use signet::base::clock::Clock as _;
use signet::config::ReachSetting;
use signet::jobs::queue::Worker;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use super::party::Party;
use crate::app::relying_party::{claims, header};
use crate::app::{RelyingParty, TestApp};
use crate::fixtures::client::{ClientBuilder, TestClient};

/// The member of `events` that makes a token one of logout.
pub const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// A server that may reach receivers on this machine.
pub async fn reaching() -> TestApp {
    TestApp::with(|config| config.clients.reach = ReachSetting::Loopback).await
}

/// Does what waits in the queue now, once; what fails waits for its time.
pub async fn work_off(app: &TestApp) {
    let mut worker = Worker::new(app.app.clone());
    while worker.round().await.expect("a round").begun > 0 {
        worker.finish(std::time::Duration::from_mins(1)).await;
    }
}

/// The application's end.
pub struct LogoutReceiver {
    pub client: TestClient,
    pub hand: RelyingParty,
    server: MockServer,
    party: Party,
    issuer: String,
}

impl LogoutReceiver {
    /// Registers the client; its server answers with these statuses in turn, the last one for ever.
    pub async fn start(app: &TestApp, client: ClientBuilder, statuses: &[u16]) -> Self {
        let server = MockServer::start().await;
        let uri = format!("{}/logout?tenant=1", server.uri());
        let client = client
            .with(|metadata| metadata.backchannel_logout_uri = Some(uri))
            .create(app)
            .await;
        let (last, first) = statuses.split_last().expect("a status");
        for status in first {
            let once = Mock::given(method("POST")).respond_with(ResponseTemplate::new(*status));
            once.up_to_n_times(1).mount(&server).await;
        }
        let always = Mock::given(method("POST")).respond_with(ResponseTemplate::new(*last));
        always.mount(&server).await;
        Self {
            hand: app.relying_party(&client),
            party: Party::discover(app, &client).await,
            issuer: app.issuer.clone(),
            server,
            client,
        }
    }

    /// The requests so far.
    pub async fn requests(&self) -> Vec<Request> {
        self.server.received_requests().await.expect("recorded")
    }

    /// The tokens that came so far, in their order. Each came as §2.5 says.
    pub async fn tokens(&self) -> Vec<String> {
        let of_request = |request: &Request| {
            assert_eq!(request.url.query(), Some("tenant=1"));
            let form = request.headers.get("content-type").expect("a type");
            assert_eq!(form, "application/x-www-form-urlencoded");
            let fields: Vec<_> = url::form_urlencoded::parse(&request.body).into_owned().collect();
            let [(name, token)] = fields.as_slice() else {
                panic!("{fields:?}")
            };
            assert_eq!(name, "logout_token");
            token.clone()
        };
        self.requests().await.iter().map(of_request).collect()
    }

    /// The claims of a token if it is to be believed now, or the check that fails.
    pub async fn believe(&self, app: &TestApp, token: &str) -> Result<Value, &'static str> {
        let [_, _, signature] = token.split('.').collect::<Vec<_>>()[..] else {
            return Err("no JWS");
        };
        let (header, said) = (header(token), claims(token));
        let now = app.clock.now().timestamp();
        let rs256 = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        let audience = &said["aud"];
        let checks = [
            (!signature.is_empty() && header["alg"] == "RS256", "algorithm"),
            (header["typ"] == "logout+jwt", "type"),
            (said["iss"] == self.issuer.as_str(), "issuer"),
            (audience == self.client.id.as_str(), "audience"),
            (
                said["iat"]
                    .as_i64()
                    .is_some_and(|iat| (now - 300..=now + 5).contains(&iat)),
                "time",
            ),
            (
                said["exp"]
                    .as_i64()
                    .is_some_and(|exp| exp > now && exp <= now + 120),
                "expiry",
            ),
            (said["jti"].is_string(), "name"),
            (said["sub"].is_string() && said["sid"].is_string(), "session"),
            (said["events"] == json!({ EVENT: {} }), "event"),
            (said.get("nonce").is_none(), "nonce"),
        ];
        if let Some((_, failed)) = checks.iter().find(|(holds, _)| !holds) {
            return Err(failed);
        }
        let signed = self.party.has_signed(token, &rs256).await;
        if signed { Ok(said) } else { Err("signature") }
    }
}
