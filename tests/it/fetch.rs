//! The only outgoing HTTP keeps its bounds (attacks.md, DR and BR-08): redirects are not followed, the answer is
//! capped, and no spelling of an inner address is reached.

use std::net::IpAddr;

use http::Request;
use signet::base::fetch::{Fetch, FetchError, Reach, SIZE_LIMIT, permitted};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn get(url: &str) -> Request<Vec<u8>> {
    Request::get(url).body(Vec::new()).expect("a request")
}

async fn serves(server: &MockServer, at: &str, answer: ResponseTemplate, times: u64) {
    let mock = Mock::given(method("GET"))
        .and(path(at))
        .respond_with(answer)
        .expect(times);
    mock.mount(server).await;
}

/// Whoever answers must not choose where we go next.
#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let server = MockServer::start().await;
    let away = ResponseTemplate::new(302).insert_header("location", format!("{}/inner", server.uri()));
    serves(&server, "/", away, 1).await;
    serves(&server, "/inner", ResponseTemplate::new(200), 0).await;
    let fetch = Fetch::new(Reach::PublicAndLoopback);
    let answer = fetch.send(get(&server.uri())).await.expect("an answer");
    assert_eq!(answer.status(), 302);
}

/// An answer of exactly the limit is read; one byte more is not.
#[tokio::test]
async fn a_body_is_read_up_to_the_limit() {
    let server = MockServer::start().await;
    let whole = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; SIZE_LIMIT]);
    let more = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; SIZE_LIMIT + 1]);
    serves(&server, "/whole", whole, 1).await;
    serves(&server, "/more", more, 1).await;
    let fetch = Fetch::new(Reach::PublicAndLoopback);
    let answer = fetch
        .send(get(&format!("{}/whole", server.uri())))
        .await
        .expect("an answer");
    assert_eq!(answer.body().len(), SIZE_LIMIT);
    let refused = fetch.send(get(&format!("{}/more", server.uri()))).await;
    assert!(matches!(refused, Err(FetchError::TooLarge)), "{refused:?}");
}

/// Names and literals that mean this machine, in every spelling that a URL parser understands.
#[tokio::test]
async fn no_spelling_of_an_inner_address_is_reached() {
    let server = MockServer::start().await;
    serves(&server, "/", ResponseTemplate::new(200), 0).await;
    let port = server.address().port();
    let fetch = Fetch::new(Reach::Public);
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "127.1",
        "0x7f.1",
        "0x7f000001",
        "2130706433",
        "0177.0.0.1",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
    ] {
        let answer = fetch.send(get(&format!("http://{host}:{port}/"))).await;
        assert!(
            matches!(answer, Err(FetchError::ForbiddenAddress)),
            "{host}: {answer:?}"
        );
    }
}

/// RFC 6890: what is not the public network is not reached; loopback only where configuration permits it.
#[test]
fn only_public_addresses_are_permitted() {
    for address in [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.1.2.3",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.9",
        "192.0.0.8",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "2001::1",
        "3fff::1",
        "4000::1",
        "fec0::1",
        "100::1",
        "::169.254.169.254",
        "::ffff:10.0.0.1",
    ] {
        let address: IpAddr = address.parse().expect("an address");
        for reach in [Reach::Public, Reach::PublicAndLoopback] {
            assert!(!permitted(address, reach), "{address} {reach:?}");
        }
    }
    for loopback in ["127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"] {
        let address: IpAddr = loopback.parse().expect("an address");
        assert!(!permitted(address, Reach::Public), "{loopback}");
        assert!(permitted(address, Reach::PublicAndLoopback), "{loopback}");
    }
    for (private, reached) in [
        ("10.1.2.3", true),
        ("172.16.0.1", true),
        ("192.168.1.1", true),
        ("fd12:3456::1", true),
        ("127.0.0.1", true),
        ("169.254.169.254", false),
        ("fe80::1", false),
        ("100.64.0.1", false),
        ("224.0.0.1", false),
        ("0.0.0.0", false),
    ] {
        let address: IpAddr = private.parse().expect("an address");
        assert_eq!(permitted(address, Reach::PublicAndPrivate), reached, "{private}");
    }
    for public in [
        "1.1.1.1",
        "93.184.215.14",
        "2606:4700::1111",
        "172.32.0.1",
        "100.128.0.1",
    ] {
        assert!(
            permitted(public.parse().expect("an address"), Reach::Public),
            "{public}"
        );
    }
}

/// DR-04, HK-04: where clouds keep their instances' credentials is out of reach, also of who opened private networks,
/// and where it stands in a public one.
#[test]
fn dr_04_a_clouds_metadata_is_out_of_every_reach() {
    for metadata in [
        "169.254.169.254",
        "169.254.170.2",
        "169.254.42.42",
        "fe80::a9fe:a9fe",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "fd00:a9fe:a9fe::1",
        "fd00:42::42",
        "fd00:100::100:200",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "::ffff:168.63.129.16",
        "::ffff:169.254.169.254",
    ] {
        let address: IpAddr = metadata.parse().expect("an address");
        for reach in [Reach::Public, Reach::PublicAndLoopback, Reach::PublicAndPrivate] {
            assert!(!permitted(address, reach), "{metadata} {reach:?}");
        }
    }
    for beside in ["fd20:ce::253", "fd00:c1::1", "fd00:100::1", "10.100.100.200"] {
        let address: IpAddr = beside.parse().expect("an address");
        assert!(permitted(address, Reach::PublicAndPrivate), "{beside}");
    }
}
