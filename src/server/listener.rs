//! Owns the accept loop: how many connections there are, how long each may take to say something, and how they end
//! when the process is asked to stop. `axum::serve` sets no deadline, which is why this stands here.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use openssl::ssl::SslAcceptor;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::addresses::Addresses;
use super::connection::Connections;
use crate::http::middleware::client_ip::TrustedProxies;

/// The bounds of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenerSettings {
    /// Connections at the same time; more wait in the kernel's queue.
    pub connections: usize,
    /// The most of them from one address; further ones are closed.
    pub per_address: usize,
    /// How long a TLS handshake may take.
    pub handshake_time: Duration,
    /// How long a request's head may take, counted from the connection or the last answer.
    pub header_time: Duration,
    /// How long an HTTP/2 connection may stay without a request.
    pub idle_time: Duration,
    /// How long requests under way may go on after the stop.
    pub drain_time: Duration,
}

impl Default for ListenerSettings {
    fn default() -> Self {
        Self {
            connections: 10_000,
            per_address: usize::MAX,
            handshake_time: Duration::from_secs(10),
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_mins(1),
            drain_time: Duration::from_secs(20),
        }
    }
}

/// How long the loop rests when the system gives no more sockets.
const ACCEPT_PAUSE: Duration = Duration::from_millis(250);

/// A socket to be served.
pub struct Listener {
    socket: TcpListener,
    tls: Option<SslAcceptor>,
    settings: ListenerSettings,
    proxies: TrustedProxies,
}

impl Listener {
    /// Takes a bound socket; without an acceptor it speaks plain HTTP.
    #[must_use]
    pub const fn new(socket: TcpListener, tls: Option<SslAcceptor>, settings: ListenerSettings) -> Self {
        Self {
            socket,
            tls,
            settings,
            proxies: TrustedProxies::None,
        }
    }

    /// The same behind proxies that may have any number of connections.
    #[must_use]
    pub fn behind(self, proxies: TrustedProxies) -> Self {
        Self { proxies, ..self }
    }

    /// The address that is listened on.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves the router until the token is cancelled, then lets requests under way finish. Each request carries its
    /// peer as `axum::extract::ConnectInfo<SocketAddr>`.
    pub async fn serve(self, router: Router, stop: CancellationToken) {
        let permits = Arc::new(Semaphore::new(self.settings.connections));
        let addresses = Arc::new(Addresses::new(self.settings.per_address, self.proxies));
        let connections = Arc::new(Connections::new(router, self.tls, self.settings));
        let graceful = GracefulShutdown::new();
        while let Some((stream, peer, permit)) = next(&self.socket, &permits, &stop).await {
            // Closed before a byte of it is read.
            let Some(place) = addresses.admit(peer.ip()) else {
                continue;
            };
            let connections = Arc::clone(&connections);
            let watcher = graceful.watcher();
            let stop = stop.clone();
            tokio::spawn(async move {
                connections.serve(stream, peer, watcher, stop).await;
                drop((permit, place));
            });
        }
        // No new connection is taken from here on: the kernel refuses them.
        drop(self.socket);
        let open = graceful.count();
        if tokio::time::timeout(self.settings.drain_time, graceful.shutdown())
            .await
            .is_err()
        {
            warn!(
                open,
                "requests were still under way when the time to finish them was over"
            );
        } else {
            info!(open, "every connection has ended");
        }
    }
}

/// The next connection within the limit; `None` once the stop is asked for.
async fn next(
    socket: &TcpListener,
    permits: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    stop.run_until_cancelled(async {
        let permit = Arc::clone(permits).acquire_owned().await.ok()?;
        loop {
            match socket.accept().await {
                Ok((stream, peer)) => return Some((stream, peer, permit)),
                Err(error) => {
                    // A peer that left before it was accepted, or no file descriptors: neither ends the server.
                    warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    })
    .await
    .flatten()
}
