//! A small SMTP server that answers as a test wants, and the real one.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::folder::folder;

/// What the server says instead of what is usual: by the word that a command begins with; `CONNECT` is the greeting, and
/// `TEXT` what follows a mail. An empty answer is none at all; `BYE` ends the connection.
pub type Answers = Vec<(&'static str, &'static str)>;

/// A server under way.
pub struct SmtpServer {
    /// Its port on this machine.
    pub port: u16,
    seen: Arc<Mutex<Vec<String>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl SmtpServer {
    /// Starts one.
    pub async fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let kept = Arc::clone(&seen);
        let answers = Arc::new(answers);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answers, seen) = (Arc::clone(&answers), Arc::clone(&kept));
                // What a client breaks off is no failure.
                tokio::spawn(async move { talk(stream, &answers, &seen).await });
            }
        });
        Self { port, seen, serving }
    }

    /// Every line that was sent here.
    pub fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn talk(stream: TcpStream, answers: &Answers, seen: &Mutex<Vec<String>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut text = false;
    say(&mut stream, answers, "CONNECT", "220 test").await?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end().to_owned();
        seen.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(line.clone());
        let word = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        if text {
            if line == "." {
                text = false;
                say(&mut stream, answers, "TEXT", "250 taken").await?;
            }
            continue;
        }
        let usual = match word.as_str() {
            "EHLO" => "250-test\r\n250 8BITMIME",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        say(&mut stream, answers, &word, usual).await?;
        text = word == "DATA" && !answers.iter().any(|(known, _)| *known == "DATA");
    }
}

async fn say(stream: &mut BufReader<TcpStream>, answers: &Answers, word: &str, usual: &str) -> Option<()> {
    let other = answers.iter().find(|(known, _)| *known == word);
    let answer = other.map_or(usual, |(_, answer)| answer);
    match answer {
        "BYE" => return None,
        "" => std::future::pending::<()>().await,
        answer => stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?,
    }
    Some(())
}

/// The real aiosmtpd, which keeps each mail as a file; a test may kill it and start it again.
pub struct RealServer {
    /// Its port on this machine.
    pub port: u16,
    /// Where mails are kept.
    pub kept: PathBuf,
    process: Child,
}

impl RealServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = socket.local_addr().expect("an address").port();
        drop(socket);
        let kept = folder().join(format!("{}-smtp-{port}", std::process::id()));
        let _ = std::fs::remove_dir_all(&kept);
        std::fs::create_dir_all(&kept).expect("a folder");
        let mut server = Self {
            process: run(port, &kept),
            port,
            kept,
        };
        server.wait();
        server
    }

    /// Kills it as a machine that fails would.
    pub fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("a status");
    }

    /// Starts it again.
    pub fn start_again(&mut self) {
        self.process = run(self.port, &self.kept);
        self.wait();
    }

    fn wait(&mut self) {
        let began = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(self.process.try_wait().expect("a status").is_none(), "it ended");
            assert!(began.elapsed() < Duration::from_secs(20), "it does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The mails that it has kept.
    pub fn mails(&self) -> Vec<String> {
        let files = std::fs::read_dir(&self.kept)
            .expect("a folder")
            .filter_map(Result::ok);
        let mails = files.filter(|file| {
            file.path()
                .extension()
                .is_some_and(|extension| extension == "eml")
        });
        mails
            .map(|file| std::fs::read_to_string(file.path()).expect("text"))
            .collect()
    }
}

impl Drop for RealServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.kept);
    }
}

fn run(port: u16, kept: &Path) -> Child {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let python = target.join("smtp/venv/bin/python");
    assert!(
        python.exists(),
        "aiosmtpd is not at {}: tests/smtp/set-up brings it",
        python.display()
    );
    Command::new(python)
        .arg(root.join("tests/smtp/sink.py"))
        .args([port.to_string().as_str(), kept.to_str().expect("UTF-8")])
        .env_clear()
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs")
}
