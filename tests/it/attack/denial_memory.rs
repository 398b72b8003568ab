//! DO-03: what is too large costs the server no memory; seen from outside, in a process of its own.

use super::bombs;
use crate::app::Reply;
use crate::command_line::program::Signet;
use crate::command_line::running::Running;
use crate::support::database::TestDatabase;

const FORM: &str = "application/x-www-form-urlencoded";
/// How much more than ever before a server may hold after all that: 10 MB.
const MOST: u64 = 10 * 1024;

/// Where something is sent, as what, and what is sent.
type Sent = (&'static str, &'static str, String);

async fn post(server: &Running, (path, kind, body): &Sent) -> Option<Reply> {
    let http = crate::support::http::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client");
    let request = http
        .post(format!("http://{}{path}", server.public))
        .header("content-type", *kind)
        .header("origin", "https://login.example.com")
        .body(body.clone());
    // The server may hang up on the rest of a body that it has refused.
    match request.send().await {
        Ok(response) => Some(Reply::read(response).await),
        Err(_) => None,
    }
}

async fn bearer(server: &Running, token: &str) -> u16 {
    let http = crate::support::http::client();
    let request = http
        .get(format!("http://{}/oauth2/userinfo", server.public))
        .bearer_auth(token);
    request.send().await.expect("an answer").status().as_u16()
}

fn large() -> Vec<Sent> {
    let parameters = |count: u32| (0..count).map(|index| format!("a{index}")).collect::<Vec<_>>();
    let deep = format!("{}1{}", "[".repeat(30_000), "]".repeat(30_000));
    let mut sent = Vec::new();
    for path in [
        "/oauth2/token",
        "/oauth2/introspect",
        "/oauth2/revoke",
        "/oauth2/authorize",
        "/login",
    ] {
        sent.push((path, FORM, "a".repeat(10_000_000)));
        sent.push((path, FORM, parameters(100_000).join("&")));
        sent.push((path, FORM, parameters(9_000).join("&")));
        sent.push((path, FORM, format!("scope={}", parameters(100_000).join("+"))));
        sent.push((
            path,
            FORM,
            format!("client_id=x&scope={}", parameters(9_000).join("+")),
        ));
        sent.push((path, FORM, format!("client_id=x&claims={deep}")));
    }
    sent.push(("/api/v1/organizations", "application/json", deep));
    sent
}

/// attacks.md DO-03: bodies of 10 MB, a hundred thousand parameters and scopes, JSON of any depth, and tokens that are
/// dear to read: each is refused, and the most memory that the process ever held grows by less than 10 MB.
#[tokio::test]
async fn do_03_what_is_too_large_costs_no_memory() {
    let database = TestDatabase::new().await;
    let server = Running::start(Signet::on(&database)).await;
    // Everything that grows once has grown: pools, caches, a hash, the pages.
    for (path, body) in [
        (
            "/oauth2/token",
            "grant_type=client_credentials&client_id=x&client_secret=x",
        ),
        ("/oauth2/introspect", "client_id=x&client_secret=x&token=x"),
        ("/oauth2/revoke", "client_id=x&client_secret=x&token=x"),
        ("/oauth2/authorize", "client_id=x"),
        ("/login", "username=nobody&password=wrong"),
    ] {
        let reply = post(&server, &(path, FORM, body.to_owned()))
            .await
            .expect("an answer");
        assert!((400..500).contains(&reply.status), "{path}: {}", reply.status);
    }
    assert_eq!(bearer(&server, "x").await, 401);
    let jwks = server.browser().get("/.well-known/jwks.json").await.json();
    let before = server.peak_memory();
    for sent in large() {
        let reply = post(&server, &sent).await;
        assert!(
            reply.is_none_or(|reply| (400..500).contains(&reply.status)),
            "{} of {} bytes",
            sent.0,
            sent.2.len()
        );
    }
    for (what, token) in bombs::all(&jwks["keys"][0]["kid"]) {
        assert_eq!(bearer(&server, &token).await, 401, "{what}");
    }
    let grown = server.peak_memory() - before;
    assert!(grown <= MOST, "{grown} KiB more");
    server.stop().await;
}
