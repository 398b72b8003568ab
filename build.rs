//! Rebuilds when a migration is added: they are compiled into the binary. So are the presets of clients, each a file of
//! its own, whose list is written here.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// Where the presets stand.
const PRESETS: &str = "src/client/preset";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed={PRESETS}");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files: Vec<PathBuf> = fs::read_dir(root.join(PRESETS))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let rows = files.iter().map(|path| {
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        format!(
            "    ({name:?}, include_str!({:?})),\n",
            path.display().to_string()
        )
    });
    let list = format!("[\n{}]\n", rows.collect::<String>());
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(Path::new(&target).join("presets.rs"), list)
}
