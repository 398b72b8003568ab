//! The version, and in a release the git commit.

use std::path::Path;
use std::process::Command;

/// Tells the program its version.
pub(crate) fn tell() {
    let version = env!("CARGO_PKG_VERSION");
    let version = commit().map_or_else(|| version.to_owned(), |commit| format!("{version} ({commit})"));
    // `cargo run` hands it on to the program, to which a name that begins with SIGNET_ would be a setting.
    println!("cargo::rustc-env=PROGRAM_VERSION={version}");
}

/// The commit of a checkout. Other builds than a release would be made anew after each commit, so they do without.
fn commit() -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo tells it to build scripts this way"
    )]
    let profile = std::env::var("PROFILE").ok()?;
    if profile != "release" {
        return None;
    }
    // The source may lie inside of somebody else's checkout: then it is no checkout itself.
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    // What HEAD is, and what the branch that it names is.
    let branch = git(&["symbolic-ref", "--quiet", "HEAD"]).unwrap_or_default();
    for name in ["HEAD", "packed-refs", &branch] {
        let path = git(&["rev-parse", "--git-path", name]).unwrap_or_default();
        if Path::new(&path).is_file() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    git(&["rev-parse", "--short=7", "HEAD"]).filter(|commit| !commit.is_empty())
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    if !output.status.success() {
        return None;
    }
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
