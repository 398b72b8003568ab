//! Where a cluster lives and as whom it runs.
//!
//! PostgreSQL refuses to run as root, so root lends it an account, and the folders must be ones which that
//! account can enter. A socket's path must be short. It knows nothing of what is put into the folders.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::error::ClusterError;

/// The port only names the socket file, as the server listens on no network address.
pub(super) const PORT: u16 = 5432;

/// The longest path of a socket: 107 bytes on Linux, 103 on macOS and the BSDs.
const LONGEST_SOCKET: usize = 103;

/// Where root keeps clusters whose own folder PostgreSQL's account cannot enter.
const ELSEWHERE: &str = "/var/lib/signet-dev";

/// Another account that PostgreSQL runs as, because we are root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The folders of one cluster.
#[derive(Debug)]
pub(super) struct Place {
    /// The folder that was asked for: has the locks and the log.
    pub(super) home: PathBuf,
    /// The cluster itself.
    pub(super) data: PathBuf,
    /// The folder of its socket.
    pub(super) sockets: PathBuf,
    /// As whom it runs; `None` is ourselves.
    pub(super) account: Option<Account>,
}

impl Place {
    /// Decides on the folders, and makes the one that was asked for.
    pub(super) fn find(data_dir: &Path) -> Result<Self, ClusterError> {
        if !data_dir.is_absolute() {
            return Err(ClusterError::NotAbsolute(data_dir.to_owned()));
        }
        fs::create_dir_all(data_dir).map_err(ClusterError::io("create", data_dir))?;
        let home = data_dir
            .canonicalize()
            .map_err(ClusterError::io("resolve", data_dir))?;
        let account = if is_root() {
            Some(account_for(&home)?)
        } else {
            None
        };
        let root = match account {
            None => home.clone(),
            Some(account) => root_for(&home, account)?,
        };
        let sockets = sockets_for(&home, &root, account)?;
        Ok(Self {
            data: root.join("pg"),
            home,
            sockets,
            account,
        })
    }

    /// The command, to be run as the cluster's account, in a folder that this account can enter.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        // The port and much else would be taken from the environment of whoever starts us; and the messages
        // in the log are to be English.
        for variable in [
            "PGDATA",
            "PGPORT",
            "PGHOST",
            "PGOPTIONS",
            "PGCLIENTENCODING",
            "PGDATESTYLE",
            "PGTZ",
        ] {
            command.env_remove(variable);
        }
        command.env("LC_ALL", "C").stdin(Stdio::null());
        if let Some(account) = self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Makes a folder that only the cluster's account can enter, or checks that it is one.
    pub(super) fn make_private(&self, folder: &Path) -> Result<(), ClusterError> {
        match DirBuilder::new().mode(0o700).create(folder) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !is_owned(folder, self.account) {
                    return Err(ClusterError::NotOurs(folder.to_owned()));
                }
                fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
                    .map_err(ClusterError::io("restrict", folder))?;
            }
            Err(error) => return Err(ClusterError::io("create", folder)(error)),
        }
        if let Some(account) = self.account {
            chown(folder, Some(account.uid), Some(account.gid)).map_err(ClusterError::io("chown", folder))?;
        }
        Ok(())
    }
}

/// The folders outside of `home` that a cluster of that name may have used.
pub(super) fn outside(home: &Path) -> Vec<PathBuf> {
    let mut folders = short_sockets(home);
    let mut account = None;
    if is_root() {
        folders.extend(elsewhere(home));
        account = account_for(home).ok();
    }
    folders.retain(|folder| is_owned(folder, account));
    folders
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A real folder (no link) of ours or of the account's. Folders with names that others can guess, in a
/// folder that all can write to, are used only after this check.
fn is_owned(folder: &Path, account: Option<Account>) -> bool {
    folder.symlink_metadata().is_ok_and(|found| {
        let by_us = found.uid() == rustix::process::geteuid().as_raw();
        found.is_dir() && (by_us || account.is_some_and(|account| account.uid == found.uid()))
    })
}

/// An existing cluster keeps its owner; a new one gets PostgreSQL's own account, or the one without rights.
fn account_for(home: &Path) -> Result<Account, ClusterError> {
    if let Ok(found) = home.join("pg").symlink_metadata()
        && found.is_dir()
        && found.uid() != 0
    {
        return Ok(Account {
            uid: found.uid(),
            gid: found.gid(),
        });
    }
    let path = Path::new("/etc/passwd");
    let accounts = fs::read_to_string(path).map_err(ClusterError::io("read", path))?;
    ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| accounts.lines().find_map(|line| account_in(line, name)))
        .ok_or(ClusterError::NoAccount)
}

