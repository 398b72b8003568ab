//! CA-01, CA-02: the one registered method of client authentication, and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::app::{RelyingParty, Reply, TestApp};
use crate::fixtures::a_client;
use crate::fixtures::client::TestClient;

const ENDPOINTS: [&str; 3] = ["/oauth2/token", "/oauth2/introspect", "/oauth2/revoke"];

/// A way to present a client: an Authorization header, if it is not empty, and fields of the body.
type Attempt<'a> = (String, Vec<(&'a str, &'a str)>);

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

async fn attempt(relying_party: &RelyingParty, path: &str, (header, fields): &Attempt<'_>) -> Reply {
    let mut body = vec![("grant_type", "client_credentials"), ("token", "x")];
    body.extend_from_slice(fields);
    let mut request = relying_party.http().post(relying_party.url(path)).form(&body);
    if !header.is_empty() {
        request = request.header("authorization", header);
    }
    Reply::read(request.send().await.expect("the server answers")).await
}

async fn assert_refused(relying_party: &RelyingParty, attempts: &[Attempt<'_>]) {
    for path in ENDPOINTS {
        for tried in attempts {
            let reply = attempt(relying_party, path, tried).await;
            reply.assert_error(401, "invalid_client");
            let scheme = reply.header("www-authenticate");
            assert_eq!(
                scheme.starts_with("Basic "),
                tried.0.starts_with("Basic"),
                "RFC 6749 §5.2: {tried:?}"
            );
        }
    }
}

/// RFC 6749 §2.3.1, §5.2: CA-01 for a client with `client_secret_basic`.
#[tokio::test]
async fn ca_01_basic_is_proven_by_its_secret_in_the_header_alone() {
    let app = TestApp::new().await;
    let (client, other) = (
        a_client("jobs").service().exact_method().create(&app).await,
        a_client("other").service().create(&app).await,
    );
    let relying_party = app.relying_party(&client);
    let secret = client.secret.clone().unwrap();
    let others = other.secret.unwrap();
    let swapped: String = secret.chars().rev().collect();
    assert_refused(
        &relying_party,
        &[
            (basic("jobs", "wrong"), vec![]),
            (basic("jobs", ""), vec![]),
            (basic("jobs", &others), vec![]),
            (basic("jobs", &secret[..secret.len() - 1]), vec![]),
            (basic("jobs", &format!("{secret}x")), vec![]),
            (basic("jobs", &swapped), vec![]),
            (basic("JOBS", &secret), vec![]),
            (basic("other", &secret), vec![]),
            (basic("nobody", &secret), vec![]),
            (basic("", &secret), vec![]),
            (basic("jobs%", &secret), vec![]),
            ("Basic !!!".to_owned(), vec![]),
            ("Basic".to_owned(), vec![]),
            (format!("Basic {}", STANDARD.encode("jobs")), vec![]),
            (format!("Bearer {secret}"), vec![("client_id", "jobs")]),
            (
                String::new(),
                vec![("client_id", "jobs"), ("client_secret", &secret)],
            ),
            (String::new(), vec![("client_id", "jobs")]),
            (String::new(), vec![("client_id", "jobs"), ("client_secret", "")]),
            (String::new(), vec![("client_secret", &secret)]),
            (String::new(), vec![]),
        ],
    )
    .await;
    let good = attempt(&relying_party, ENDPOINTS[0], &(basic("jobs", &secret), vec![])).await;
    assert_eq!(good.status, 200, "{}", good.body);
}

/// CA-01. A client that is not held to one method presents its secret in the header or in the body, whichever it is
/// registered for.
#[tokio::test]
async fn ca_01_header_and_body_are_one_method_unless_the_client_is_held_to_its_own() {
    let app = TestApp::new().await;
    for client in [
        a_client("basic").service().create(&app).await,
        a_client("post").service().post().create(&app).await,
    ] {
        let relying_party = app.relying_party(&client);
        let secret = client.secret.clone().unwrap();
        for shown in [
            (basic(&client.id, &secret), vec![]),
            (
                String::new(),
                vec![("client_id", client.id.as_str()), ("client_secret", &secret)],
            ),
        ] {
            let reply = attempt(&relying_party, ENDPOINTS[0], &shown).await;
            assert_eq!(reply.status, 200, "{}: {}", client.id, reply.body);
        }
        assert_refused(
            &relying_party,
            &[
                (basic(&client.id, "wrong"), vec![]),
                (
                    String::new(),
                    vec![("client_id", client.id.as_str()), ("client_secret", "wrong")],
                ),
                (String::new(), vec![("client_id", client.id.as_str())]),
            ],
        )
        .await;
    }
}

/// RFC 6749 §2.3: CA-01. Two methods at once are refused, even when both are right.
#[tokio::test]
async fn ca_01_two_methods_at_once_are_refused() {
    let app = TestApp::new().await;
    let client = a_client("jobs").service().create(&app).await;
    let relying_party = app.relying_party(&client);
    let secret = client.secret.clone().unwrap();
    let assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for fields in [
        vec![("client_id", "jobs"), ("client_secret", secret.as_str())],
        vec![("client_secret", "x")],
        vec![("client_id", "other")],
        vec![
            ("client_assertion", "a.b.c"),
            ("client_assertion_type", assertion),
        ],
    ] {
        for path in ENDPOINTS {
            attempt(&relying_party, path, &(basic("jobs", &secret), fields.clone()))
                .await
                .assert_error(400, "invalid_request");
        }
    }
    let same = (basic("jobs", &secret), vec![("client_id", "jobs")]);
    assert_eq!(attempt(&relying_party, ENDPOINTS[0], &same).await.status, 200);
}

/// RFC 6749 §2.3.1: CA-01 for `client_secret_post` and for public clients.
#[tokio::test]
async fn ca_01_the_body_and_the_name_alone_are_methods_of_their_own() {
    let app = TestApp::new().await;
    let posting = a_client("posting")
        .service()
        .post()
        .exact_method()
        .create(&app)
        .await;
    let relying_party = app.relying_party(&posting);
    let secret = posting.secret.clone().unwrap();
    assert_refused(
        &relying_party,
        &[
            (basic("posting", &secret), vec![]),
            (
                String::new(),
                vec![("client_id", "posting"), ("client_secret", "wrong")],
            ),
            (
                String::new(),
                vec![("client_id", "posting"), ("client_secret", "")],
            ),
            (String::new(), vec![("client_id", "posting")]),
        ],
    )
    .await;
    let public = a_client("app")
        .public()
        .redirect_uri("https://app.example.com/callback")
        .create(&app)
        .await;
    assert_refused(
        &app.relying_party(&public),
        &[
            (basic("app", ""), vec![]),
            (basic("app", "x"), vec![]),
            (String::new(), vec![("client_id", "app"), ("client_secret", "x")]),
        ],
    )
    .await;
}

/// RFC 6749 §2.3.1: CA-01. Identifier and secret are form-encoded before they are joined; plain text that means
/// something else when decoded is another secret.
#[tokio::test]
async fn ca_01_special_characters_of_a_secret_are_form_encoded() {
    let app = TestApp::new().await;
    let secret = "a+b%25c:d&e=f/g?h#i~j!k*l(m)n'o;p@q";
    let client: TestClient = a_client("jobs").service().secret(secret).create(&app).await;
    let relying_party = app.relying_party(&client);
    let encoded: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let good = attempt(&relying_party, ENDPOINTS[0], &(basic("jobs", &encoded), vec![])).await;
    assert_eq!(good.status, 200, "{}", good.body);
    assert_refused(&relying_party, &[(basic("jobs", secret), vec![])]).await;
}

/// RFC 6749 §5.2: CA-02, structurally. Whoever guesses cannot tell an unknown client from a known one, a disabled
/// one, or one with another method: the answers are the same byte for byte.
#[tokio::test]
async fn ca_02_a_refusal_does_not_tell_which_part_was_wrong() {
    let app = TestApp::new().await;
    let client = a_client("jobs").service().create(&app).await;
    a_client("posting").service().post().create(&app).await;
    let disabled = a_client("disabled").service().create(&app).await;
    let mut work = app.work().await;
    let id = signet::base::id::ClientId::from_text("disabled");
    signet::lifecycle::disable_client::disable_client(&mut work, &id)
        .await
        .unwrap();
    work.commit().await.unwrap();
    app.refresh_caches().await;
    let relying_party = app.relying_party(&client);
    let secret = client.secret.clone().unwrap();
    let prefix = format!("{}{}", &secret[..40], "x".repeat(secret.len() - 40));
    for path in ENDPOINTS {
        let mut seen = std::collections::BTreeSet::new();
        for (id, secret) in [
            ("nobody", "wrong"),
            ("jobs", "wrong"),
            ("jobs", prefix.as_str()),
            ("posting", "wrong"),
            ("disabled", disabled.secret.as_deref().unwrap()),
        ] {
            let reply = attempt(&relying_party, path, &(basic(id, secret), vec![])).await;
            let names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
            seen.insert((reply.status, reply.body, names));
        }
        assert_eq!(seen.len(), 1, "{seen:?}");
    }
}

/// CA-02, structurally: what is looked up is a digest, so a guess that begins like the real thing is answered like any
/// other, at every endpoint that looks a handle up.
#[tokio::test]
async fn ca_02_a_guess_that_begins_right_is_answered_like_any_other() {
    let app = TestApp::new().await;
    let client = a_client("web").reference_tokens().create(&app).await;
    let ada = crate::fixtures::a_person("ada").create(&app).await;
    let relying_party = app.relying_party(&client);
    let tokens = relying_party
        .tokens(&app, &ada, &[("scope", "openid offline_access")])
        .await;
    for name in ["refresh_token", "access_token"] {
        let real = tokens[name].as_str().unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for kept in (6..real.len()).step_by(7) {
            let guess = format!("{}{}", &real[..kept], "x".repeat(real.len() - kept));
            assert_ne!(guess, real);
            let refreshed = relying_party.refresh(&guess, &[]).await;
            let introspected = relying_party.introspect(&guess).await.to_string();
            let userinfo = relying_party.userinfo(&guess).await;
            seen.insert((
                refreshed.status,
                refreshed.body,
                introspected,
                userinfo.status,
                userinfo.body,
            ));
        }
        assert_eq!(seen.len(), 1, "{name}: {seen:?}");
    }
    let after = relying_party
        .refresh(tokens["refresh_token"].as_str().unwrap(), &[])
        .await;
    assert_eq!(after.status, 200, "no guess ended anything: {}", after.body);
}
