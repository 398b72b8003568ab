//! Owns the processes of the product: each ends with its holder.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// The binary of the same build.
const BINARY: &str = env!("CARGO_BIN_EXE_signet");
/// What takes longer has failed.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// Starts the server and waits until it is ready.
pub(super) async fn server(configuration: &Path, internal: std::net::SocketAddr) -> anyhow::Result<Child> {
    let mut child = start(&["serve", "--config", &configuration.display().to_string()])?;
    let begun = Instant::now();
    while !is_ready(internal).await {
        if let Some(status) = child.try_wait()? {
            anyhow::bail!("the server ended before it was ready: {status}");
        }
        anyhow::ensure!(begun.elapsed() < PATIENCE, "the server is not ready");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(child)
}

/// Starts the worker.
pub(super) fn worker(issuer: &str, key: &Path, database: &str) -> anyhow::Result<Child> {
    start(&[
        "rls",
        "sync",
        "--issuer",
        issuer,
        "--service-key-file",
        &key.display().to_string(),
        "--database",
        database,
    ])
}

/// Writes a file that only we read.
pub(super) fn write(folder: &Path, name: &str, text: &str) -> anyhow::Result<PathBuf> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let path = folder.join(name);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    file.write_all(text.as_bytes())?;
    Ok(path)
}

fn start(words: &[&str]) -> anyhow::Result<Child> {
    Command::new(BINARY)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .context("signet cannot be started")
}

async fn is_ready(address: std::net::SocketAddr) -> bool {
    let ask = async {
        let mut stream = TcpStream::connect(address).await?;
        let request = "GET /health/ready HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
        stream.write_all(request.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        std::io::Result::Ok(answer.starts_with("HTTP/1.1 200"))
    };
    ask.await.unwrap_or(false)
}
