//! Attacks on the parameters of an authorization request: AZ-01, AZ-02, AZ-08, AZ-13.

use url::form_urlencoded::byte_serialize;

use super::evidence::{assert_error_page, assert_refused, codes, leads_to, post_body, signed_in, waiting};
use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::{a_client, a_person};

fn doubled(relying_party: &RelyingParty, name: &str, value: &str) -> String {
    let encoded: String = byte_serialize(value.as_bytes()).collect();
    format!("{}&{name}={encoded}", relying_party.authorization_url(&[]))
}

fn query_of(url: &str) -> String {
    url.split_once('?').expect("a query").1.to_owned()
}

/// AZ-01; RFC 6749 §3.1: a repeated parameter is refused, whichever value comes first, by GET and by POST. A doubled
/// `client_id` or `redirect_uri` leaves nobody to redirect to, a doubled `state` nobody who would know the answer.
#[tokio::test]
async fn az_01_a_repeated_parameter_is_refused() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let other = a_client("other").create(&app).await;
    let browser = signed_in(&app, &relying_party, &ada).await;
    let (issued, stored) = (codes(&app).await, waiting(&app).await);
    let redirect_uri = relying_party.client.redirect_uri.clone();
    for (name, value) in [
        ("client_id", "web"),
        ("client_id", "other"),
        ("redirect_uri", redirect_uri.as_str()),
        ("redirect_uri", other.redirect_uri.as_str()),
        ("redirect_uri", ""),
        ("scope", "openid email"),
        ("state", "state-1"),
        ("state", "state-2"),
        ("response_type", "token"),
        ("code_challenge", "x"),
        ("nonce", "other"),
        ("prompt", "none"),
    ] {
        let mut url = doubled(&relying_party, name, value);
        if name == "prompt" {
            url.push_str("&prompt=login");
        }
        let by_post = post_body(&relying_party, "/oauth2/authorize", query_of(&url)).await;
        for reply in [browser.get(&url).await, by_post] {
            if matches!(name, "client_id" | "redirect_uri" | "state") {
                assert_error_page(&reply);
                // What was sent stands there as text for the developer; nothing leads to it.
                assert!(!leads_to(&reply, "example.com"), "{}", reply.body);
            } else {
                assert_refused(&reply, &relying_party, "invalid_request");
                assert_eq!(reply.parameter("state").as_deref(), Some("state-1"), "{name}");
            }
        }
    }
    assert_eq!(codes(&app).await, issued);
    assert_eq!(waiting(&app).await, stored);
}

/// AZ-01: a name that nobody knows is repeated no more than a known one.
#[tokio::test]
async fn az_01_a_repeated_unknown_parameter_is_refused() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let url = format!("{}&utm=1&utm=2", relying_party.authorization_url(&[]));
    let reply = app.browser().get(&url).await;
    assert_refused(&reply, &relying_party, "invalid_request");
}

/// RFC 6749 §4.1.2.1: `state` comes back byte for byte up to 8 KiB, with a code and with every error, by GET and by POST;
/// a longer one is told on a page, since the client could not tell what the answer is for.
#[tokio::test]
async fn a_long_state_is_carried_or_refused_on_a_page() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    // Each character is three times as long in a URL.
    let longest = "{\"ü\":".repeat(8192 / 6) + "{}";
    assert_eq!(longest.len(), 8192);
    let long_nonce = "n".repeat(2049);
    let state = ("state", longest.as_str());
    let browser = app.browser();
    let answered = relying_party.authorize(&browser, &ada, &[state]).await;
    assert_eq!(answered.parameter("state").as_deref(), Some(longest.as_str()));
    assert!(answered.parameter("code").is_some());
    for wrong in [
        ("response_mode", "fragment"),
        ("response_type", "token"),
        ("scope", "unknown"),
        ("nonce", long_nonce.as_str()),
        ("prompt", "none login"),
        ("max_age", "x"),
        ("code_challenge", ""),
        ("id_token_hint", "garbage"),
        ("resource", "https://unknown.example.com"),
        ("request", "x"),
    ] {
        let url = relying_party.authorization_url(&[state, wrong]);
        let by_post = post_body(&relying_party, "/oauth2/authorize", query_of(&url)).await;
        for reply in [browser.get(&url).await, by_post] {
            assert_eq!(
                reply.parameter("state").as_deref(),
                Some(longest.as_str()),
                "{wrong:?}"
            );
            assert!(reply.parameter("error").is_some());
        }
    }
    let stored = waiting(&app).await;
    let longer = format!("{longest}x");
    let url = relying_party.authorization_url(&[("state", &longer)]);
    let by_post = post_body(&relying_party, "/oauth2/authorize", query_of(&url)).await;
    for reply in [browser.get(&url).await, by_post] {
        assert_error_page(&reply);
        assert!(reply.body.contains("state is too long"));
    }
    assert_eq!(waiting(&app).await, stored);
}

