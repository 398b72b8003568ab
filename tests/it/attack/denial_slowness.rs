//! DO-02: whoever says nothing, or says it slowly, or breaks off what they began, is shown out; others do not notice.

use std::time::Duration;

use axum::Router;
use axum::routing::post;
use signet::http::middleware::body::{self, Bodies};
use signet::router;
use signet::server::listener::{Listener, ListenerSettings};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::app::{Browser, TestApp};

const PATIENCE: Duration = Duration::from_secs(20);

/// Serves a router with short deadlines.
async fn serve(router: Router) -> String {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("an address").to_string();
    let settings = ListenerSettings {
        header_time: Duration::from_millis(100),
        idle_time: Duration::from_millis(100),
        ..ListenerSettings::default()
    };
    tokio::spawn(Listener::new(socket, None, settings).serve(router, CancellationToken::new()));
    address
}

async fn connect(address: &str) -> TcpStream {
    TcpStream::connect(address).await.expect("a connection")
}

/// What the server says until it hangs up.
async fn farewell(mut stream: TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    let listening = stream.read_to_end(&mut said);
    // A reset is a farewell too.
    let _ = tokio::time::timeout(PATIENCE, listening)
        .await
        .expect("the server hangs up");
    said
}

/// attacks.md DO-02: a connection without a byte, half a head, a head in drips, and an idle one after its answer.
#[tokio::test]
async fn do_02_slow_heads_are_shown_out() {
    let app = TestApp::new().await;
    let address = serve(router::public(&app.app).expect("a router")).await;
    let silent = connect(&address).await;
    let mut half = connect(&address).await;
    half.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ")
        .await
        .expect("sent");
    let mut idle = connect(&address).await;
    idle.write_all(b"GET /login HTTP/1.1\r\nHost: x\r\n\r\n")
        .await
        .expect("sent");
    let dripping = tokio::spawn({
        let mut stream = connect(&address).await;
        async move {
            let drip = async {
                while stream.write_all(b"X").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::time::timeout(PATIENCE, drip)
                .await
                .expect("the server hangs up");
        }
    });
    assert_eq!(
        Browser::new(&format!("http://{address}"))
            .get("/login")
            .await
            .status,
        200
    );
    assert!(farewell(silent).await.is_empty());
    let said = farewell(half).await;
    assert!(
        said.is_empty() || said.starts_with(b"HTTP/1.1 408"),
        "{}",
        String::from_utf8_lossy(&said)
    );
    assert!(farewell(idle).await.starts_with(b"HTTP/1.1 200"));
    dripping.await.expect("shown out");
}

/// attacks.md DO-02: a body that drips is 408 and ends the connection; the endpoint never runs.
#[tokio::test]
async fn do_02_a_dripping_body_is_a_timeout() {
    let bodies = Bodies {
        time: Duration::from_millis(100),
        ..Bodies::within(1 << 20)
    };
    let endpoint = post(async || -> &'static str { panic!("the endpoint ran") });
    let router = Router::new()
        .route("/", endpoint)
        .layer(axum::middleware::from_fn_with_state(bodies, body::read));
    let address = serve(router).await;
    let mut stream = connect(&address).await;
    stream
        .write_all(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nfew")
        .await
        .expect("sent");
    let said = String::from_utf8(farewell(stream).await)
        .expect("text")
        .to_lowercase();
    assert!(said.starts_with("http/1.1 408"), "{said}");
    assert!(said.contains("connection: close"), "{said}");
}

pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("small");
    let mut bytes = length.to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// The preface of RFC 9113 §3.4 and empty settings.
pub(super) fn hello() -> Vec<u8> {
    let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    bytes.extend(frame(4, 0, 0, &[]));
    bytes
}

/// `GET /` over http in three indexed fields (RFC 7541 appendix A).
const GET: [u8; 3] = [0x82, 0x84, 0x86];

/// Sends everything and hears the connection out; whether the server refused to go on (GOAWAY) or hung up.
async fn flooded(address: &str, flood: Vec<u8>) -> bool {
    let stream = connect(address).await;
    let (mut reading, mut writing) = stream.into_split();
    let sending = tokio::spawn(async move { writing.write_all(&flood).await });
    let mut said = Vec::new();
    let _ = tokio::time::timeout(PATIENCE, reading.read_to_end(&mut said))
        .await
        .expect("the server hangs up");
    let refused = sending.await.expect("sent").is_err();
    let mut rest = said.as_slice();
    while let [a, b, c, kind, _, _, _, _, _, ..] = rest {
        let length = u32::from_be_bytes([0, *a, *b, *c]) as usize;
        if *kind == 7 {
            return true;
        }
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    refused
}

/// attacks.md DO-02 (CVE-2023-44487, RUSTSEC-2024-0003, RUSTSEC-2024-0332): streams that are opened and reset, and
/// heads without end, end their connection and no other.
#[tokio::test]
async fn do_02_floods_of_frames_end_their_own_connection() {
    let app = TestApp::new().await;
    let address = serve(router::public(&app.app).expect("a router")).await;
    let mut resets = hello();
    let mut endless = hello();
    endless.extend(frame(1, 0, 1, &GET));
    for index in 0..5_000_u32 {
        resets.extend(frame(1, 0x5, 2 * index + 1, &GET));
        resets.extend(frame(3, 0, 2 * index + 1, &8_u32.to_be_bytes()));
        // A field `x: aaa…` that is not indexed, again and again.
        let mut field = vec![0x00, 0x01, b'x', 0x7f, 0x81, 0x01];
        field.extend([b'a'; 256]);
        endless.extend(frame(9, 0, 1, &field));
    }
    let silent = connect(&address).await;
    assert!(flooded(&address, resets).await, "rapid reset");
    assert!(flooded(&address, endless).await, "CONTINUATION");
    assert!(farewell(silent).await.is_empty());
    let others = Browser::new(&format!("http://{address}"));
    assert_eq!(others.get("/login").await.status, 200);
}

/// attacks.md DO-02 over HTTP/2: no request, half a head, and a head in drips are shown out like those of HTTP/1.1, however
/// often they knock meanwhile (PING).
#[tokio::test]
async fn do_02_slow_heads_of_streams_are_shown_out() {
    let app = TestApp::new().await;
    let address = serve(router::public(&app.app).expect("a router")).await;
    let ping = frame(6, 0, 0, &[0; 8]);
    let half = frame(1, 0, 1, &GET);
    // A field of a continuation that is not indexed, `x: a`.
    let drip = frame(9, 0, 1, &[0x00, 0x01, b'x', 0x01, b'a']);
    for (begin, again) in [(vec![], ping), (half.clone(), vec![]), (half, drip)] {
        let stream = connect(&address).await;
        let (mut reading, mut writing) = stream.into_split();
        writing.write_all(&[hello(), begin].concat()).await.expect("sent");
        let knocking = tokio::spawn(async move {
            while writing.write_all(&again).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        let mut said = Vec::new();
        let _ = tokio::time::timeout(PATIENCE, reading.read_to_end(&mut said))
            .await
            .expect("the server hangs up");
        knocking.abort();
    }
    let others = Browser::new(&format!("http://{address}"));
    assert_eq!(others.get("/login").await.status, 200);
}

/// attacks.md DO-02: a thousand connections that say nothing keep nobody from being answered.
#[tokio::test]
async fn do_02_silent_connections_keep_nobody_out() {
    let app = TestApp::new().await;
    let address = app.address.trim_start_matches("http://").to_owned();
    let mut silent = Vec::new();
    for _ in 0..1_000 {
        silent.push(connect(&address).await);
    }
    let others = Browser::new(&app.address);
    for _ in 0..5 {
        assert_eq!(others.get("/login").await.status, 200);
    }
    assert_eq!(silent.len(), 1_000);
}

/// attacks.md DO-02 (RUSTSEC-2026-0258): frames without content end their connection, and no other.
#[tokio::test]
async fn do_02_empty_frames_end_their_own_connection() {
    let app = TestApp::new().await;
    let address = serve(router::public(&app.app).expect("a router")).await;
    let mut empty = hello();
    // `POST /` over http whose body never ends: `:method: POST` is field 3.
    empty.extend(frame(1, 0x4, 1, &[0x83, 0x84, 0x86]));
    for _ in 0..50_000 {
        empty.extend(frame(0, 0, 1, &[]));
    }
    assert!(flooded(&address, empty).await, "empty DATA");
    let others = Browser::new(&format!("http://{address}"));
    assert_eq!(others.get("/login").await.status, 200);
}
