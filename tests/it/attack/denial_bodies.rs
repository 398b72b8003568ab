//! DO-02, DO-03: bodies that are begun and never finished; seen from outside, in a process of its own.

use std::time::Duration;

use super::unfinished::{Hostile, Unfinished};
use crate::app::Reply;
use crate::command_line::program::Signet;
use crate::command_line::running::Running;
use crate::support::database::TestDatabase;

const CONNECTIONS: usize = 150;
/// How much more than before a server may hold under attack: 3 KiB for each of 15,000 streams where nothing is read. What
/// HTTP/2 keeps of a stream takes two thirds of that in a debug build.
const MOST: u64 = 3 * STREAMS as u64 * CONNECTIONS as u64;
const STREAMS: u32 = 100;
/// And where bodies are read: one address's part of their room, and the requests that wait with them.
const MOST_WHERE_READ: u64 = 64 * 1024;

/// A server for which this machine is no proxy.
async fn start(database: &TestDatabase) -> Running {
    Running::start(Signet::on(database).with("SIGNET_LISTEN__TRUSTED_PROXIES", "192.0.2.1")).await
}

/// A form from somewhere else on this machine (127.0.0.2).
async fn post_from_elsewhere(server: &Running, path: &str) -> Reply {
    let http = crate::support::http::builder()
        .no_proxy()
        .local_address(std::net::IpAddr::from([127, 0, 0, 2]))
        .build()
        .expect("a client");
    let request = http
        .post(format!("http://{}{path}", server.public))
        .form(&[("grant_type", "client_credentials"), ("client_id", "x")]);
    Reply::read(request.send().await.expect("an answer")).await
}

/// Attacks twice, and asserts what that costs at most, and that it is no business of others. The second attack costs no
/// more than the first: what one took is there for the next. How soon free memory goes back to the system is the
/// allocator's to say.
async fn assert_bounded(plan: Unfinished, most: u64) {
    let database = TestDatabase::new().await;
    let server = start(&database).await;
    assert_eq!(server.browser().get("/login").await.status, 200);
    let refused = post_from_elsewhere(&server, "/oauth2/token").await;
    assert_eq!(refused.status, 401);
    let before = server.current_memory();
    let mut sent = 0;
    for _ in 0..2 {
        let opening = (0..CONNECTIONS).map(|_| Hostile::begin(&server.public, plan));
        let hostile = futures_util::future::join_all(opening).await;
        let answered = tokio::time::timeout(
            Duration::from_secs(5),
            post_from_elsewhere(&server, "/oauth2/token"),
        );
        assert_eq!(answered.await.expect("in time").status, 401);
        sent += hostile.iter().map(|connection| connection.sent).sum::<i64>();
        drop(hostile);
    }
    let peak = server.peak_memory();
    eprintln!(
        "{}, {} streams, pieces of {}: {sent} bytes were taken; {before} KiB before, {peak} at most",
        plan.path, plan.streams, plan.piece
    );
    assert!(peak <= before + most, "{} KiB more", peak - before);
    server.stop().await;
}

/// attacks.md DO-03: 150 connections of HTTP/2, 100 streams each, with 60 KiB of a body that never ends, to a path that
/// does not exist: nothing is read for it.
#[tokio::test]
async fn do_03_unfinished_bodies_to_no_path_cost_no_memory() {
    let plan = Unfinished {
        path: "/no-such-path",
        streams: STREAMS,
        bytes: 60 * 1024,
        piece: 16 * 1024,
    };
    assert_bounded(plan, MOST).await;
}

/// attacks.md DO-03: the same to an endpoint that reads bodies: it reads them within its budget, of which one address has
/// a part, so that others are answered.
#[tokio::test]
async fn do_03_unfinished_bodies_keep_nobody_from_a_token() {
    let plan = Unfinished {
        path: "/oauth2/token",
        streams: 16,
        bytes: 60 * 1024,
        piece: 16 * 1024,
    };
    assert_bounded(plan, MOST_WHERE_READ).await;
}

/// attacks.md DO-02: an address has a part of the connections, and others have theirs.
#[tokio::test]
async fn do_02_one_address_does_not_take_every_connection() {
    use tokio::io::AsyncReadExt as _;
    let database = TestDatabase::new().await;
    let signet = Signet::on(&database)
        .with("SIGNET_LISTEN__TRUSTED_PROXIES", "192.0.2.1")
        .with("SIGNET_LISTEN__MAX_CONNECTIONS_PER_ADDRESS", "5");
    let server = Running::start(signet).await;
    let mut open = Vec::new();
    for _ in 0..6 {
        let stream = tokio::net::TcpStream::connect(&server.public).await;
        open.push(stream.expect("the kernel accepts"));
    }
    let mut sixth = open.pop().expect("six");
    let farewell = tokio::time::timeout(Duration::from_secs(5), sixth.read(&mut [0])).await;
    assert!(
        matches!(farewell.expect("at once, not by a deadline"), Ok(0) | Err(_)),
        "the sixth is closed"
    );
    let elsewhere = post_from_elsewhere(&server, "/oauth2/token").await;
    assert_eq!(elsewhere.status, 401);
    drop(open);
    let again = async {
        let http = crate::support::http::client();
        while http
            .get(format!("http://{}/login", server.public))
            .send()
            .await
            .is_err()
        {}
    };
    tokio::time::timeout(Duration::from_secs(10), again)
        .await
        .expect("whoever has left gives their place back");
    server.stop().await;
}
