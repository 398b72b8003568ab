//! Owns the development key-encryption key: made at the first start, readable by its owner alone.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::base::entropy::SystemEntropy;
use crate::sealing::kek;

/// The file of the key; made if it is missing. Its id starts with `dev-`, so `signet serve` refuses it.
pub fn provide(path: &Path) -> anyhow::Result<PathBuf> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(mut file) => {
            let line = kek::new_line("dev-1", &SystemEntropy)?;
            writeln!(file, "{}", line.expose().trim_end())?;
            file.sync_all()?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error.into()),
    }
    Ok(path.to_owned())
}
