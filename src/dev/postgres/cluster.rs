//! The cluster as its users see it: start or adopt, where to connect, stop.
//!
//! Two manners of use. A *shared* cluster (`signet dev`, the command line beside it) survives the death of
//! its users, is adopted by the next, and is stopped by the last one that leaves properly. One that is not
//! shared (a test binary's) belongs to one process and ends with it, even if that is killed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::binaries::Binaries;
use super::connect;
use super::error::ClusterError;
use super::initialize;
use super::launch::{self, Manner, PATIENCE, PAUSE, Server};
use super::lock::{self, Lock, Use};
use super::orphans;
use super::place::{PORT, Place};
use super::postmaster::{self, Postmaster};

/// How long a server may write before it is told to drop everything, and how long it may take for that.
const FAST: Duration = Duration::from_secs(20);
const IMMEDIATE: Duration = Duration::from_secs(5);

/// How long a server that is alive may have no socket before it counts as lost.
const UNREACHABLE: Duration = Duration::from_secs(3);

/// What is wanted.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The absolute path of the folder that is to hold the cluster, its socket and its log.
    pub data_dir: PathBuf,
    /// The folder of PostgreSQL's programs, or the one that has them in its `bin`; `None` takes what `SIGNET_POSTGRES`
    /// names, or searches the usual ones.
    pub binaries: Option<PathBuf>,
    /// Whether the data must survive a crash of the machine. Off is faster, and fit for tests only.
    pub fsync: bool,
    /// Whether other processes may use the cluster too, and whether it outlives this one.
    pub shared: bool,
}

/// A running private PostgreSQL. Dropped without [`Cluster::stop`], a shared one goes on, another one ends.
#[derive(Debug)]
pub struct Cluster {
    place: Place,
    sockets: PathBuf,
    port: u16,
    /// The server, if we have started it.
    server: Option<Server>,
    users: Lock,
}

impl Cluster {
    /// Starts the cluster in the folder, which is made if need be, or adopts the live server there.
    ///
    /// # Errors
    /// When there is no PostgreSQL of a fitting version, when the folder is unusable or in use, and when the
    /// server does not come up; [`ClusterError`] says which.
    pub async fn start(settings: &Settings) -> Result<Self, ClusterError> {
        let place = Place::find(&settings.data_dir)?;
        let turn = lock::turn(&place.home).await?;
        let how = if settings.shared { Use::Shared } else { Use::Alone };
        let users = lock::join(&place.home, how)?;
        if settings.shared {
            if let Some(Postmaster { pid, sockets, port }) = adopt(&place).await? {
                tracing::debug!(%pid, folder = %place.data.display(), "adopted the running PostgreSQL");
                return Ok(Self {
                    place,
                    sockets,
                    port,
                    server: None,
                    users,
                });
            }
        } else if let Some(orphan) = postmaster::find(&place.data) {
            // Its owner is gone, so its watch may be about to end it.
            end(orphan.pid, || !postmaster::is_alive(orphan.pid, &place.data)).await?;
        }
        let binaries = Binaries::find(settings.binaries.as_deref(), &place.data)?;
        if !place.data.exists() {
            orphans::mark(&place.home, how)?;
        }
        initialize::initialize(&place, &binaries).await?;
        let manner = Manner {
            fsync: settings.fsync,
            watched: !settings.shared,
        };
        let server = launch::start(&place, &binaries, manner).await?;
        tracing::debug!(pid = %server.pid, folder = %place.data.display(), "started PostgreSQL");
        drop(turn);
        let sockets = place.sockets.clone();
        Ok(Self {
            place,
            sockets,
            port: PORT,
            server: Some(server),
            users,
        })
    }

    /// The connection URL for a role and a database. The role `postgres` is the superuser, and the database
    /// `postgres` exists from the beginning; neither needs a password.
    #[must_use]
    pub fn url(&self, role: &str, database: &str) -> String {
        connect::url(&self.sockets, self.port, role, database)
    }

    /// The folder of the server's socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.sockets
    }

    /// True when the server was running already.
    #[cfg(test)]
    pub(super) fn adopted(&self) -> bool {
        self.server.is_none()
    }

    /// Stops the server, ending the sessions that are left, and waits until it has ended. If other processes
    /// use the cluster too, it goes on for them.
    ///
    /// # Errors
    /// When the server does not end, or another process holds the turn to start or stop it for too long.
    pub async fn stop(mut self) -> Result<(), ClusterError> {
        let turn = lock::turn(&self.place.home).await?;
        let outcome = self.leave().await;
        // In this order: the next one in turn must not find us among the users.
        drop(self);
        drop(turn);
        outcome
    }

    async fn leave(&mut self) -> Result<(), ClusterError> {
        if !lock::is_last(&self.users) {
            return Ok(());
        }
        if let Some(server) = &mut self.server {
            server.unwatch();
            end(server.pid, || server.has_ended()).await?;
        }
        // Ours may have died, and another user may have started a new one and left.
        let data = &self.place.data;
        if let Some(live) = postmaster::find(data) {
            end(live.pid, || !postmaster::is_alive(live.pid, data)).await?;
        }
        // Outside of the cluster's folder it would be left behind for good.
        if !self.sockets.starts_with(&self.place.home) {
            let _ = fs::remove_dir(&self.sockets);
        }
        Ok(())
    }
}

/// The live server, once it answers. One that is just ending is waited for; one that has lost its socket is
/// of no use to anybody, and ended.
async fn adopt(place: &Place) -> Result<Option<Postmaster>, ClusterError> {
    let begin = Instant::now();
    while let Some(found) = postmaster::find(&place.data) {
        if connect::answers(&found.sockets, found.port).await {
            return Ok(Some(found));
        }
        let socket = found.sockets.join(format!(".s.PGSQL.{}", found.port));
        let waited = begin.elapsed();
        if waited > PATIENCE || (waited > UNREACHABLE && !socket.exists()) {
            end(found.pid, || !postmaster::is_alive(found.pid, &place.data)).await?;
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(None)
}

/// Ends a server: first so that it writes what it has, then at once.
async fn end(pid: Pid, mut has_ended: impl FnMut() -> bool) -> Result<(), ClusterError> {
    for (signal, patience) in [(Signal::INT, FAST), (Signal::QUIT, IMMEDIATE)] {
        let begin = Instant::now();
        if !has_ended() {
            postmaster::signal(pid, signal);
        }
        while begin.elapsed() < patience {
            if has_ended() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE / 2).await;
        }
    }
    Err(ClusterError::Unstoppable {
        pid: pid.as_raw_nonzero().get(),
    })
}
