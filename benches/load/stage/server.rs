//! Owns the server process: its configuration, its start, its end.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;
use signet::base::entropy::SystemEntropy;
use signet::sealing::kek;

use crate::children::Held;
use crate::http::{Http, Site};

/// The binary of the same build.
const BINARY: &str = env!("CARGO_BIN_EXE_signet");
/// A server that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// How fast the server answered, from the start of its process to the first `ready`.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Start {
    /// The very first time, when keys have to be made.
    pub(crate) first_seconds: f64,
    /// Afterwards, the median of several.
    pub(crate) seconds: f64,
}

/// What the server is told.
pub(crate) struct Setup {
    file: PathBuf,
    /// The file with its key-encryption key.
    pub(super) key: PathBuf,
    /// The issuer.
    pub(crate) issuer: String,
    internal: SocketAddr,
}

/// A running server that ends with this process.
pub(crate) struct Server {
    held: Held,
    /// From the start of the process to the first `ready`.
    pub(crate) took: Duration,
}

impl Setup {
    /// Writes configuration and key. Limits are off, codes live long enough to be stocked; the rest is as delivered.
    pub(crate) fn write(
        folder: &Path,
        database_url: &str,
        hook_url: &str,
        log: &str,
    ) -> anyhow::Result<Self> {
        let (public, internal) = free_addresses()?;
        let issuer = format!("http://{public}");
        let key = folder.join("kek");
        write(&key, kek::new_line("load-1", &SystemEntropy)?.expose())?;
        let text = format!(
            "issuer = {issuer:?}\n\
             [listen]\npublic = \"{public}\"\ninternal = \"{internal}\"\ndrain_seconds = 2\nmax_connections_per_address = 0\n\
             [database]\nurl = {database_url:?}\nhook_url = {hook_url:?}\n\
             [sealing]\nkek_files = [\"{}\"]\n\
             [tokens]\ncode_seconds = 600\n\
             [limits]\nlogin_attempts = 60000\nlogins_per_minute_per_address = 0\nauthorizations_per_minute_per_address = 0\ntoken_requests_per_minute_per_address = 0\napi_requests_per_minute_per_address = 0\n\
             [hooks]\nreach = \"loopback\"\n\
             [log]\nfilter = {log:?}\n",
            key.display()
        );
        let file = folder.join("signet.toml");
        write(&file, &text)?;
        Ok(Self {
            file,
            key,
            issuer,
            internal,
        })
    }

    /// Runs one of the operator's commands.
    pub(super) fn command(&self, arguments: &[&str]) -> anyhow::Result<()> {
        let output = Command::new(BINARY)
            .args(arguments)
            .arg("--config")
            .arg(&self.file)
            .stdin(Stdio::null())
            .output()?;
        anyhow::ensure!(
            output.status.success(),
            "signet {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(())
    }

    /// Starts the server and waits until it is ready.
    pub(crate) async fn start(&self) -> anyhow::Result<Server> {
        let mut command = Command::new(BINARY);
        command
            .args(["serve", "--config"])
            .arg(&self.file)
            .stdin(Stdio::null());
        let begin = Instant::now();
        let mut held = Held::spawn(&mut command)?;
        let site = Site::at(self.internal);
        let request = site.get("/health/ready", &[]);
        let mut http = Http::new(site.address);
        loop {
            if http.send(&request).await.is_ok_and(|answer| answer.status == 200) {
                return Ok(Server {
                    held,
                    took: begin.elapsed(),
                });
            }
            if let Some(status) = held.ended()? {
                anyhow::bail!("the server ended before it was ready: {status}");
            }
            anyhow::ensure!(
                begin.elapsed() < PATIENCE,
                "the server is not ready after {PATIENCE:?}"
            );
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Server {
    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.held.pid()
    }

    /// Asks it to end, and waits.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        if let Some(pid) = i32::try_from(self.pid()).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        let begin = Instant::now();
        while self.held.ended()?.is_none() && begin.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

/// Writes a file that nobody else may read.
pub(super) fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

/// Two addresses that nobody listens on now.
fn free_addresses() -> anyhow::Result<(SocketAddr, SocketAddr)> {
    let one = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok((one.local_addr()?, other.local_addr()?))
}
