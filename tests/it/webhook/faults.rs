//! HK-04: answers that are none. Whatever the hook does, there is one typed error and no claim.

use openssl::asn1::Asn1Time;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::ssl::{Ssl, SslAcceptor, SslMethod};
use openssl::x509::X509;
use signet::base::fetch::{Fetch, Reach};
use signet::hook::HookError;
use signet::hook::response::ANSWER_LIMIT;
use signet::hook::transport::http::{self, ATTEMPTS, HttpFault};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_openssl::SslStream;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::receiver::{AMPLE, EVENT, ID, Listener, ask, now, read_request, reply, target};

/// A hook that always answers these bytes, and what asking it comes to.
async fn answered(answer: &'static [u8]) -> (Result<Vec<u8>, HookError>, u32) {
    let listener = Listener::start(move |_, stream| reply(stream, answer)).await;
    let outcome = ask(&listener.url, AMPLE).await;
    (outcome, listener.connections())
}

/// Who answers does not choose where we go next: not inside, not anywhere.
#[tokio::test]
async fn hk_04_a_redirect_inward_is_a_failure() {
    let inner = MockServer::start().await;
    Mock::given(any())
        .respond_with(ResponseTemplate::new(200))
        .expect(0)
        .mount(&inner)
        .await;
    let outer = MockServer::start().await;
    for status in [301, 302, 303, 307, 308] {
        outer.reset().await;
        let away = ResponseTemplate::new(status).insert_header("location", inner.uri());
        Mock::given(any())
            .respond_with(away)
            .expect(1)
            .mount(&outer)
            .await;
        assert_eq!(
            ask(&outer.uri(), AMPLE).await,
            Err(HttpFault::Status(status).into())
        );
    }
}

#[tokio::test]
async fn hk_04_no_content_says_that_nothing_changes() {
    let (outcome, _) = answered(b"HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(outcome, Ok(Vec::new()));
}

#[tokio::test]
async fn hk_04_an_answer_that_is_not_plain_json_is_a_failure() {
    for (answer, fault) in [
        (&b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"[..], HttpFault::ContentType),
        (
            b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\n{}",
            HttpFault::ContentType,
        ),
        (
            b"HTTP/1.1 202 Accepted\r\ncontent-type: application/jsonp\r\ncontent-length: 2\r\n\r\n{}",
            HttpFault::ContentType,
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}",
            HttpFault::ContentType,
        ),
        (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 0\r\n\r\n",
            HttpFault::Empty,
        ),
        (b"HTTP/1.1 500 No\r\ncontent-length: 2\r\n\r\n{}", HttpFault::Status(500)),
    ] {
        assert_eq!(answered(answer).await, (Err(fault.into()), 1));
    }
    let (outcome, _) = answered(
        b"HTTP/1.1 202 Accepted\r\ncontent-type: Application/JSON; charset=utf-8\r\ncontent-encoding: identity\r\ncontent-length: 2\r\n\r\n{}",
    )
    .await;
    assert_eq!(outcome.as_deref(), Ok(&b"{}"[..]));
}

/// What is no HTTP at all, and what ends before its end, is a broken connection.
#[tokio::test]
async fn hk_04_a_broken_answer_is_a_failure() {
    for answer in [
        &b"SSH-2.0-OpenSSH\r\n"[..],
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 20\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ] {
        let (outcome, connections) = answered(answer).await;
        let broken = matches!(outcome, Err(HookError::Http(HttpFault::Unreachable(_))));
        assert!(broken, "{outcome:?}");
        assert_eq!(connections, ATTEMPTS);
    }
}

/// A body is measured as it arrives: an endless one is left at the limit, an announced one before its first byte.
#[tokio::test]
async fn hk_04_a_body_beyond_the_limit_is_not_read() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    let announced = format!("{head}content-length: {}\r\n\r\n", ANSWER_LIMIT + 1);
    let endless = format!("{head}transfer-encoding: chunked\r\n\r\n");
    for (begin, chunk) in [(announced, ""), (endless, "400\r\n")] {
        let listener = Listener::start(move |_, mut stream| {
            let begin = begin.clone();
            async move {
                read_request(&mut stream).await;
                let kilobyte = format!("{chunk}{}\r\n", "x".repeat(1024));
                let mut next = begin.as_bytes();
                while !chunk.is_empty() || next == begin.as_bytes() {
                    if stream.write_all(next).await.is_err() {
                        return;
                    }
                    next = kilobyte.as_bytes();
                }
                std::future::pending::<()>().await;
            }
        })
        .await;
        assert_eq!(ask(&listener.url, AMPLE).await, Err(HookError::Oversized));
        assert_eq!(listener.connections(), 1);
    }
}

