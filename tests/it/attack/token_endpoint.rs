//! TE-01, TE-03, TE-04: the form of a request to the token endpoint.

use super::evidence::{count, post_body};
use super::holdings::{ada, refreshed, text};
use crate::app::relying_party::VERIFIER;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::a_client;

fn assert_not_stored(reply: &Reply) {
    assert_eq!(reply.header("cache-control"), "no-store", "{}", reply.body);
}

/// RFC 6749 §3.2: TE-01. Only a form in a POST is a request.
#[tokio::test]
async fn te_01_only_a_posted_form_is_a_request() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").post().create(&app).await);
    let code = relying_party.code(&app, &ada(&app).await, &[]).await;
    let secret = relying_party.client.secret.clone().unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", &relying_party.client.redirect_uri),
        ("code_verifier", VERIFIER),
        ("client_id", "web"),
        ("client_secret", &secret),
    ];
    let (http, url) = (relying_party.http(), relying_party.url("/oauth2/token"));
    let query = url::Url::parse_with_params(&url, fields).unwrap();
    let object: serde_json::Map<_, _> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), serde_json::json!(value)))
        .collect();
    let json = serde_json::to_string(&object).unwrap();
    let form = query.query().unwrap().to_owned();
    let with_type = |content_type: &'static str, body: String| {
        http.post(&url).header("content-type", content_type).body(body)
    };
    let requests = [
        (http.get(query.clone()), 405),
        (http.put(&url).form(&fields), 405),
        (http.delete(query.clone()), 405),
        (http.post(query.clone()), 400),
        (with_type("application/json", json), 400),
        (with_type("text/plain", form.clone()), 400),
        (with_type("multipart/form-data; boundary=x", form.clone()), 400),
        (http.post(&url).body(form), 400),
    ];
    for (request, status) in requests {
        let reply = Reply::read(request.send().await.expect("the server answers")).await;
        assert_eq!(reply.status, status, "{}", reply.body);
        assert_not_stored(&reply);
    }
    assert_eq!(
        relying_party.exchange(&code).await.status,
        200,
        "nothing was spent"
    );
}

/// RFC 6749 §3.2: TE-01. Nothing may come twice, known or not, empty or not.
#[tokio::test]
async fn te_01_a_repeated_parameter_is_refused() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let code = relying_party.code(&app, &ada(&app).await, &[]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", relying_party.client.redirect_uri.as_str()),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in fields {
        for again in [value, "", "x"] {
            let mut repeated = fields.to_vec();
            repeated.push((name, again));
            relying_party
                .token(&repeated)
                .await
                .assert_error(400, "invalid_request");
        }
    }
    let mut unknown = fields.to_vec();
    unknown.extend([("x", "1"), ("x", "2")]);
    relying_party
        .token(&unknown)
        .await
        .assert_error(400, "invalid_request");
    for missing in ["grant_type", "code"] {
        let rest: Vec<_> = fields.into_iter().filter(|(name, _)| *name != missing).collect();
        relying_party
            .token(&rest)
            .await
            .assert_error(400, "invalid_request");
        let mut empty = rest.clone();
        empty.push((missing, ""));
        relying_party
            .token(&empty)
            .await
            .assert_error(400, "invalid_request");
    }
    assert_eq!(relying_party.token(&fields).await.status, 200);
}

/// RFC 6749 §5.1, §5.2: TE-03. No answer of an endpoint that handles tokens is stored by anyone.
#[tokio::test]
async fn te_03_no_answer_with_tokens_is_stored() {
    let app = TestApp::new().await;
    let relying_party = app.relying_party(&a_client("web").create(&app).await);
    let tokens = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    let token = text(&tokens, "access_token");
    let mut stranger = app.relying_party(&relying_party.client);
    stranger.client.secret = Some("wrong".to_owned());
    let replies = [
        relying_party.refresh(text(&tokens, "refresh_token"), &[]).await,
        relying_party.refresh("x", &[]).await,
        stranger.refresh("x", &[]).await,
        relying_party
            .post("/oauth2/introspect", &[("token", token)])
            .await,
        relying_party.post("/oauth2/introspect", &[("token", "x")]).await,
        stranger.post("/oauth2/introspect", &[("token", token)]).await,
        relying_party.userinfo(token).await,
        relying_party.userinfo("x").await,
        relying_party.post("/oauth2/revoke", &[("token", "x")]).await,
        stranger.post("/oauth2/revoke", &[("token", "x")]).await,
        relying_party
            .exchange(
                &relying_party
                    .code(&app, &super::holdings::bob(&app).await, &[])
                    .await,
            )
            .await,
    ];
    for reply in &replies {
        assert_not_stored(reply);
        assert_eq!(reply.header("pragma"), "no-cache");
    }
}

async fn sized(relying_party: &RelyingParty, name: &str, length: usize) -> Reply {
    let secret = relying_party.client.secret.clone().unwrap();
    let long = "a".repeat(length);
    let grant = match name {
        "refresh_token" => "refresh_token",
        "code" | "code_verifier" | "redirect_uri" => "authorization_code",
        _ => "client_credentials",
    };
    let body = format!("grant_type={grant}&client_id=jobs&client_secret={secret}&{name}={long}");
    post_body(relying_party, "/oauth2/token", body).await
}

/// RFC 6749 §5.2: TE-04. What is too long is refused, never dropped so that the rest of the request goes through.
#[tokio::test]
async fn te_04_an_overlong_parameter_is_never_dropped() {
    use signet::protocol::grant_type::GrantType;
    let app = TestApp::new().await;
    let client = a_client("jobs").post().grants(&GrantType::ALL).create(&app).await;
    let relying_party = app.relying_party(&client);
    for length in [4 * 1024, 64 * 1024, 1024 * 1024] {
        for name in [
            "scope",
            "code",
            "refresh_token",
            "code_verifier",
            "resource",
            "redirect_uri",
        ] {
            let reply = sized(&relying_party, name, length).await;
            assert!(
                [400, 413].contains(&reply.status),
                "{name} of {length}: {}",
                reply.status
            );
            assert_not_stored(&reply);
        }
    }
    for length in [64 * 1024, 1024 * 1024] {
        let reply = sized(&relying_party, "subject_token", length).await;
        assert!([400, 413].contains(&reply.status), "{}", reply.status);
    }
    assert_eq!(count(&app, "select count(*) from auth.oauth_grants").await, 0);
    let tokens = relying_party.tokens(&app, &ada(&app).await, &[]).await;
    refreshed(&relying_party, &tokens).await;
}
