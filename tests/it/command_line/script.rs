//! `./dev`, the script that a newcomer meets first.

use std::collections::BTreeSet;
use std::process::Stdio;

use tokio::process::Command;

use super::program::Signet;

/// The script says what it does before it installs or builds anything, and knows every option of the program.
#[tokio::test]
async fn the_script_explains_itself_without_a_build() {
    let explained = Command::new("/bin/sh")
        .args(["./dev", "--port", "9000", "--help"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", "/nonexistent")
        .env("CARGO_HOME", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .await
        .expect("a shell");
    let script = String::from_utf8(explained.stdout).expect("UTF-8");
    assert!(
        explained.status.success() && explained.stderr.is_empty(),
        "{script}"
    );
    assert!(script.contains("Usage: ./dev"));
    let program = Signet::unconfigured().run(&["dev", "--help"]).await;
    let beside = BTreeSet::from(["--config", "--json"]);
    let options: BTreeSet<&str> = options(&program.output).difference(&beside).copied().collect();
    assert_eq!(options, self::options(&script));
}

fn options(text: &str) -> BTreeSet<&str> {
    text.lines()
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with("--")))
        .collect()
}
