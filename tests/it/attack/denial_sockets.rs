//! DO-02: as many connections as anybody can open; nobody else is kept out by them.

use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use rustix::process::{Resource, getrlimit, setrlimit};
use signet::router;
use signet::server::listener::{Listener, ListenerSettings};
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::app::{Browser, TestApp};
use crate::command_line::program::Signet;
use crate::command_line::running::Running;
use crate::support::database::TestDatabase;

const SOCKETS: usize = 10_000;
/// Open files that the other tests of this process need meanwhile.
const OTHERS: u64 = 4_000;
/// Slower than any deadline.
const PATIENCE: Duration = Duration::from_mins(1);

/// As many sockets as this process may open, ten thousand at most.
fn allowed() -> usize {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Refused or not: what counts is what is allowed afterwards.
    let _ = setrlimit(Resource::Nofile, limit);
    let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let room = usize::try_from(files.saturating_sub(OTHERS)).unwrap_or(SOCKETS);
    room.clamp(500, SOCKETS)
}

async fn open(address: &str, count: usize) -> Vec<TcpStream> {
    let connecting = (0..count).map(|_| TcpStream::connect(address));
    let opened = futures_util::stream::iter(connecting).buffer_unordered(100);
    opened.map(|stream| stream.expect("a connection")).collect().await
}

/// Opens silent connections, and asserts that somebody else is answered before any of them is shown out: nobody had to
/// make room. Where opening them took about as long as they may be silent, this cannot be told, and is not.
async fn assert_unaffected(server: &Running, count: usize) -> Vec<TcpStream> {
    let deadline = ListenerSettings::default().header_time;
    let others = server.browser();
    let since = Instant::now();
    let silent = open(&server.public, count).await;
    let in_time = since.elapsed() < deadline / 2;
    assert_eq!(others.get("/login").await.status, 200);
    let is_open = |stream: &&TcpStream| {
        stream
            .try_read(&mut [0])
            .is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
    };
    let still_open = silent.iter().filter(is_open).count();
    assert!(
        still_open == count || !in_time,
        "answered once {} had gone",
        count - still_open
    );
    silent
}

/// Waits until the server has hung up on everybody.
async fn all_shown_out(silent: Vec<TcpStream>) {
    let leaving = silent.into_iter().map(|mut stream| async move {
        // A reset is a farewell too.
        let _ = stream.read(&mut [0]).await;
    });
    tokio::time::timeout(PATIENCE, futures_util::future::join_all(leaving))
        .await
        .expect("the server hangs up on everybody");
}

/// attacks.md DO-02: ten thousand connections without a byte, to a server process of its own with a place more than
/// that. Others are answered while all of them are open, and within the deadline for a head (10 s) they are gone.
#[tokio::test]
async fn do_02_ten_thousand_silent_sockets_keep_nobody_out() {
    assert!(ListenerSettings::default().header_time <= Duration::from_secs(10));
    let sockets = allowed();
    let database = TestDatabase::new().await;
    let room = (SOCKETS + 100).to_string();
    let server = Running::start(Signet::on(&database).with("SIGNET_LISTEN__MAX_CONNECTIONS", &room)).await;
    all_shown_out(assert_unaffected(&server, sockets).await).await;
    assert_eq!(server.browser().get("/login").await.status, 200);
    server.stop().await;
}

/// attacks.md DO-02: a process that begins with few open files, as most do, takes as many as it may have.
#[tokio::test]
async fn do_02_a_small_number_of_open_files_is_no_bottleneck() {
    let database = TestDatabase::new().await;
    let server = Running::with_open_files(Signet::on(&database), 128).await;
    // More than it may have open, and no more than the kernel keeps waiting.
    assert_unaffected(&server, 200).await;
}

/// attacks.md DO-02: with every place taken by somebody silent, others wait for the deadline of a head and no longer.
#[tokio::test]
async fn do_02_a_full_house_is_emptied_by_its_deadline() {
    let app = TestApp::new().await;
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = socket.local_addr().expect("an address").to_string();
    let settings = ListenerSettings {
        connections: 10,
        header_time: Duration::from_millis(100),
        ..ListenerSettings::default()
    };
    let router = router::public(&app.app).expect("a router");
    tokio::spawn(Listener::new(socket, None, settings).serve(router, CancellationToken::new()));
    let silent = open(&address, 50).await;
    let others = Browser::new(&format!("http://{address}"));
    let answered = tokio::time::timeout(PATIENCE, others.get("/login")).await;
    assert_eq!(answered.expect("their turn comes").status, 200);
    all_shown_out(silent).await;
}
