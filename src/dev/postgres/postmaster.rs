//! The server process that `postmaster.pid` speaks of: is it alive, where does it listen, end it.
//!
//! The file outlives a server that was killed, and its process id may by then belong to another program, so
//! nothing is believed of it before the process has been looked at. It knows nothing of how one is started.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use super::place::PORT;

const PID_FILE: &str = "postmaster.pid";

/// A live server of one cluster.
#[derive(Debug)]
pub(super) struct Postmaster {
    pub(super) pid: Pid,
    /// The folder of its socket.
    pub(super) sockets: PathBuf,
    /// The number in its socket's name.
    pub(super) port: u16,
}

/// The live server of the cluster in `data`, if there is one.
pub(super) fn find(data: &Path) -> Option<Postmaster> {
    let file = fs::read_to_string(data.join(PID_FILE)).ok()?;
    // Process id, data folder, start time, port, socket folder, …; the later lines appear as it starts.
    let mut lines = file.lines();
    let pid = lines.next()?.trim().parse().ok().and_then(Pid::from_raw)?;
    let port = lines
        .nth(2)
        .and_then(|line| line.trim().parse().ok())
        .unwrap_or(PORT);
    let sockets = lines.next().unwrap_or_default().into();
    is_alive(pid, data).then_some(Postmaster { pid, sockets, port })
}

/// True as long as `pid` is the server of the cluster in `data`: neither ended, nor a zombie, nor another
/// program that got the same number. A server works in its data folder; where the system does not show
/// that, its command line names the folder.
pub(super) fn is_alive(pid: Pid, data: &Path) -> bool {
    if Path::new("/proc/self/cwd").exists() {
        return fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|folder| folder == data);
    }
    let listing = Command::new("ps")
        .args(["-ww", "-o", "command=", "-p", &pid.to_string()])
        .output();
    listing
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains(data.to_string_lossy().as_ref()))
}

/// Sends a signal: `INT` ends the sessions and writes everything, `QUIT` drops all at once.
pub(super) fn signal(pid: Pid, signal: Signal) {
    // An error means that it has just ended, which is what the caller wants.
    let _ = kill_process(pid, signal);
}

/// Makes a dead server's `postmaster.pid` harmless, without losing what it protects.
///
/// PostgreSQL refuses to start when the number in the file is alive, even as another program. It never
/// counts its own parent, which is us, as that server. So our number goes into the file, and the rest of
/// it stays: with it PostgreSQL still sees whether orphaned backends use the old shared memory.
pub(super) fn disarm(data: &Path) -> io::Result<()> {
    let path = data.join(PID_FILE);
    match path.symlink_metadata() {
        Ok(found) if found.is_file() => {}
        // A link would lead root's hand elsewhere.
        Ok(_) => return fs::remove_file(&path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    let file = fs::read_to_string(&path)?;
    match file.split_once('\n') {
        Some((first, rest)) if first.trim().parse::<i32>().is_ok() => {
            fs::write(&path, format!("{}\n{rest}", std::process::id()))
        }
        // Cut off while it was written: PostgreSQL would not start on it.
        _ => fs::remove_file(&path),
    }
}
