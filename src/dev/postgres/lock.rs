//! The two lock files of a cluster's folder: whose turn it is, and who uses the server.
//!
//! Both are `flock`s, which the kernel drops when their process ends, however it ends: nothing here can be
//! left stale by a `kill -9`. It knows nothing of PostgreSQL's own lock files.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use super::error::ClusterError;

const TURN: &str = "postgres.turn";
const USERS: &str = "postgres.users";

/// How long to wait for another process that starts or stops the same cluster.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(10);

/// How a process uses the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Beside others; the last one to leave stops the server.
    Shared,
    /// Alone.
    Alone,
}

/// A held lock. Dropping it releases it.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file is not enough: a child that another thread is just starting has a copy of the
        // descriptor until its exec, and the lock would live as long.
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

/// Waits until no other process starts or stops this cluster.
pub(super) async fn turn(home: &Path) -> Result<Lock, ClusterError> {
    let path = home.join(TURN);
    let wait = async {
        loop {
            if let Some(lock) = take(&path, FlockOperation::NonBlockingLockExclusive)? {
                return Ok(lock);
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    match tokio::time::timeout(PATIENCE, wait).await {
        Ok(lock) => lock.map_err(ClusterError::io("lock", &path)),
        Err(_) => Err(ClusterError::Busy(home.to_owned())),
    }
}

/// The turn, if nobody has it now.
pub(super) fn turn_if_free(home: &Path) -> io::Result<Option<Lock>> {
    take(&home.join(TURN), FlockOperation::NonBlockingLockExclusive)
}

/// Joins the users of the server. To be called in turn.
pub(super) fn join(home: &Path, how: Use) -> Result<Lock, ClusterError> {
    let path = home.join(USERS);
    let operation = match how {
        Use::Shared => FlockOperation::NonBlockingLockShared,
        Use::Alone => FlockOperation::NonBlockingLockExclusive,
    };
    take(&path, operation)
        .map_err(ClusterError::io("lock", &path))?
        .ok_or_else(|| ClusterError::InUse(home.to_owned()))
}

/// True when nobody else uses the server. To be called in turn, since a refused `flock` may lose the lock
/// that was held, and only by one who leaves.
pub(super) fn is_last(users: &Lock) -> bool {
    flock(&users.0, FlockOperation::NonBlockingLockExclusive).is_ok()
}

fn take(path: &Path, operation: FlockOperation) -> io::Result<Option<Lock>> {
    loop {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        match flock(&file, operation) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Ok(None),
            Err(other) => return Err(other.into()),
        }
        // The file may have been removed between opening and locking (`remove_orphans`); then the lock is
        // on a file that nobody else will ever open.
        let held = file.metadata()?;
        match path.metadata() {
            Ok(named) if (named.dev(), named.ino()) == (held.dev(), held.ino()) => {
                return Ok(Some(Lock(file)));
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
}
