//! The other end of a hook: what was asked of it, whether a receiver would believe it, and listeners that speak HTTP
//! only as far as a test wants.

use std::time::Duration;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use signet::base::clock::Timestamp;
use signet::base::fetch::{Fetch, Reach};
use signet::base::secret::Secret;
use signet::hook::HookError;
use signet::hook::transport::http;
use signet::hook::transport::target::HttpTarget;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use wiremock::Request;

/// 32 bytes of `a`.
pub const SECRET: &str = "whsec_YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=";
/// 24 bytes of `b`.
pub const OLD_SECRET: &str = "whsec_YmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJi";
/// The event's id.
pub const ID: &str = "msg_01";
/// The event.
pub const EVENT: &[u8] = br#"{"user_id":"ada"}"#;
/// More than any honest answer needs, less than a test should wait.
pub const AMPLE: Duration = Duration::from_secs(5);
/// For hooks that never answer.
pub const SHORT: Duration = Duration::from_millis(150);

/// When the event was sent first.
pub fn now() -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000, 0).expect("a time")
}

pub fn target(url: &str) -> HttpTarget {
    HttpTarget::new(url, Secret::new(SECRET.to_owned())).expect("a target")
}

/// Asks the hook at a URL.
pub async fn ask(url: &str, budget: Duration) -> Result<Vec<u8>, HookError> {
    let fetch = Fetch::new(Reach::PublicAndLoopback);
    http::ask(&fetch, &target(url), ID, EVENT, now(), budget).await
}

/// One header of a request as text.
pub fn header<'a>(request: &'a Request, name: &str) -> &'a str {
    let mut values = request.headers.get_all(name).iter();
    let value = values.next().unwrap_or_else(|| panic!("no {name}"));
    assert!(values.next().is_none(), "{name} stands once");
    value.to_str().expect("text")
}

/// Standard Webhooks, "Verifying signatures", as a receiver would write it down from the specification: whether one
/// of the signatures is that of the secret.
pub fn believes(secret: &str, id: &str, timestamp: &str, body: &[u8], signatures: &str) -> bool {
    let encoded = secret.strip_prefix("whsec_").expect("a symmetric secret");
    let key = openssl::base64::decode_block(encoded).expect("base64");
    let key = PKey::hmac(&key).expect("a key");
    let mut signer = Signer::new(MessageDigest::sha256(), &key).expect("a signer");
    let message = [id.as_bytes(), timestamp.as_bytes(), body].join(&b'.');
    let mac = signer.sign_oneshot_to_vec(&message).expect("a signature");
    let expected = format!("v1,{}", openssl::base64::encode_block(&mac));
    signatures.split(' ').any(|signature| signature == expected)
}

/// The same of a whole request.
pub fn is_believed(secret: &str, request: &Request) -> bool {
    let [id, timestamp, signatures] =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| header(request, name));
    believes(secret, id, timestamp, &request.body, signatures)
}

/// A listener that gives each connection to a closure in turn, with its number; it counts until it is stopped.
pub struct Listener {
    pub url: String,
    accepting: JoinHandle<()>,
    accepted: std::sync::Arc<std::sync::atomic::AtomicU32>,
}

impl Listener {
    pub async fn start<F, S>(serve: S) -> Self
    where
        S: Fn(u32, TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/hook", socket.local_addr().expect("an address"));
        let accepted = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
        let counter = std::sync::Arc::clone(&accepted);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = socket.accept().await {
                let number = counter.fetch_add(1, std::sync::atomic::Ordering::SeqCst) + 1;
                tokio::spawn(serve(number, stream));
            }
        });
        Self {
            url,
            accepting,
            accepted,
        }
    }

    /// How many connections there were.
    pub fn connections(&self) -> u32 {
        self.accepted.load(std::sync::atomic::Ordering::SeqCst)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Reads a request's head and body.
pub async fn read_request(stream: &mut TcpStream) -> Vec<u8> {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    while !is_whole(&request) {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => request.extend_from_slice(&buffer[..read]),
            _ => break,
        }
    }
    request
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| body.len() >= length.parse().expect("a length"))
}

/// Reads the request, answers with these bytes and hangs up.
pub async fn reply(mut stream: TcpStream, answer: &[u8]) {
    read_request(&mut stream).await;
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}
