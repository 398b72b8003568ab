//! Owns one connection: its handshake, the protocol it speaks, and the deadlines that end it when it says nothing.
//! HTTP/1.1 heads have hyper's timer; for everything else (a connection without a byte, an idle HTTP/2 connection)
//! a watch counts requests.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::Request;
use hyper::body::Incoming;
use hyper::rt::{Read, Write};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::Watcher;
use openssl::ssl::{Ssl, SslAcceptor};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_openssl::SslStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use tracing::debug;

use super::listener::ListenerSettings;

/// What every connection of a listener shares.
pub(super) struct Connections {
    router: Router,
    tls: Option<SslAcceptor>,
    settings: ListenerSettings,
    builder: auto::Builder<TokioExecutor>,
}

impl Connections {
    pub(super) fn new(router: Router, tls: Option<SslAcceptor>, settings: ListenerSettings) -> Self {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(settings.header_time)
            .max_headers(100)
            .max_buf_size(64 * 1024);
        builder
            .http2()
            .timer(TokioTimer::new())
            // A browser asks for a page and a stylesheet, an application for a handful of tokens.
            .max_concurrent_streams(16)
            // Bounds against rapid resets (CVE-2023-44487) and their successors.
            .max_pending_accept_reset_streams(20)
            .max_local_error_reset_streams(100)
            .max_header_list_size(32 * 1024)
            // What may be under way unread: 64 KiB, the least that the protocol has (RFC 9113 §6.9.2), in all streams
            // of a connection, and no single one fills it. The largest body is as large.
            .initial_stream_window_size(32 * 1024)
            .initial_connection_window_size(65_535)
            .max_send_buf_size(64 * 1024)
            .keep_alive_interval(Duration::from_secs(20))
            .keep_alive_timeout(Duration::from_secs(10));
        Self {
            router,
            tls,
            settings,
            builder,
        }
    }

    /// Serves one connection to its end.
    pub(super) async fn serve(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        watcher: Watcher,
        stop: CancellationToken,
    ) {
        if stream.set_nodelay(true).is_err() {
            return;
        }
        let Some(acceptor) = &self.tls else {
            self.speak(TokioIo::new(stream), peer, &self.builder, watcher)
                .await;
            return;
        };
        let handshake = timeout(self.settings.handshake_time, accept(acceptor, stream));
        // A handshake is no request under way: a stop ends it.
        let Some(Ok(Some(stream))) = stop.run_until_cancelled(handshake).await else {
            return;
        };
        // What was agreed on decides, not the first bytes.
        let builder = match stream.ssl().selected_alpn_protocol() {
            Some(b"h2") => self.builder.clone().http2_only(),
            _ => self.builder.clone().http1_only(),
        };
        self.speak(TokioIo::new(stream), peer, &builder, watcher).await;
    }

    async fn speak<I>(
        &self,
        io: I,
        peer: SocketAddr,
        builder: &auto::Builder<TokioExecutor>,
        watcher: Watcher,
    ) where
        I: Read + Write + Unpin + Send + 'static,
    {
        let activity = Arc::new(Activity::new());
        let service = hyper::service::service_fn(|mut request: Request<Incoming>| {
            let busy = activity.begin();
            request.extensions_mut().insert(ConnectInfo(peer));
            let answer = self.router.clone().oneshot(request.map(Body::new));
            async move {
                let answer = answer.await;
                drop(busy);
                answer
            }
        });
        let connection = builder.serve_connection(io, service).into_owned();
        let mut connection = pin!(watcher.watch(connection));
        loop {
            let deadline = activity.deadline(&self.settings);
            tokio::select! {
                result = &mut connection => {
                    if let Err(error) = result {
                        debug!(error = %error, "a connection ended early");
                    }
                    return;
                }
                () = sleep_until(deadline) => {
                    if activity.deadline(&self.settings) <= Instant::now() {
                        debug!("an idle connection was closed");
                        return;
                    }
                }
            }
        }
    }
}

async fn accept(acceptor: &SslAcceptor, stream: TcpStream) -> Option<SslStream<TcpStream>> {
    let ssl = Ssl::new(acceptor.context()).ok()?;
    let mut stream = SslStream::new(ssl, stream).ok()?;
    match std::pin::Pin::new(&mut stream).accept().await {
        Ok(()) => Some(stream),
        Err(error) => {
            debug!(%error, "a TLS handshake failed");
            None
        }
    }
}

/// What a connection is doing.
#[derive(Debug)]
struct Activity(Mutex<State>);

#[derive(Debug, Clone, Copy)]
struct State {
    /// Requests under way.
    open: usize,
    /// Whether there ever was one.
    spoke: Spoke,
    /// When the last one began or ended.
    since: Instant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spoke {
    NotYet,
    Already,
}

/// A request under way; ends when dropped, also when its caller leaves.
struct Busy(Arc<Activity>);

impl Activity {
    fn new() -> Self {
        Self(Mutex::new(State {
            open: 0,
            spoke: Spoke::NotYet,
            since: Instant::now(),
        }))
    }

    fn begin(self: &Arc<Self>) -> Busy {
        self.change(|state| {
            state.open += 1;
            state.spoke = Spoke::Already;
        });
        Busy(Arc::clone(self))
    }

    /// When the connection has been silent for too long; a request under way has deadlines of its own.
    fn deadline(&self, settings: &ListenerSettings) -> Instant {
        let state = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state {
            State {
                open: 0,
                spoke: Spoke::NotYet,
                since,
            } => since + settings.header_time,
            State {
                open: 0,
                spoke: Spoke::Already,
                since,
            } => since + settings.idle_time,
            State { .. } => Instant::now() + settings.idle_time,
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state);
        state.since = Instant::now();
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.change(|state| state.open = state.open.saturating_sub(1));
    }
}
