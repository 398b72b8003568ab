//! What an attack must not have left behind, seen behind the server's back, and what a refusal looks like.

use sqlx::postgres::PgConnection;

use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::fixtures::person::TestPerson;

/// A number that a statement counts.
pub async fn count(app: &TestApp, statement: &'static str) -> i64 {
    let mut connection: PgConnection = app.database.admin().await;
    sqlx::query_scalar(statement)
        .fetch_one(&mut connection)
        .await
        .expect("a count")
}

/// Codes that were ever issued.
pub async fn codes(app: &TestApp) -> i64 {
    count(app, "select count(*) from auth.oauth_authorization_codes").await
}

/// Sessions that were ever started.
pub async fn sessions(app: &TestApp) -> i64 {
    count(app, "select count(*) from auth.sessions").await
}

/// Requests that were ever stored.
pub async fn waiting(app: &TestApp) -> i64 {
    count(app, "select count(*) from auth.authorization_requests").await
}

/// Events of one name.
pub async fn events(app: &TestApp, name: &str) -> i64 {
    let mut connection = app.database.admin().await;
    sqlx::query_scalar("select count(*) from auth.security_events where event_type = $1")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .expect("a count")
}

/// Asserts a page of ours that sends nobody anywhere and cannot be framed.
pub fn assert_page(reply: &Reply, status: u16) {
    assert_eq!(reply.status, status, "{}", reply.body);
    assert_eq!(reply.headers.get("location"), None, "nobody is sent anywhere");
    assert!(reply.header("content-type").starts_with("text/html"));
    assert!(
        reply
            .header("content-security-policy")
            .contains("frame-ancestors 'none'")
    );
    assert_eq!(reply.header("cache-control"), "no-store");
}

/// Asserts the error page of an authorization request without a proven redirect URI.
pub fn assert_error_page(reply: &Reply) {
    assert_page(reply, 400);
    assert!(reply.body.contains("Authorization error"), "{}", reply.body);
}

/// Asserts an error by redirect to this client, in the query and nowhere else.
pub fn assert_refused(reply: &Reply, relying_party: &RelyingParty, code: &str) {
    let location = reply.location();
    assert!(
        reply
            .header("location")
            .starts_with(&relying_party.client.redirect_uri),
        "{location}"
    );
    assert_eq!(reply.parameter("error").as_deref(), Some(code), "{location}");
    assert_eq!(reply.parameter("code"), None);
    assert_eq!(location.fragment(), None);
    let issuer = relying_party.url("");
    assert_eq!(reply.parameter("iss"), Some(issuer));
}

/// A browser whose person is signed in by this client.
pub async fn signed_in(app: &TestApp, relying_party: &RelyingParty, person: &TestPerson) -> Browser {
    let browser = app.browser();
    let reply = relying_party.authorize(&browser, person, &[]).await;
    assert!(reply.parameter("code").is_some(), "{}", reply.header("location"));
    browser
}

/// Posts a raw form body in a browser's place, without its cookies.
pub async fn post_body(relying_party: &RelyingParty, path: &str, body: String) -> Reply {
    let request = relying_party
        .http()
        .post(relying_party.url(path))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    Reply::read(request.send().await.expect("the server answers")).await
}

/// Sends a request line and headers as they are, which no client library would, and reads the answer.
pub async fn raw(app: &TestApp, head: &str) -> String {
    raw_post(app, head, "").await
}

/// The same with a body.
pub async fn raw_post(app: &TestApp, head: &str, body: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let address = app.address.trim_start_matches("http://");
    let mut stream = tokio::net::TcpStream::connect(address)
        .await
        .expect("a connection");
    let request = format!("{head}\r\nHost: {address}\r\nConnection: close\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Whether a link, a form or something that is loaded leads to such a place. Text that only names it does not.
pub fn leads_to(reply: &Reply, place: &str) -> bool {
    ["href=", "action=", "src="].into_iter().any(|attribute| {
        let values = reply.body.split(attribute).skip(1);
        values
            .filter_map(|rest| rest.split('>').next())
            .any(|value| value.contains(place))
    })
}
