//! The real OpenBao with a Transit engine, which a test may kill and start again: what it knows stands in a folder.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use http::{Method, Request};
use serde_json::{Value, json};
use signet::base::fetch::{Fetch, Reach};

use super::folder::folder;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// One that runs.
pub struct OpenBao {
    folder: PathBuf,
    /// Where it is: `http://127.0.0.1:PORT`.
    pub address: String,
    process: Child,
    /// Unseals it.
    key: String,
    /// May do everything.
    pub token: String,
}

impl OpenBao {
    /// Starts one and makes a Transit key called signet.
    pub async fn start() -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = folder().join(format!("{}-openbao-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        fs::create_dir(folder.join("data")).expect("a folder");
        let (port, between) = ports();
        let address = format!("http://127.0.0.1:{port}");
        let settings = format!(
            "storage \"raft\" {{\n  path = \"{}\"\n  node_id = \"one\"\n  performance_multiplier = 1\n}}\n\
             listener \"tcp\" {{\n  address = \"127.0.0.1:{port}\"\n  cluster_address = \"127.0.0.1:{between}\"\n  \
             tls_disable = true\n}}\n\
             api_addr = \"{address}\"\ncluster_addr = \"http://127.0.0.1:{between}\"\n",
            folder.join("data").display()
        );
        fs::write(folder.join("bao.hcl"), settings).expect("written");
        let process = run(&folder);
        let mut bao = Self {
            folder,
            address,
            process,
            key: String::new(),
            token: String::new(),
        };
        bao.wait().await;
        let made = bao
            .put("sys/init", &json!({"secret_shares": 1, "secret_threshold": 1}))
            .await;
        made["keys_base64"][0]
            .as_str()
            .expect("a key")
            .clone_into(&mut bao.key);
        made["root_token"]
            .as_str()
            .expect("a token")
            .clone_into(&mut bao.token);
        bao.unseal().await;
        bao.put("sys/mounts/transit", &json!({"type": "transit"})).await;
        bao.put("transit/keys/signet", &json!({})).await;
        bao
    }

    /// Kills it as a machine that fails would.
    pub fn kill(&mut self) {
        self.process.kill().expect("killed");
        self.process.wait().expect("a status");
    }

    /// Starts it again, and unseals it.
    pub async fn start_again(&mut self) {
        self.process = run(&self.folder);
        self.wait().await;
        self.unseal().await;
    }

    /// Asks for something that must be done.
    pub async fn put(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.ask(path, body).await.expect("it answers");
        assert!(status < 300, "{path}: {status} {answer}");
        answer
    }

    async fn unseal(&self) {
        self.put("sys/unseal", &json!({"key": self.key})).await;
        // A standby of one becomes active a moment later.
        let began = Instant::now();
        while !self.ask_health().await {
            assert!(began.elapsed() < Duration::from_secs(30), "{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    async fn ask_health(&self) -> bool {
        let request = Request::get(format!("{}/v1/sys/health", self.address))
            .body(Vec::new())
            .expect("a request");
        let answer = Fetch::new(Reach::PublicAndLoopback).send(request).await;
        answer.is_ok_and(|answer| answer.status() == 200)
    }

    async fn ask(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = Request::builder()
            .method(Method::PUT)
            .uri(format!("{}/v1/{path}", self.address))
            .header("x-vault-token", &self.token)
            .body(body.to_string().into_bytes())
            .expect("a request");
        let answer = Fetch::new(Reach::PublicAndLoopback).send(request).await.ok()?;
        let body = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        Some((answer.status().as_u16(), body))
    }

    async fn wait(&self) {
        let began = Instant::now();
        let request = || Request::get(format!("{}/v1/sys/seal-status", self.address)).body(Vec::new());
        let fetch = Fetch::new(Reach::PublicAndLoopback);
        while fetch.send(request().expect("a request")).await.is_err() {
            assert!(began.elapsed() < Duration::from_secs(30), "{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        format!("OpenBao does not answer: {text}")
    }
}

impl Drop for OpenBao {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Two that nobody has.
fn ports() -> (u16, u16) {
    let sockets = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
    let [one, other] = sockets.map(|socket| socket.local_addr().expect("an address").port());
    (one, other)
}

fn run(folder: &Path) -> Child {
    let program = std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    let program = program.join("openbao/bao");
    assert!(
        program.exists(),
        "OpenBao is not at {}: tests/openbao/set-up brings it",
        program.display()
    );
    let log = fs::File::create(folder.join("log")).expect("a log");
    Command::new(program)
        .args(["server", "-config"])
        .arg(folder.join("bao.hcl"))
        .env_clear()
        .stdin(Stdio::null())
        .stdout(log.try_clone().expect("a log"))
        .stderr(log)
        .spawn()
        .expect("it runs")
}
