//! What can go wrong with the private cluster, in words that say what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private cluster could not be started or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No usable PostgreSQL programs on this machine.
    #[error("no PostgreSQL {oldest} or newer was found{found}. {advice}")]
    NoBinaries {
        /// The oldest major version that would do.
        oldest: u32,
        /// The programs that were found and do not do, or what a named folder lacks; empty, or a phrase.
        found: String,
        /// The one line that installs it on this system.
        advice: String,
    },
    /// The cluster was made by another major version than the ones installed here.
    #[error(
        "{} was made by PostgreSQL {version}, and its programs were not found{found}. Install PostgreSQL \
         {version}, or move that folder away to begin with an empty one",
        .data.display()
    )]
    OtherVersion {
        /// The cluster's folder.
        data: PathBuf,
        /// The major version that made it.
        version: u32,
        /// The programs that were found, or what a named folder lacks; empty, or a phrase.
        found: String,
    },
    /// The data folder was given as a relative path.
    #[error("the data folder must be an absolute path: {}", .0.display())]
    NotAbsolute(PathBuf),
    /// Started as root, and there is no account to run PostgreSQL as.
    #[error("PostgreSQL does not run as root, and this system has neither an account postgres nor nobody")]
    NoAccount,
    /// Started as root, and the account that runs PostgreSQL cannot enter any folder for its data.
    #[error("user id {uid} cannot enter {}, nor the places tried instead", .path.display())]
    Unreachable {
        /// The folder that was asked for.
        path: PathBuf,
        /// The account that is to run PostgreSQL.
        uid: u32,
    },
    /// No folder has a path that is short enough for a socket.
    #[error("every possible path for the socket of {} is too long", .0.display())]
    NoSocketPath(PathBuf),
    /// The folder exists and belongs to somebody else.
    #[error("{} exists, and belongs to another user or is not a folder", .0.display())]
    NotOurs(PathBuf),
    /// The folder for the cluster holds something else.
    #[error("{} is neither empty nor a PostgreSQL cluster; it is left as it is", .0.display())]
    NotACluster(PathBuf),
    /// Another process uses the folder in a way that excludes this one.
    #[error("another process uses the PostgreSQL in {}", .0.display())]
    InUse(PathBuf),
    /// Another process has been starting or stopping the same cluster for too long.
    #[error("another process has been starting or stopping the PostgreSQL in {} for a minute", .0.display())]
    Busy(PathBuf),
    /// `initdb` failed.
    #[error("initdb failed:\n{output}")]
    Initdb {
        /// What it said.
        output: String,
    },
    /// PostgreSQL ended instead of answering.
    #[error("PostgreSQL ended while it was starting; its last words:\n{log}")]
    Ended {
        /// The end of its log.
        log: String,
    },
    /// PostgreSQL runs, and does not answer in time.
    #[error("PostgreSQL did not answer within a minute; its last words:\n{log}")]
    Silent {
        /// The end of its log.
        log: String,
    },
    /// PostgreSQL did not end when told to.
    #[error("PostgreSQL (process {pid}) does not stop")]
    Unstoppable {
        /// Its process id.
        pid: i32,
    },
    /// A file operation or the start of a program failed.
    #[error("could not {action} {}", .path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl ClusterError {
    /// For `map_err`: says what was tried, and on which path.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}
