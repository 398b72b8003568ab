//! Making a cluster: `initdb`, once.
//!
//! It knows nothing of servers. Whoever calls it has the turn.

use std::fs;
use std::path::Path;

use super::binaries::Binaries;
use super::error::ClusterError;
use super::place::Place;

/// Makes the cluster when there is none. It appears whole or not at all.
pub(super) async fn initialize(place: &Place, binaries: &Binaries) -> Result<(), ClusterError> {
    if place.data.join("PG_VERSION").exists() {
        return Ok(());
    }
    // Goes only if it is empty.
    if place.data.exists() && fs::remove_dir(&place.data).is_err() {
        return Err(ClusterError::NotACluster(place.data.clone()));
    }
    remove_half_made(&place.data);
    let unfinished = place
        .data
        .with_extension(format!("unfinished-{}", std::process::id()));
    place.make_private(&unfinished)?;
    let _unfinished = Unfinished(&unfinished);
    let initdb = binaries.program("initdb");
    let mut command = place.command(&initdb);
    command
        .args([
            "-U",
            "postgres",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "--no-instructions",
            "-D",
        ])
        .arg(&unfinished)
        .current_dir(&unfinished);
    let output = tokio::process::Command::from(command)
        .kill_on_drop(true)
        .output()
        .await
        .map_err(ClusterError::io("run", &initdb))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        return Err(ClusterError::Initdb {
            output: String::from_utf8_lossy(&said).into_owned(),
        });
    }
    fs::rename(&unfinished, &place.data).map_err(ClusterError::io("rename", &unfinished))
}

/// Removes what an attempt made that did not come to its end; after one that did, there is nothing of this name.
struct Unfinished<'a>(&'a Path);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(self.0);
    }
}

/// Removes what earlier attempts left. One may still be written to, by an initdb whose parent was killed:
/// that is why each attempt has a name of its own, and why a failure here does not matter.
fn remove_half_made(data: &Path) {
    let entries = data.parent().and_then(|parent| fs::read_dir(parent).ok());
    for entry in entries.into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with("pg.unfinished-") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
