//! How often a server waits for its database, counted on the way.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};

/// Passes messages on, and counts those that are waited for.
pub struct Counter {
    folder: PathBuf,
    seen: Arc<AtomicUsize>,
}

impl Counter {
    /// Before a socket of PostgreSQL or a pooler.
    pub fn before(socket: PathBuf) -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("signet-counter-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).expect("a folder");
        let listener = UnixListener::bind(folder.join(".s.PGSQL.5432")).expect("a socket");
        let seen = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&socket).await.expect("it answers");
                let (from_client, mut to_client) = client.into_split();
                let (mut from_server, to_server) = server.into_split();
                tokio::spawn(count(from_client, to_server, Arc::clone(&counted)));
                tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            }
        });
        Self { folder, seen }
    }

    /// A URL that leads here.
    pub fn url(&self, direct: &str) -> String {
        let (before, _) = direct.split_once('?').expect("a socket's URL");
        let (before, after) = before.rsplit_once(':').expect("a port");
        let (_, name) = after.split_once('/').expect("a database");
        format!(
            "{before}:5432/{name}?host={}&sslmode=disable",
            self.folder.display()
        )
    }

    /// How many round trips something takes.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> (T, usize) {
        let before = self.seen.load(Ordering::SeqCst);
        let outcome = work.await;
        (outcome, self.seen.load(Ordering::SeqCst) - before)
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// PostgreSQL answers what was sent up to a Query or a Sync. The pool's own ping is a Sync alone, which nobody waits
/// for; parsing and executing stand before theirs. What a dropped transaction sends is not waited for either.
async fn count(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    seen: Arc<AtomicUsize>,
) -> Option<()> {
    // The start of a session has no kind of message.
    let mut length = [0; 4];
    from.read_exact(&mut length).await.ok()?;
    pass_on(&mut from, &mut to, &[], length).await?;
    loop {
        let mut kind = [0; 1];
        from.read_exact(&mut kind).await.ok()?;
        from.read_exact(&mut length).await.ok()?;
        let body = pass_on(&mut from, &mut to, &kind, length).await?;
        let waited_for = match kind[0] {
            b'P' | b'E' => true,
            b'Q' => !body.to_ascii_lowercase().starts_with(b"rollback"),
            _ => false,
        };
        if waited_for {
            seen.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn pass_on(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    kind: &[u8],
    length: [u8; 4],
) -> Option<Vec<u8>> {
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    from.read_exact(&mut body).await.ok()?;
    to.write_all(&[kind, &length, &body].concat()).await.ok()?;
    Some(body)
}
