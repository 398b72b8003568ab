//! The folder of this run's files: in memory where the system has room for it there, since a database for each test is
//! hundreds of files.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use signet::dev::postgres::remove_orphans;

const NAME: &str = "signet-tests";
/// Where Linux keeps files in memory.
const IN_MEMORY: &str = "/dev/shm";
/// The bytes that have to be free there: the cluster with its log, and the databases of the tests that run.
const ROOM: u64 = 2 << 30;

/// The folder, which exists; its files carry this process's number. What runs that were killed left behind, there or in
/// memory, is removed first. `TMPDIR` says where it is to be instead.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let elsewhere = std::env::temp_dir();
        for parent in [Path::new(IN_MEMORY), &elsewhere] {
            remove_orphans(&parent.join(NAME));
        }
        let asked_for = std::env::vars_os().any(|(name, _)| name == "TMPDIR");
        let parent = if !asked_for && has_room(IN_MEMORY) {
            PathBuf::from(IN_MEMORY)
        } else {
            elsewhere
        };
        let folder = parent.join(NAME);
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        folder
    })
}

fn has_room(path: &str) -> bool {
    rustix::fs::statvfs(path).is_ok_and(|found| found.f_bavail.saturating_mul(found.f_frsize) >= ROOM)
}
