//! What test binaries leave behind: they cannot clean up, as nothing runs at the end of one.
//!
//! Removes whole clusters, so it touches a folder only if a cluster that was not shared was made in it
//! (there is a marker), and if nobody uses it (nobody holds its locks).

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::error::ClusterError;
use super::launch::PAUSE;
use super::lock::{self, Use};
use super::place;
use super::postmaster;

const MARKER: &str = "postgres.disposable";

/// Says of a folder that gets a new cluster whether it may be removed once nobody uses it.
pub(super) fn mark(home: &Path, how: Use) -> Result<(), ClusterError> {
    let marker = home.join(MARKER);
    let done = match how {
        Use::Alone => fs::write(
            &marker,
            "A test's cluster: the next test run removes this folder.\n",
        ),
        Use::Shared if marker.exists() => fs::remove_file(&marker),
        Use::Shared => Ok(()),
    };
    done.map_err(ClusterError::io("mark", &marker))
}

/// Removes the clusters in the folders of `parent` whose owners have ended, and stops their servers first.
/// Only clusters that were made with [`shared`](super::Settings::shared) off are touched. What cannot be
/// removed is left, with a line in the log; it blocks for as long as the servers take to end.
pub fn remove_orphans(parent: &Path) {
    let Ok(parent) = parent.canonicalize() else { return };
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        // A link could lead out of the folder.
        if entry.file_type().is_ok_and(|kind| kind.is_dir())
            && entry.path().join(MARKER).exists()
            && let Err(error) = remove(&entry.path())
        {
            tracing::warn!(folder = %entry.path().display(), %error, "could not remove an old test cluster");
        }
    }
}

fn remove(home: &Path) -> io::Result<()> {
    let Some(_turn) = lock::turn_if_free(home)? else {
        return Ok(());
    };
    let Ok(_users) = lock::join(home, Use::Alone) else {
        return Ok(());
    };
    let outside = place::outside(home);
    for root in outside.iter().map(AsRef::as_ref).chain([home]) {
        stop(&root.join("pg"));
    }
    for folder in outside {
        remove_folder(&folder)?;
    }
    // The marker and the locks go last, so that a removal that is cut short is taken up again.
    remove_folder(&home.join("pg"))?;
    remove_folder(home)
}

/// A server that is just ending removes its own last files meanwhile, hence the second attempts.
fn remove_folder(folder: &Path) -> io::Result<()> {
    let begin = Instant::now();
    loop {
        match fs::remove_dir_all(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !folder.exists() => return Ok(()),
            Err(_) if begin.elapsed() < Duration::from_secs(1) => std::thread::sleep(PAUSE),
            done_or_failed => return done_or_failed,
        }
    }
}

/// Its data is of no use to anybody, so it is told to drop all at once.
fn stop(data: &Path) {
    let begin = Instant::now();
    while let Some(server) = postmaster::find(data) {
        let patience_ends = begin.elapsed() > Duration::from_secs(5);
        postmaster::signal(
            server.pid,
            if patience_ends { Signal::KILL } else { Signal::QUIT },
        );
        if begin.elapsed() > Duration::from_secs(10) {
            return;
        }
        std::thread::sleep(PAUSE);
    }
}
