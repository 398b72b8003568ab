//! `signet client … --icon`: a picture is fetched once, shown where people see the client, served by us, and goes with
//! its address or its client.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::MockServer;

use super::program::Signet;
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::attack::evidence::count;
use crate::fixtures::icon::{answer, asked, green, has, red};
use crate::fixtures::{a_client, a_person};

/// The program where this machine's addresses may be fetched.
fn near(app: &TestApp) -> Signet {
    Signet::on(&app.database).with("SIGNET_CLIENTS__REACH", "loopback")
}

/// The sources of a page's pictures.
fn pictures(page: &Reply) -> Vec<&str> {
    page.body
        .split("<img class=\"badge\" src=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect()
}

/// The sign-in page of a client, as somebody sees it who has never been there.
async fn sign_in_page(app: &TestApp, relying_party: &RelyingParty) -> Reply {
    app.refresh_caches().await;
    let browser = app.browser();
    let page = browser.get(&relying_party.authorization_url(&[])).await;
    browser.get(page.location().as_str()).await
}

/// What stands at an address, byte for byte.
async fn bytes_at(url: &str) -> Vec<u8> {
    let answer = reqwest::get(url).await.expect("an answer");
    answer.bytes().await.expect("a body").to_vec()
}

async fn kept(app: &TestApp) -> i64 {
    count(app, "select count(*) from auth.client_icons").await
}

/// The server that has the picture is asked once, by the command; people's browsers ask us, and never again.
#[tokio::test]
async fn an_icon_is_fetched_once_and_served_by_us() {
    let app = TestApp::new().await;
    let server = MockServer::start().await;
    let address = has(&server, "/logo", answer(green(), "application/octet-stream")).await;
    let relying_party = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let edited = near(&app)
        .json(&["client", "edit", "shop", "--icon", &address])
        .await;
    let mut expected = json!({
        "source": address, "media_type": "image/png", "width": 48, "height": 32, "bytes": green().len(),
    });
    expected["fetched_at"] = edited["icon"]["fetched_at"].clone();
    assert!(expected["fetched_at"].is_string(), "{edited}");
    assert_eq!(edited["icon"], expected);
    assert_eq!(edited["logo_uri"], address.as_str());
    let shown = Signet::on(&app.database).run(&["client", "show", "shop"]).await;
    assert!(
        shown.output.contains("image/png") && shown.output.contains(&address),
        "{}",
        shown.output
    );

    app.refresh_caches().await;
    let ada = a_person("ada").create(&app).await;
    let browser: Browser = app.browser();
    let page = browser.get(&relying_party.authorization_url(&[])).await;
    let login = browser.get(page.location().as_str()).await;
    let resumed = browser.sign_in(&page, &ada).await;
    let consent = browser.get(resumed.location().as_str()).await;
    let consent = browser.get(consent.location().as_str()).await;
    assert!(consent.body.contains("Allow access?"), "{}", consent.body);
    let [source] = pictures(&consent)[..] else {
        panic!("{}", consent.body);
    };
    assert_eq!(pictures(&login), [source]);
    assert!(source.starts_with("/static/client-icons/"), "{source}");
    assert!(
        consent
            .header("content-security-policy")
            .contains("img-src 'self' data:;")
    );

    let request = page.parameter("request").unwrap();
    browser.decide(&request, "deny").await;
    app.clock.advance(Duration::from_secs(11));
    let over = browser.get(&format!("/consent?request={request}")).await;
    assert!(over.body.contains("You have answered already"), "{}", over.body);
    assert_eq!(pictures(&over), [source]);

    let picture = app.browser().get(source).await;
    assert_eq!(picture.status, 200);
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("x-content-type-options", "nosniff"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'; sandbox",
        ),
        ("cross-origin-resource-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("set-cookie", ""),
    ] {
        assert_eq!(picture.header(name), value, "{name}");
    }
    assert_eq!(bytes_at(&format!("{}{source}", app.issuer)).await, green());
    let requests = server.received_requests().await.expect("recorded");
    let [request] = &requests[..] else {
        panic!("it was asked {} times", requests.len());
    };
    assert_eq!(request.headers["accept"], "image/png, image/webp, image/jpeg");
}

/// Only the name of a picture that is kept leads to one.
#[tokio::test]
async fn nothing_else_stands_where_icons_are_served() {
    let app = TestApp::new().await;
    let unknown = "A".repeat(43);
    for name in ["x", unknown.as_str(), "%2e%2e%2fsignet.css", "shop", "a/b"] {
        let reply = app.browser().get(&format!("/static/client-icons/{name}")).await;
        assert_eq!(reply.status, 404, "{name}: {}", reply.body);
        assert!(!reply.header("cache-control").contains("immutable"), "{name}");
    }
}

/// Another picture takes the place of the first; where its address is registered no more, or its client is gone, no page
/// shows it and nothing is left of it.
#[tokio::test]
async fn an_icon_goes_with_its_address_and_with_its_client() {
    let app = TestApp::new().await;
    let server = MockServer::start().await;
    let first = has(&server, "/green.png", answer(green(), "image/png")).await;
    let second = has(&server, "/red.png", answer(red(), "image/png")).await;
    let relying_party = app.relying_party(&a_client("shop").third_party().create(&app).await);
    let signet = near(&app);
    let edit = async |options: &[&str], input: Value| {
        let arguments = [&["client", "edit", "shop"], options].concat();
        signet.json_with_input(&arguments, &input.to_string()).await
    };
    edit(&["--icon", &first], Value::Null).await;
    let page = sign_in_page(&app, &relying_party).await;
    let old = pictures(&page).concat();
    edit(&["--icon", &second], Value::Null).await;
    let page = sign_in_page(&app, &relying_party).await;
    let new = pictures(&page).concat();
    assert_ne!(old, new);
    assert_eq!(app.browser().get(&old).await.status, 404);
    assert_eq!(bytes_at(&format!("{}{new}", app.issuer)).await, red());

    // The same address in a document changes nothing, and another field neither.
    let same = edit(
        &["--metadata", "-", "--name", "Shop"],
        json!({"logo_uri": second}),
    )
    .await;
    assert_eq!(same["icon"]["source"], second.as_str());
    // Another one is registered and not fetched: the letter stands until `--icon` does.
    let other = edit(
        &["--metadata", "-"],
        json!({"logo_uri": "https://cdn.example.com/a.png"}),
    )
    .await;
    assert_eq!(other["logo_uri"], "https://cdn.example.com/a.png");
    assert_eq!((&other["icon"], kept(&app).await), (&Value::Null, 0));
    assert_eq!(pictures(&sign_in_page(&app, &relying_party).await), [""; 0]);
    assert_eq!(app.browser().get(&new).await.status, 404);

    for taken_away in [&["--reset", "logo_uri"], &["--icon", ""]] {
        edit(&["--icon", &first], Value::Null).await;
        assert_eq!(kept(&app).await, 1);
        let left = edit(taken_away, Value::Null).await;
        assert_eq!((&left["logo_uri"], &left["icon"]), (&Value::Null, &Value::Null));
        assert_eq!(kept(&app).await, 0, "{taken_away:?}");
    }
    edit(&["--icon", &first, "--reset", "logo_uri"], Value::Null).await;
    assert_eq!(kept(&app).await, 0, "what is not registered is not kept");

    edit(&["--icon", &first], Value::Null).await;
    assert_eq!(app.browser().get(&old).await.status, 200);
    signet.json(&["client", "delete", "shop", "--yes"]).await;
    assert_eq!(kept(&app).await, 0);
    assert_eq!(app.browser().get(&old).await.status, 404);
    assert_eq!(asked(&server).await, 6, "once for each --icon");
}

/// `client create` fetches it too. Two clients may have the same picture, and each keeps it when the other goes.
#[tokio::test]
async fn two_clients_may_have_the_same_icon() {
    let app = TestApp::new().await;
    let server = MockServer::start().await;
    let address = has(&server, "/logo.png", answer(green(), "image/png")).await;
    let signet = near(&app);
    for id in ["one", "two"] {
        let mut create = vec!["client", "create", "--id", id, "--name", id, "--icon", &address];
        create.extend(["--redirect-uri", "https://shop.example.com/cb"]);
        signet.json(&create).await;
        let shown = signet.json(&["client", "show", id]).await;
        assert_eq!(shown["icon"]["source"], address.as_str());
    }
    let digest: String = sqlx::query_scalar("select encode(digest, 'base64') from auth.client_icons limit 1")
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("a digest");
    let path = digest.replace('+', "-").replace('/', "_").replace('=', "");
    let path = format!("/static/client-icons/{path}");
    for (id, left) in [("one", 200), ("two", 404)] {
        signet.json(&["client", "delete", id, "--yes"]).await;
        assert_eq!(app.browser().get(&path).await.status, left, "{id}");
    }
}
