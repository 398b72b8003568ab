//! `signet dev`, as a newcomer meets it.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use signet::dev::seed::{DEMO_SPA, DemoAddresses, seed};

use super::program::Signet;
use crate::app::{Browser, Reply, TestApp};

/// `signet dev` in a folder of its own.
struct Running {
    process: Child,
    folder: std::path::PathBuf,
    server: String,
    demo: String,
    password: String,
}

fn free_port() -> String {
    let socket = TcpListener::bind("127.0.0.1:0").expect("a free port");
    socket.local_addr().expect("an address").port().to_string()
}

impl Running {
    /// Starts it and waits until it says where everything is.
    async fn start(signet: &Signet) -> Self {
        let folder = std::env::temp_dir().join(format!("signet-dev-{}", std::process::id()));
        let (port, demo_port, internal_port) = (free_port(), free_port(), free_port());
        let (data, keys) = (folder.join("data"), folder.join("keys"));
        std::fs::create_dir_all(&folder).expect("a folder");
        let mut process = signet
            .command(&[
                "dev",
                "--port",
                &port,
                "--demo-port",
                &demo_port,
                "--internal-port",
                &internal_port,
                "--data-dir",
                data.to_str().expect("UTF-8"),
                "--keys-dir",
                keys.to_str().expect("UTF-8"),
            ])
            .stderr(Stdio::inherit())
            .kill_on_drop(false)
            .spawn()
            .expect("the program runs");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let mut password = String::new();
        let told = async {
            while let Some(line) = lines.next_line().await.expect("text") {
                if let Some(rest) = line.trim().strip_prefix("ada ") {
                    rest.trim().clone_into(&mut password);
                }
                if line.contains("Other commands use") {
                    return;
                }
            }
        };
        let told = tokio::time::timeout(Duration::from_mins(2), told).await;
        told.expect("it starts in time");
        Self {
            process,
            folder,
            server: format!("http://localhost:{port}"),
            demo: format!("http://localhost:{demo_port}"),
            password,
        }
    }

    /// The access token that the demo application shows to Ada.
    async fn token(&self) -> String {
        let browser = Browser::new(&self.server);
        let sign_in = format!("{}/sign-in", self.demo);
        let asked = browser.post_from(&sign_in, &[], Some(&self.demo)).await;
        let page = browser.get(asked.header("location")).await;
        let request = page.parameter("request").expect("a sign-in page");
        let fields = [
            ("request", request.as_str()),
            ("username", "ada"),
            ("password", self.password.as_str()),
        ];
        let signed_in = browser.post("/login", &fields).await;
        let back = browser.follow(signed_in).await;
        let callback = browser.get(back.location().as_str()).await;
        assert_eq!(callback.status, 303, "{}", callback.body);
        let shown = browser.get(&format!("{}/tokens", self.demo)).await;
        let (_, rest) = shown
            .body
            .split_once("id=\"access-token-raw\">")
            .expect("a token is shown");
        rest.split('<').next().expect("its text").to_owned()
    }

    /// Asks it to stop, as Ctrl-C does.
    async fn stop(mut self) {
        let id = self.process.id().expect("it runs").to_string();
        let asked = Command::new("kill").args(["-INT", &id]).status().await;
        assert!(asked.expect("kill").success());
        let ended = self.process.wait().await.expect("it ends");
        std::fs::remove_dir_all(&self.folder).expect("removed");
        assert!(ended.success(), "{ended}");
    }
}

/// README's example of a call works with the token that the demo shows, and the environment counts as for the server.
#[tokio::test]
async fn the_demos_token_opens_the_api_and_the_environment_counts() {
    let signet = Signet::unconfigured()
        .with("PATH", "/usr/bin:/bin")
        .with("SIGNET_MODULES__ALLOWLIST__TEAM", "notes,tasks")
        .with("SIGNET_ISSUER", "https://login.example.com")
        .with("SIGNET_DATABASE__URL_FILE", "/nonexistent")
        .with("SIGNET_PASSWORD__MEMORY_KIB", "64")
        .with("SIGNET_PASSWORD__ITERATIONS", "1");
    let running = std::sync::Arc::new(Running::start(&signet).await);
    let using = std::sync::Arc::clone(&running);
    // Whatever fails, the database is stopped.
    let tried = tokio::spawn(async move {
        let token = using.token().await;
        let http = crate::support::http::client();
        let get = async |path: &str| {
            let request = http
                .get(format!("{}/api/v1{path}", using.server))
                .bearer_auth(&token);
            Reply::read(request.send().await.expect("an answer")).await
        };
        let listed = get("/organizations").await;
        assert_eq!(listed.status, 200, "{}", listed.body);
        let listed = listed.json();
        let acme = listed["items"]
            .as_array()
            .expect("items")
            .iter()
            .find(|organization| organization["slug"] == "acme")
            .expect("Ada's own");
        let id = acme["id"].as_str().expect("an id");
        let modules = get(&format!("/organizations/{id}/modules/owner")).await;
        assert!(modules.body.contains("notes"), "{}", modules.body);
    })
    .await;
    std::sync::Arc::into_inner(running)
        .expect("nobody else uses it")
        .stop()
        .await;
    tried.expect("no check failed");
}

/// What the server would refuse to start with, this refuses too, by name.
#[tokio::test]
async fn a_variable_that_is_wrong_is_refused_before_anything_is_made() {
    let data = std::env::temp_dir().join(format!("signet-dev-refused-{}", std::process::id()));
    let folder = data.to_str().expect("UTF-8");
    let arguments = ["dev", "--data-dir", folder, "--keys-dir", folder];
    let wrong = Signet::unconfigured().with("SIGNET_MODULES__ALLOWLIST__TEAM", "Not an id");
    wrong.run(&arguments).await.assert_refused("modules.allowlist");
    let unknown = Signet::unconfigured().with("SIGNET_MODULE__ALLOWLIST", "x");
    unknown.run(&arguments).await.assert_refused("SIGNET_");
    assert!(!data.exists(), "nothing was made");
}

/// Demo clients that an earlier version made get the scopes of this one's.
#[tokio::test]
async fn a_later_start_gives_the_demo_clients_what_they_lack() {
    let app = TestApp::new().await;
    let signet = Signet::on(&app.database);
    let passwords = std::env::temp_dir().join(format!("signet-dev-passwords-{}", std::process::id()));
    let demo = DemoAddresses {
        url: "http://localhost:8081".to_owned(),
    };
    seed(&app.app, &passwords, &demo).await.expect("seeded");
    let before = signet.json(&["client", "show", DEMO_SPA]).await;
    let older = [
        "client",
        "edit",
        DEMO_SPA,
        "--remove-scope",
        "organizations:manage",
    ];
    let edit = [&older[..], &["--add-custom-scope", "orders:read"]].concat();
    signet.json(&edit).await;
    seed(&app.app, &passwords, &demo).await.expect("seeded again");
    std::fs::remove_file(&passwords).expect("removed");
    let after = signet.json(&["client", "show", DEMO_SPA]).await;
    let kept = after["scope"]
        .as_str()
        .expect("scopes")
        .replace(" orders:read", "");
    assert_eq!(before["scope"], kept, "and keep what they were given besides");
}
