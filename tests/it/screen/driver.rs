//! One chromedriver per test binary, one fresh browser per test. Both end with whoever started them.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::json;
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::{CapabilitiesHelper as _, ChromiumLikeCapabilities as _, DesiredCapabilities};
use thirtyfour::{LoggingPrefsLogLevel, WebDriver};

use super::window::Window;

const ADVICE: &str =
    "is not installed: the tests with a screen need it (Debian: apt install chromium chromium-driver)";

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

struct Driver {
    url: String,
    /// Its end is the driver's end: the kernel closes it when this process is gone, however that happens.
    _leash: ChildStdin,
    _process: Child,
}

fn installed(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("{program} {ADVICE}"))
}

fn driver() -> &'static Driver {
    static DRIVER: OnceLock<Driver> = OnceLock::new();
    DRIVER.get_or_init(|| {
        // A group and a folder of its own, so that its browsers and their profiles end with it.
        let leash = "TMPDIR=$(mktemp -d) && export TMPDIR || exit; setsid \"$0\" --port=0 & \
                     cat >/dev/null 2>&1; kill -- -$!; wait; rm -rf \"$TMPDIR\"";
        let mut process = Command::new("sh")
            .args(["-c", leash])
            .arg(installed("chromedriver"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sh runs");
        let output = process.stdout.take().expect("a pipe");
        let port = BufReader::new(output)
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                let (_, port) = line.split_once("started successfully on port ")?;
                Some(port.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver starts and says its port");
        Driver {
            url: format!("http://127.0.0.1:{port}"),
            _leash: process.stdin.take().expect("a pipe"),
            _process: process,
        }
    })
}

/// Opens a fresh browser for a test and closes it afterwards, whatever the test comes to.
pub async fn with_browser(scripts: Scripts, test: impl AsyncFnOnce(Window)) {
    let mut wanted = DesiredCapabilities::chrome();
    wanted
        .set_binary(installed("chromium").to_str().expect("UTF-8"))
        .expect("an option");
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        "--no-proxy-server",
        "--lang=en",
    ] {
        wanted.add_arg(argument).expect("an option");
    }
    wanted
        .set_browser_log_level(LoggingPrefsLogLevel::All)
        .expect("an option");
    wanted
        .set_logging_prefs("performance", LoggingPrefsLogLevel::All)
        .expect("an option");
    wanted.accept_insecure_certs(true).expect("an option");
    if scripts == Scripts::Off {
        let never = json!({ "profile.managed_default_content_settings.javascript": 2 });
        wanted.add_experimental_option("prefs", never).expect("an option");
    }
    let started = WebDriver::builder(driver().url.as_str(), wanted)
        .poller(std::sync::Arc::new(ElementPollerWithTimeout::new(
            Duration::from_mins(1),
            Duration::from_millis(50),
        )))
        .await;
    let browser = started.unwrap_or_else(|error| panic!("no browser: {error}"));
    let ended = browser
        .run_and_quit(async |driver| {
            test(Window::new(driver)).await;
            Ok::<(), std::convert::Infallible>(())
        })
        .await;
    ended.unwrap_or_else(|error| panic!("the browser did not end: {error}"));
}
