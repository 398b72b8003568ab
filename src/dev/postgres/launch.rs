//! Running a cluster's server.
//!
//! It knows nothing of locks: whoever calls it has the turn, and has seen that no server is alive.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::binaries::Binaries;
use super::connect;
use super::error::ClusterError;
use super::place::{PORT, Place};
use super::postmaster;

/// How long a server may take until it answers (it may have to recover from a crash first).
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
pub(super) const PAUSE: Duration = Duration::from_millis(10);

/// How much of the log an error shows.
const LAST_WORDS: u64 = 4096;

/// Sends the server's process a fast shutdown when our end of the pipe closes, that is when we end, however
/// we end. Then the number may be another process's by now, so it is compared with the server's own file.
const WATCH: &str = r#"read -r _; [ "$(head -n 1 "$1/postmaster.pid")" = "$2" ] && kill -INT "$2""#;

/// Whether what the server holds must survive a crash, and our end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    pub(super) fsync: bool,
    /// The server ends when this process does.
    pub(super) watched: bool,
}

/// A server that we have started.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) process: Child,
    pub(super) pid: Pid,
    /// Holds the pipe that `WATCH` waits on.
    pub(super) watch: Option<Child>,
}

impl Server {
    /// Ends the watch without letting it act.
    pub(super) fn unwatch(&mut self) {
        if let Some(mut watch) = self.watch.take() {
            let _ = watch.kill();
            let _ = watch.wait();
        }
    }

    /// True when the process has ended; reaps it.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.process.try_wait(), Ok(None))
    }
}

/// Starts the server and waits until it answers.
pub(super) async fn start(
    place: &Place,
    binaries: &Binaries,
    manner: Manner,
) -> Result<Server, ClusterError> {
    let deadline = Instant::now() + PATIENCE;
    let preload = binaries.has_library("pg_stat_statements");
    loop {
        let begin = fs::metadata(log_path(place)).map_or(0, |log| log.len());
        let mut server = spawn(place, binaries, manner, preload)?;
        match wait_until_it_answers(place, &mut server, deadline).await {
            Ok(()) => return Ok(server),
            Err(Trouble::Silent) => {
                postmaster::signal(server.pid, Signal::QUIT);
                return Err(ClusterError::Silent {
                    log: last_words(place, begin),
                });
            }
            Err(Trouble::Ended) => {
                let log = last_words(place, begin);
                // Backends of a killed server live until they notice; the data must not be touched before.
                if !log.contains("pre-existing shared memory block") || Instant::now() >= deadline {
                    return Err(ClusterError::Ended { log });
                }
                tokio::time::sleep(PAUSE * 10).await;
            }
        }
    }
}

enum Trouble {
    Ended,
    Silent,
}

/// Ends a server that nobody waits for any more, since somebody asked to stop before it answered.
struct Unawaited(Option<Pid>);

impl Drop for Unawaited {
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            postmaster::signal(pid, Signal::INT);
        }
    }
}

async fn wait_until_it_answers(place: &Place, server: &mut Server, deadline: Instant) -> Result<(), Trouble> {
    let mut unawaited = Unawaited(Some(server.pid));
    let answered = until_it_answers(place, server, deadline).await;
    unawaited.0 = None;
    answered
}

async fn until_it_answers(place: &Place, server: &mut Server, deadline: Instant) -> Result<(), Trouble> {
    loop {
        if connect::answers(&place.sockets, PORT).await {
            return Ok(());
        }
        if server.has_ended() {
            server.unwatch();
            return Err(Trouble::Ended);
        }
        if Instant::now() >= deadline {
            return Err(Trouble::Silent);
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn spawn(place: &Place, binaries: &Binaries, manner: Manner, preload: bool) -> Result<Server, ClusterError> {
    place.make_private(&place.sockets)?;
    for stale in [format!(".s.PGSQL.{PORT}"), format!(".s.PGSQL.{PORT}.lock")] {
        let _ = fs::remove_file(place.sockets.join(stale));
    }
    postmaster::disarm(&place.data).map_err(ClusterError::io("clean up", &place.data))?;

    let path = log_path(place);
    let open_log = || {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
    };
    let log = open_log().map_err(ClusterError::io("open", &path))?;
    let log_too = log.try_clone().map_err(ClusterError::io("open", &path))?;

    let program = binaries.program("postgres");
    let mut command = place.command(&program);
    command.arg("-D").arg(&place.data).arg("-k").arg(&place.sockets);
    for setting in settings(manner, preload) {
        command.args(["-c", setting.as_str()]);
    }
    // A group of its own: Ctrl-C in the terminal is for us, and we stop the server last.
    command
        .current_dir(&place.data)
        .stdout(log)
        .stderr(log_too)
        .process_group(0);
    let process = command.spawn().map_err(ClusterError::io("run", &program))?;
    let pid = Pid::from_child(&process);
    let watch = if manner.watched {
        Some(watch(place, pid)?)
    } else {
        None
    };
    Ok(Server { process, pid, watch })
}

fn settings(manner: Manner, preload: bool) -> Vec<String> {
    let mut settings = vec![
        format!("port={PORT}"),
        "listen_addresses=".to_owned(),
        "unix_socket_permissions=0700".to_owned(),
        "max_connections=200".to_owned(),
        "cluster_name=signet".to_owned(),
    ];
    if !manner.fsync {
        settings
            .extend(["fsync", "synchronous_commit", "full_page_writes"].map(|name| format!("{name}=off")));
        // Nothing is recovered from it, and a test's cluster may lie in memory.
        settings.push("max_wal_size=128MB".to_owned());
    }
    if preload {
        settings.push("shared_preload_libraries=pg_stat_statements".to_owned());
        // Every test's database has statements of its own; with the 5,000 of the default, those that were sent once go.
        settings.push("pg_stat_statements.max=50000".to_owned());
    }
    settings
}

fn watch(place: &Place, pid: Pid) -> Result<Child, ClusterError> {
    let shell = Path::new("/bin/sh");
    let mut command = place.command(shell);
    command
        .args(["-c", WATCH, "signet-watch"])
        .arg(&place.data)
        .arg(pid.to_string())
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    command.spawn().map_err(ClusterError::io("run", shell))
}

fn log_path(place: &Place) -> PathBuf {
    place.home.join("postgres.log")
}

/// What the log says since `begin`, or the end of that.
fn last_words(place: &Place, begin: u64) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut log = File::open(log_path(place))?;
        let length = log.metadata()?.len();
        log.seek(SeekFrom::Start(begin.max(length.saturating_sub(LAST_WORDS))))?;
        let mut text = Vec::new();
        log.read_to_end(&mut text)?;
        Ok(text)
    };
    String::from_utf8_lossy(&read().unwrap_or_default())
        .trim_end()
        .to_owned()
}
