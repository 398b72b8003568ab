//! PgBouncer in transaction mode before a test's PostgreSQL: each transaction gets another session, and nobody's
//! settings or statements stay.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use signet::config::SignetConfig;
use sqlx::postgres::PgConnectOptions;

use super::database::TestDatabase;

const PLACES: [&str; 3] = [
    "/usr/sbin/pgbouncer",
    "/usr/bin/pgbouncer",
    "/opt/homebrew/bin/pgbouncer",
];

/// Set (to anything), every test of a run goes through PgBouncer that can: `.ci/run` says which are to.
const EVERYBODY: &str = "TEST_THROUGH_PGBOUNCER";

/// Ends the pooler when the pipe closes, that is when this process ends, however it ends.
const WATCHED: &str = r#""$0" -q "$1" & read -r _; kill -INT "$!"; wait "$!""#;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// How a pooler is set up.
pub struct Manner {
    /// Sessions for each database and role.
    pub sessions: u32,
    /// Whether it drops what it does not know at the start of a session, rather than refusing it.
    pub ignores: bool,
    /// `transaction` or `session`.
    pub mode: &'static str,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            sessions: 2,
            ignores: false,
            mode: "transaction",
        }
    }
}

/// One that runs.
pub struct PgBouncer {
    folder: PathBuf,
    process: Child,
}

impl PgBouncer {
    /// Starts one before the server of this database, as the account that the server runs as: it does not run as root.
    pub fn before(database: &TestDatabase, manner: &Manner) -> Self {
        let options: PgConnectOptions = database.admin_url.parse().expect("a URL");
        let sockets = options.get_socket().expect("a socket").clone();
        let owner = fs::metadata(&sockets).expect("the server's folder");
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("signet-pooler-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder");
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("open");
        let roles = ["signet_app", "signet_hook", "signet_owner", "postgres"];
        let users = roles.map(|role| format!("\"{role}\" \"\"\n")).concat();
        fs::write(folder.join("users"), users).expect("written");
        let settings = settings(&folder, &sockets, options.get_port(), manner);
        fs::write(folder.join("pgbouncer.ini"), settings).expect("written");
        let log = fs::File::create(folder.join("log")).expect("a log");
        let program = PLACES
            .into_iter()
            .find(|place| Path::new(place).exists())
            .expect("PgBouncer is installed (./test does it)");
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", WATCHED, program])
            .arg(folder.join("pgbouncer.ini"))
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log);
        if rustix::process::geteuid().is_root() {
            chown(&folder, Some(owner.uid()), Some(owner.gid())).expect("its folder");
            command.uid(owner.uid()).gid(owner.gid());
        }
        let process = command.current_dir("/").spawn().expect("it runs");
        let pooler = Self { folder, process };
        pooler.wait();
        pooler
    }

    fn wait(&self) {
        let begun = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "PgBouncer does not answer: {}",
                fs::read_to_string(self.folder.join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.6432")
    }

    /// A URL of the server's, led through here.
    pub fn url(&self, direct: &str) -> String {
        let (before, _) = direct.split_once('?').expect("a socket's URL");
        let options: PgConnectOptions = direct.parse().expect("a URL");
        let before = before.replace(&format!(":{}/", options.get_port()), ":6432/");
        format!("{before}?host={}&sslmode=disable", self.folder.display())
    }

    /// The database as the server sees it through here; administrators go directly.
    pub fn database(&self, database: &TestDatabase) -> TestDatabase {
        TestDatabase {
            url: self.url(&database.url),
            hook_url: self.url(&database.hook_url),
            ..database.again()
        }
    }
}

fn settings(folder: &Path, sockets: &Path, port: u16, manner: &Manner) -> String {
    let ignored = if manner.ignores {
        "extra_float_digits, options"
    } else {
        ""
    };
    format!(
        "[databases]\n\
         * = host={} port={port}\n\
         [pgbouncer]\n\
         listen_addr =\n\
         listen_port = 6432\n\
         unix_socket_dir = {}\n\
         auth_type = trust\n\
         auth_file = {}\n\
         pool_mode = {}\n\
         default_pool_size = {}\n\
         max_client_conn = 1000\n\
         server_idle_timeout = 5\n\
         ignore_startup_parameters = {ignored}\n",
        sockets.display(),
        folder.display(),
        folder.join("users").display(),
        manner.mode,
        manner.sessions,
    )
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        if let Some(mut pipe) = self.process.stdin.take() {
            let _ = pipe.flush();
        }
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whether every test of this run goes through a pooler.
pub fn everybody() -> bool {
    static SAID: OnceLock<bool> = OnceLock::new();
    *SAID.get_or_init(|| std::env::vars_os().any(|(name, _)| name == EVERYBODY))
}

/// The way to a test's database that this run is about.
pub fn led(database: TestDatabase) -> TestDatabase {
    static POOLER: OnceLock<PgBouncer> = OnceLock::new();
    if !everybody() {
        return database;
    }
    let manner = Manner {
        sessions: 8,
        ..Manner::default()
    };
    POOLER
        .get_or_init(|| PgBouncer::before(&database, &manner))
        .database(&database)
}

/// What a server's configuration says of it.
pub fn configure(config: &mut SignetConfig) {
    config.database.pooler = everybody();
}
