//! `signet serve` as a process of its own, for what a test cannot see from inside: its memory, its open files.

use std::process::Stdio;
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::program::Signet;
use crate::app::Browser;

/// A server under way; killed when dropped.
pub struct Running {
    process: Child,
    /// Where the public listener is: `127.0.0.1:PORT`.
    pub public: String,
    /// Where the internal one is.
    pub internal: String,
    log: Arc<Mutex<Vec<serde_json::Value>>>,
}

impl Running {
    /// Starts it on free ports and waits until it listens.
    pub async fn start(signet: Signet) -> Self {
        Self::spawn(configured(signet).command(&["serve"])).await
    }

    /// The same in a process that has this many open files to begin with, and may ask for more.
    pub async fn with_open_files(signet: Signet, files: u32) -> Self {
        let whole = configured(signet).command(&["serve"]);
        let whole = whole.as_std();
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", &format!("ulimit -S -n {files}; exec \"$0\" \"$@\"")])
            .arg(whole.get_program())
            .args(whole.get_args())
            .env_clear()
            .envs(whole.get_envs().filter_map(|(name, value)| Some((name, value?))))
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self::spawn(command).await
    }

    async fn spawn(mut command: Command) -> Self {
        let mut process = command.spawn().expect("the program runs");
        let mut lines = BufReader::new(process.stderr.take().expect("a pipe")).lines();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (public, internal) = loop {
            let line = lines
                .next_line()
                .await
                .expect("text")
                .expect("it says where it listens");
            let Ok(line) = serde_json::from_str::<serde_json::Value>(&line) else {
                panic!("{line}");
            };
            log.lock().expect("nobody panicked").push(line.clone());
            if line["message"] == "listening" {
                let address = |name: &str| line[name].as_str().expect("an address").to_owned();
                break (address("public"), address("internal"));
            }
        };
        // A pipe that nobody empties would hold the server up.
        let more = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let line = serde_json::from_str(&line).unwrap_or_default();
                more.lock().expect("nobody panicked").push(line);
            }
        });
        Self {
            process,
            public,
            internal,
            log,
        }
    }

    /// The lines of its log by now whose message holds this.
    pub fn logged(&self, part: &str) -> Vec<serde_json::Value> {
        let log = self.log.lock().expect("nobody panicked");
        let holds = |line: &&serde_json::Value| {
            line["message"]
                .as_str()
                .is_some_and(|message| message.contains(part))
        };
        log.iter().filter(holds).cloned().collect()
    }

    /// A browser at its public listener.
    pub fn browser(&self) -> Browser {
        Browser::new(&format!("http://{}", self.public))
    }

    /// The most memory that it ever held at once, in KiB.
    pub fn peak_memory(&self) -> u64 {
        self.memory("VmHWM:")
    }

    /// The memory that it holds now, in KiB.
    pub fn current_memory(&self) -> u64 {
        self.memory("VmRSS:")
    }

    fn memory(&self, name: &str) -> u64 {
        let id = self.process.id().expect("it runs");
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("Linux tells");
        let line = status.lines().find(|line| line.starts_with(name));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number.expect("a line").parse().expect("a number")
    }

    /// Asks it to stop, and asserts that it ends well.
    pub async fn stop(mut self) {
        let id = i32::try_from(self.process.id().expect("it runs")).expect("a process id");
        kill_process(Pid::from_raw(id).expect("a process id"), Signal::TERM).expect("asked");
        let ended = self.process.wait().await.expect("a status");
        assert_eq!(ended.code(), Some(0));
    }
}

fn configured(signet: Signet) -> Signet {
    signet
        .with("SIGNET_LISTEN__PUBLIC", "127.0.0.1:0")
        .with("SIGNET_LISTEN__INTERNAL", "127.0.0.1:0")
        .with("SIGNET_LOG__FORMAT", "json")
}
