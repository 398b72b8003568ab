//! The presets of clients, each a file of its own, whose list is written here.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Where they stand.
const FOLDER: &str = "src/client/preset";

/// The list, as Rust.
pub(crate) fn list(root: &Path) -> io::Result<String> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut files: Vec<PathBuf> = fs::read_dir(root.join(FOLDER))?
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
    Ok(format!("[\n{}]\n", rows.collect::<String>()))
}