/// Reads a line of `/etc/passwd`: name, password, uid, gid, …
fn account_in(line: &str, name: &str) -> Option<Account> {
    let mut fields = line.strip_prefix(name)?.strip_prefix(':')?.split(':').skip(1);
    let uid = fields.next()?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    (uid != 0).then_some(Account { uid, gid })
}

/// The first folder that has this cluster already, else the first one that the account can enter.
fn root_for(home: &Path, account: Account) -> Result<PathBuf, ClusterError> {
    let mut candidates = vec![home.to_owned()];
    candidates.extend(elsewhere(home));
    let exists = |root: &&PathBuf| {
        let trusted = root.as_path() == home || is_owned(root, None);
        trusted && root.join("pg/PG_VERSION").exists() && can_enter(account, root)
    };
    if let Some(root) = candidates.iter().find(exists) {
        return Ok(root.clone());
    }
    for root in candidates {
        let made = fs::create_dir_all(&root).is_ok() && (root == home || is_owned(&root, None));
        if made && can_enter(account, &root) {
            if root != home {
                tracing::info!(folder = %root.display(), "PostgreSQL's account cannot enter the data folder");
            }
            return Ok(root);
        }
    }
    Err(ClusterError::Unreachable {
        path: home.to_owned(),
        uid: account.uid,
    })
}

fn elsewhere(home: &Path) -> [PathBuf; 2] {
    let name = name_of(home);
    [
        Path::new(ELSEWHERE).join(&name),
        std::env::temp_dir().join(format!("signet-dev-{name}")),
    ]
}

/// Asks the system instead of reading modes: access lists and network file systems have rules of their own.
fn can_enter(account: Account, folder: &Path) -> bool {
    Command::new("/bin/sh")
        .args(["-c", "cd -- \"$0\" && test -x ."])
        .arg(folder)
        .current_dir("/")
        .uid(account.uid)
        .gid(account.gid)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn sockets_for(home: &Path, root: &Path, account: Option<Account>) -> Result<PathBuf, ClusterError> {
    let inside = root.join("run");
    if fits(&inside) {
        return Ok(inside);
    }
    short_sockets(home)
        .into_iter()
        .find(|folder| {
            let parent = folder.parent().unwrap_or(folder);
            fits(folder) && account.is_none_or(|account| can_enter(account, parent))
        })
        .ok_or_else(|| ClusterError::NoSocketPath(home.to_owned()))
}

fn short_sockets(home: &Path) -> Vec<PathBuf> {
    let name = format!("signet-{}", name_of(home));
    vec![std::env::temp_dir().join(&name), Path::new("/tmp").join(&name)]
}

/// Short enough, and free of the characters that mean something in PostgreSQL's list of socket folders.
fn fits(folder: &Path) -> bool {
    let bytes = folder.as_os_str().as_bytes();
    let socket_name = format!("/.s.PGSQL.{PORT}");
    bytes.len() + socket_name.len() <= LONGEST_SOCKET
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || b"/._-@+".contains(byte))
}

/// A name for a path: FNV-1a, because it must stay the same with the next version of this program, which
/// the standard library's hashers do not promise. Nothing secret or hostile depends on it.
fn name_of(home: &Path) -> String {
    let hash = home
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    format!("{hash:016x}")
}