/// No address inside the network is reached unless configuration says so, however the URL spells it.
#[tokio::test]
async fn hk_04_an_inner_address_is_not_reached() {
    let listener = Listener::start(|_, stream| async { drop(stream) }).await;
    let port = listener.url.replace("http://127.0.0.1:", "");
    for (reach, host) in [
        (Reach::Public, "http://127.0.0.1"),
        (Reach::Public, "http://localhost"),
        (Reach::Public, "https://0x7f000001"),
        (Reach::Public, "https://10.0.0.1"),
        (Reach::Public, "https://169.254.169.254"),
        (Reach::PublicAndLoopback, "https://192.168.0.1"),
        (Reach::PublicAndPrivate, "https://169.254.169.254"),
        (Reach::PublicAndPrivate, "https://[fd00:ec2::254]"),
        (Reach::PublicAndPrivate, "https://[fd20:ce::254]"),
        (Reach::PublicAndPrivate, "https://168.63.129.16"),
        (Reach::PublicAndPrivate, "https://[fe80::1]"),
    ] {
        let fetch = Fetch::new(reach);
        let inner = target(&format!("{host}:{port}"));
        let refused = http::ask(&fetch, &inner, ID, EVENT, now(), AMPLE).await;
        assert_eq!(refused, Err(HttpFault::ForbiddenAddress.into()), "{host}");
    }
    assert_eq!(listener.connections(), 0);
}

/// A certificate that nobody vouches for, for another name at that.
fn acceptor() -> SslAcceptor {
    let key = PKey::from_rsa(Rsa::generate(2048).expect("a key")).expect("a key");
    let mut certificate = X509::builder().expect("a certificate");
    certificate.set_pubkey(&key).expect("set");
    let (from, to) = (Asn1Time::days_from_now(0), Asn1Time::days_from_now(1));
    certificate.set_not_before(&from.expect("a time")).expect("set");
    certificate.set_not_after(&to.expect("a time")).expect("set");
    certificate.sign(&key, MessageDigest::sha256()).expect("signed");
    let mut acceptor = SslAcceptor::mozilla_intermediate_v5(SslMethod::tls_server()).expect("TLS");
    acceptor.set_private_key(&key).expect("set");
    acceptor.set_certificate(&certificate.build()).expect("set");
    acceptor.build()
}

/// An unknown certificate, and a port that does not speak TLS: the event is not handed over.
#[tokio::test]
async fn hk_04_bad_tls_is_a_failure_and_gets_no_event() {
    let acceptor = acceptor();
    let unknown = Listener::start(move |_, stream| {
        let ssl = Ssl::new(acceptor.context()).expect("a session");
        async move {
            let mut stream = SslStream::new(ssl, stream).expect("a stream");
            let shaken = std::pin::Pin::new(&mut stream).accept().await;
            assert!(shaken.is_err(), "the certificate was accepted");
        }
    })
    .await;
    let plain = Listener::start(|_, mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.shutdown().await;
        // Hanging up on what was said would be a reset.
        let mut said = Vec::new();
        let _ = stream.read_to_end(&mut said).await;
        assert!(!said.ends_with(EVENT));
    })
    .await;
    for listener in [unknown, plain] {
        let refused = ask(&listener.url.replace("http:", "https:"), AMPLE).await;
        let Err(HookError::Http(HttpFault::Unreachable(reason))) = refused else {
            panic!("{refused:?}");
        };
        assert!(!reason.contains("/hook"), "{reason}");
        assert_eq!(listener.connections(), ATTEMPTS);
    }
}
