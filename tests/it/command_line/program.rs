//! One run of the program, and its answers made comparable.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::app::test_app::kek;
use crate::support::database::TestDatabase;

/// The program with an environment of its own: nothing of this process's is handed on.
#[derive(Clone)]
pub struct Signet {
    variables: BTreeMap<String, String>,
}

/// What a run left.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub output: String,
    pub errors: String,
}

impl Signet {
    /// The program without any configuration.
    pub fn unconfigured() -> Self {
        Self {
            variables: BTreeMap::new(),
        }
    }

    /// The program on a test's database.
    pub fn on(database: &TestDatabase) -> Self {
        Self::unconfigured()
            .with("SIGNET_ISSUER", "https://login.example.com")
            // Whatever comes from this machine comes through a proxy on it.
            .with("SIGNET_LISTEN__TRUSTED_PROXIES", "127.0.0.1")
            .with("SIGNET_DATABASE__URL", &database.url)
            .with("SIGNET_DATABASE__OWNER_URL", &database.owner_url)
            .with("SIGNET_SEALING__KEK_FILES", kek().to_str().expect("UTF-8"))
            .with("SIGNET_PASSWORD__MEMORY_KIB", "64")
            .with("SIGNET_PASSWORD__ITERATIONS", "1")
    }

    /// Sets a variable.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a variable back.
    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// The command, in a folder without a configuration file.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signet"));
        command
            .args(arguments)
            .env_clear()
            .envs(&self.variables)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs it to its end.
    pub async fn run(&self, arguments: &[&str]) -> Ran {
        self.run_with_input(arguments, "").await
    }

    /// Runs it with something on standard input.
    pub async fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut command = self.command(arguments);
        let mut process = command.stdin(Stdio::piped()).spawn().expect("the program runs");
        let mut pipe = process.stdin.take().expect("a pipe");
        // A program that refuses early does not read its input.
        let _ = pipe.write_all(input.as_bytes()).await;
        drop(pipe);
        let ended = process.wait_with_output().await.expect("the program ends");
        let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
        Ran {
            code: ended.status.code().expect("no signal ended it"),
            output: text(ended.stdout),
            errors: text(ended.stderr),
        }
    }

    /// Runs it with `--json` and reads its answer.
    pub async fn json(&self, arguments: &[&str]) -> Value {
        self.json_with_input(arguments, "").await
    }

    /// The same with something on standard input.
    pub async fn json_with_input(&self, arguments: &[&str], input: &str) -> Value {
        let arguments: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        let ran = self.run_with_input(&arguments, input).await;
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.errors);
        serde_json::from_str(&ran.output).unwrap_or_else(|error| panic!("{error}: {}", ran.output))
    }
}

impl Ran {
    /// Asserts a failure that says what to do, in one line.
    pub fn assert_refused(&self, because: &str) {
        assert_eq!(self.code, 1, "{} {}", self.output, self.errors);
        assert!(self.errors.contains(because), "{}", self.errors);
        assert!(!self.errors.contains("panicked"), "{}", self.errors);
    }
}

/// An answer without what differs from run to run: ids, secrets and times.
pub fn tidy(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let sorted: BTreeMap<String, Value> = members.into_iter().collect();
            let tidied = sorted.into_iter().map(|(name, value)| {
                let filtered = match (name.as_str(), &value) {
                    ("client_secret" | "password" | "service_key" | "token" | "value", Value::String(_)) => {
                        Value::from("[secret]")
                    }
                    (
                        "id" | "user_id" | "organization_id" | "personal_space" | "owner" | "owner_user_id"
                        | "service_key_id" | "workspace_id" | "accepted_by",
                        Value::String(_),
                    ) => Value::from("[id]"),
                    (name, Value::String(_) | Value::Number(_)) if name.ends_with("_at") => {
                        Value::from("[time]")
                    }
                    _ => tidy(value),
                };
                (name, filtered)
            });
            Value::Object(tidied.collect())
        }
        Value::Array(values) => values.into_iter().map(tidy).collect(),
        other => other,
    }
}