/// OpenID Connect Core §3.1.2.1: a request with `openid` names its redirect URI, however few are registered; the rule
/// of RFC 6749 §3.1.2.3 for a single one is for the others.
#[tokio::test]
async fn an_openid_request_names_its_redirect_uri() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let without = |scope: &str| relying_party.authorization_url(&[("redirect_uri", ""), ("scope", scope)]);
    for scope in ["openid", "email openid"] {
        let empty = format!("{}&redirect_uri=", without(scope));
        for url in [without(scope), empty] {
            assert_error_page(&browser.get(&url).await);
            let by_post = post_body(&relying_party, "/oauth2/authorize", query_of(&url)).await;
            assert_error_page(&by_post);
        }
    }
    assert_error_page(&browser.get(&format!("{}&scope=email", without("email"))).await);
    let plain = browser.get(&without("email")).await;
    assert!(
        plain
            .header("location")
            .starts_with(&relying_party.client.redirect_uri)
    );
    assert!(plain.parameter("code").is_some());
}

/// AZ-02; RFC 9700 §2.1.2: only the code flow is served, and nothing travels in a fragment.
#[tokio::test]
async fn az_02_only_the_code_flow_is_served() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let issued = codes(&app).await;
    for response_type in [
        "token",
        "id_token",
        "code token",
        "code id_token",
        "id_token token",
        "token code",
        "none",
        "CODE",
        "code code",
        "code ",
    ] {
        let url = relying_party.authorization_url(&[("response_type", response_type)]);
        let reply = browser.get(&url).await;
        assert_refused(&reply, &relying_party, "unsupported_response_type");
        assert_eq!(reply.parameter("state").as_deref(), Some("state-1"));
    }
    let reply = browser
        .get(&relying_party.authorization_url(&[("response_type", "")]))
        .await;
    assert_refused(&reply, &relying_party, "invalid_request");
    assert_eq!(codes(&app).await, issued);
}

/// AZ-02; RFC 9700 §2.1.2: a resumed interaction reads what was stored, not what its URL says.
#[tokio::test]
async fn az_02_a_resumed_request_cannot_change_its_response_type() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = app.browser();
    let page = browser.get(&relying_party.authorization_url(&[])).await;
    let changed = "&response_type=token&response_mode=fragment";
    let shown = browser.get(&format!("{}{changed}", page.location())).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let resumed = browser.sign_in(&page, &ada).await;
    let reply = browser.get(&format!("{}{changed}", resumed.location())).await;
    let location = reply.location();
    assert_eq!(location.fragment(), None);
    assert!(
        reply
            .parameter("code")
            .is_some_and(|code| code.starts_with("ac_"))
    );
    assert_eq!(reply.parameter("access_token"), None);
}

fn unsigned(claims: &serde_json::Value) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
    format!("{header}.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()))
}

/// AZ-08; OpenID Connect Core §6: request objects are not served, so nothing inside one counts and nothing is
/// fetched.
#[tokio::test]
async fn az_08_request_objects_are_refused_unread() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let other = a_client("other").create(&app).await;
    let browser = signed_in(&app, &relying_party, &ada).await;
    let issued = codes(&app).await;
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let inner = unsigned(&serde_json::json!({
        "client_id": other.id, "redirect_uri": other.redirect_uri, "state": "inner", "response_type": "code",
    }));
    let inner_uri = format!("http://{}/object", listener.local_addr().expect("an address"));
    for (name, value, code) in [
        ("request", inner.as_str(), "request_not_supported"),
        ("request", "garbage", "request_not_supported"),
        ("request_uri", inner_uri.as_str(), "request_uri_not_supported"),
        (
            "request_uri",
            "urn:ietf:params:oauth:request_uri:x",
            "request_uri_not_supported",
        ),
        ("registration", "{}", "registration_not_supported"),
    ] {
        let reply = browser
            .get(&relying_party.authorization_url(&[(name, value)]))
            .await;
        assert_refused(&reply, &relying_party, code);
        assert_eq!(reply.parameter("state").as_deref(), Some("state-1"));
    }
    let without_outer = [
        ("redirect_uri", other.redirect_uri.as_str()),
        ("request", inner.as_str()),
    ];
    assert_error_page(
        &browser
            .get(&relying_party.authorization_url(&without_outer))
            .await,
    );
    assert_eq!(codes(&app).await, issued);
    assert!(listener.accept().is_err(), "something was fetched");
}

/// AZ-13; Form Post Response Mode: the mode is query or form post, never a fragment.
#[tokio::test]
async fn az_13_other_response_modes_are_refused() {
    let app = TestApp::new().await;
    let ada = a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let browser = signed_in(&app, &relying_party, &ada).await;
    let issued = codes(&app).await;
    for mode in [
        "fragment",
        "form_post.jwt",
        "query.jwt",
        "jwt",
        "web_message",
        "unknown",
        "QUERY",
    ] {
        let reply: Reply = browser
            .get(&relying_party.authorization_url(&[("response_mode", mode)]))
            .await;
        assert_refused(&reply, &relying_party, "invalid_request");
        assert!(!reply.header("location").contains('#'), "{mode}");
    }
    assert_eq!(codes(&app).await, issued);
}
