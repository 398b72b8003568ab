//! Owns the peer's program: its own files are part of this one, the packages that it stands on are installed by npm, as
//! the lock file has them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

const LOCK: &str = include_str!("node_oidc_provider/package-lock.json");
const FILES: [(&str, &str); 6] = [
    ("package.json", include_str!("node_oidc_provider/package.json")),
    ("package-lock.json", LOCK),
    ("server.js", include_str!("node_oidc_provider/server.js")),
    (
        "configuration.js",
        include_str!("node_oidc_provider/configuration.js"),
    ),
    ("adapter.js", include_str!("node_oidc_provider/adapter.js")),
    (
        "interaction.js",
        include_str!("node_oidc_provider/interaction.js"),
    ),
];
/// What was installed: a copy of the lock file, written last.
const INSTALLED: &str = "installed.json";

/// The tables.
pub(super) const SCHEMA: &str = include_str!("node_oidc_provider/schema.sql");

/// Lays the program out in a folder of the build, and has npm install what is not there yet. Gives the folder.
pub(super) fn install() -> anyhow::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("beside/node-oidc-provider");
    fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    for (name, text) in FILES {
        fs::write(folder.join(name), text).with_context(|| folder.join(name).display().to_string())?;
    }
    let installed = folder.join(INSTALLED);
    if fs::read_to_string(&installed).is_ok_and(|lock| lock == LOCK) {
        return Ok(folder);
    }
    let mut npm = Command::new("npm");
    npm.args(["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(&folder)
        .stdin(Stdio::null());
    let output = npm
        .output()
        .map_err(|error| missing("npm", error))
        .context("the peer cannot be installed")?;
    anyhow::ensure!(
        output.status.success(),
        "npm ci: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    fs::write(&installed, LOCK).with_context(|| installed.display().to_string())?;
    Ok(folder)
}

/// Says what to install.
pub(super) fn missing(program: &str, error: std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        anyhow::anyhow!(
            "{program} is not on the PATH: --beside needs Node.js with npm (Debian, Ubuntu: apt-get install nodejs npm)"
        )
    } else {
        anyhow::Error::new(error).context(program.to_owned())
    }
}

/// The version of a dependency, as the manifest pins it.
pub(super) fn version() -> anyhow::Result<String> {
    let (_, manifest) = FILES[0];
    let manifest: serde_json::Value = serde_json::from_str(manifest)?;
    let version = manifest.pointer("/dependencies/oidc-provider");
    let version = version.and_then(serde_json::Value::as_str);
    Ok(version.context("package.json pins no version")?.to_owned())
}
