//! Limits per address, row by row of the front door's table: what asks the database is limited.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Method;
use signet::router::{Limit, Row, table};

use crate::app::{Browser, Reply, TestApp};
use crate::support::statements::Statements;

/// A server that lets each address ask once a minute, behind a proxy: the tests.
async fn strict() -> TestApp {
    TestApp::with(|config| {
        config.listen.trusted_proxies = vec!["127.0.0.1".to_owned()];
        let limits = &mut config.limits;
        limits.logins_per_minute_per_address = 1;
        limits.authorizations_per_minute_per_address = 1;
        limits.api_requests_per_minute_per_address = 1;
        limits.token_requests_per_minute_per_address = 1;
    })
    .await
}

async fn ask(app: &TestApp, (method, path): (&Method, &str), from: IpAddr) -> Reply {
    let path: Vec<&str> = path
        .split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part })
        .collect();
    let http = crate::support::http::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .expect("a client");
    let request = http
        .request(method.clone(), format!("{}{}", app.issuer, path.join("/")))
        .header("x-forwarded-for", from.to_string());
    Reply::read(request.send().await.expect("an answer")).await
}

/// Every row either has a limit per address, in the form of its path, or sends no statement.
#[tokio::test]
async fn every_route_that_asks_the_database_is_limited() {
    let app = strict().await;
    let mut statements = Statements::of(&app.database).await;
    for (number, (limit, route)) in (0..).zip(table()) {
        let what = format!("{} {}", route.method, route.path);
        // Rows of one limit are counted together, so each is asked from somewhere else.
        let from = IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number));
        let row = (&route.method, route.path);
        let (first, sent) = statements.during(ask(&app, row, from)).await;
        assert_ne!(first.status, 429, "{what}");
        let second = ask(&app, row, from).await;
        if limit == Limit::FromMemory {
            assert_eq!(sent, Vec::<String>::new(), "{what}");
            assert_eq!(second.status, 200, "{what}");
            continue;
        }
        assert_eq!(second.status, 429, "{what}");
        assert!(second.headers.contains_key("retry-after"), "{what}");
        let oauth = matches!(limit, Limit::Token | Limit::Userinfo);
        let code = if oauth {
            second.json()["error"].clone()
        } else {
            second.json()["code"].clone()
        };
        let expected = if oauth {
            "temporarily_unavailable"
        } else {
            "too_many_requests"
        };
        assert_eq!(code, expected, "{what}");
    }
}

/// What has no limit is a short list that nobody makes longer by mistake.
#[test]
fn what_is_answered_from_memory_is_known() {
    let unlimited: Vec<&str> = table()
        .iter()
        .filter(|(limit, _): &&Row| *limit == Limit::FromMemory)
        .map(|(_, route)| route.path)
        .collect();
    assert_eq!(
        unlimited,
        ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/"]
    );
}

/// Userinfo and tokens are counted apart: whoever reads userinfo for everybody still gets tokens.
#[tokio::test]
async fn userinfo_takes_nothing_from_the_token_endpoint() {
    let app = strict().await;
    let from = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));
    for status in [401, 429] {
        let reply = ask(&app, (&Method::GET, "/oauth2/userinfo"), from).await;
        assert_eq!(reply.status, status);
    }
    let reply = ask(&app, (&Method::POST, "/oauth2/token"), from).await;
    assert_eq!(reply.status, 400);
}

/// A /64 counts as one address, and the /48 around it has sixteen times as much: whoever holds a /48 has no 65,536
/// addresses.
#[tokio::test]
async fn a_site_of_ipv6_is_limited_around_its_networks() {
    let app = strict().await;
    let row = (&Method::GET, "/account");
    let of = |network: u16, host: u16| IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, host));
    // A few more may pass on a slow machine, since time goes on and the limit with it.
    let mut answered = 0;
    while ask(&app, row, of(answered, 1)).await.status != 429 {
        answered += 1;
        assert!(answered < 400, "no network was refused for its site");
    }
    assert!(answered >= 16, "{answered} networks were answered");
    assert_eq!(ask(&app, row, of(0, 2)).await.status, 429, "the same /64");
    let elsewhere = IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1));
    assert_ne!(ask(&app, row, elsewhere).await.status, 429, "another /48");
}

/// RFC 7239: with `listen.forwarded_by`, the other header is read instead, and X-Forwarded-For says nothing.
#[tokio::test]
async fn the_header_that_configuration_names_is_believed() {
    let app = TestApp::with(|config| {
        config.listen.trusted_proxies = vec!["127.0.0.1".to_owned()];
        config.listen.forwarded_by = signet::config::ForwardedBy::Forwarded;
        config.limits.authorizations_per_minute_per_address = 1;
    })
    .await;
    let browser: Browser = app.browser();
    let mut statuses = Vec::new();
    for (name, value) in [
        ("forwarded", "for=\"[2001:db8::7]:4711\";proto=https"),
        ("forwarded", "for=\"[2001:db8::8]:4712\""),
        ("forwarded", "for=192.0.2.1"),
        ("x-forwarded-for", "192.0.2.2"),
        ("x-forwarded-for", "192.0.2.3"),
    ] {
        let reply = browser.get_with("/account", &[(name, value)]).await;
        statuses.push(reply.status == 429);
    }
    assert_eq!(statuses, [false, true, false, false, true]);
}
