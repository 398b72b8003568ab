//! HK-04: a hook that takes its time does not get more than its budget, and is not asked twice.

use std::time::Duration;

use signet::hook::HookError;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::receiver::{Listener, SHORT, ask, read_request};

/// Far above [`SHORT`], for a busy machine; far below what these hooks would take.
const SOON: Duration = Duration::from_secs(10);

/// Asks, and expects that time runs out on one connection.
async fn runs_out(listener: &Listener, url: &str) {
    let started = Instant::now();
    assert_eq!(ask(url, SHORT).await, Err(HookError::Timeout));
    assert!((SHORT..SOON).contains(&started.elapsed()));
    assert_eq!(listener.connections(), 1, "a timeout is not tried again");
}

/// Writes a byte, waits a little, and so on for ever.
async fn drip(stream: &mut TcpStream) {
    while stream.write_all(b"x").await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn hk_04_a_hook_that_never_speaks_runs_out_of_time() {
    let silent = Listener::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    runs_out(&silent, &silent.url).await;
}

/// Connected, and then not a word of TLS.
#[tokio::test]
async fn hk_04_a_handshake_that_hangs_runs_out_of_time() {
    let silent = Listener::start(|_, stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    runs_out(&silent, &silent.url.replace("http:", "https:")).await;
}

/// Neither a head nor a body that keeps arriving extends the budget.
#[tokio::test]
async fn hk_04_a_dripping_answer_runs_out_of_time() {
    let head = Listener::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nx-drip: ").await;
        drip(&mut stream).await;
    })
    .await;
    runs_out(&head, &head.url).await;
    let body = Listener::start(|_, mut stream| async move {
        read_request(&mut stream).await;
        let begun = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n";
        let _ = stream.write_all(begun).await;
        drip(&mut stream).await;
    })
    .await;
    runs_out(&body, &body.url).await;
}

/// While one hook hangs, others are asked and answer.
#[tokio::test]
async fn hk_04_a_hanging_hook_does_not_hold_up_another() {
    let silent = Listener::start(|_, stream| async move {
        std::future::pending::<()>().await;
        drop(stream);
    })
    .await;
    let hanging = tokio::spawn({
        let url = silent.url.clone();
        async move { ask(&url, SOON).await }
    });
    let quick = Listener::start(|_, stream| async move {
        super::receiver::reply(stream, b"HTTP/1.1 204 No Content\r\n\r\n").await;
    })
    .await;
    assert_eq!(ask(&quick.url, SOON).await, Ok(Vec::new()));
    assert!(!hanging.is_finished());
    hanging.abort();
}
