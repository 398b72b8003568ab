//! PostgreSQL's own programs: where they are on this machine, which version, or how to get them.
//!
//! It knows nothing of clusters, except that one made by a major version needs that same version.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::ClusterError;
use crate::config;

/// The oldest major version that signet supports.
const OLDEST: u32 = 15;

/// Where systems put PostgreSQL's programs: a folder, the beginning of the names in it that carry a version,
/// and the way from there to the programs.
const HABITS: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),          // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),                   // PostgreSQL's own packages for Fedora and the like
    ("/usr/lib", "postgresql", "bin"),           // openSUSE
    ("/usr/libexec", "postgresql", ""),          // Alpine
    ("/opt/homebrew/opt", "postgresql@", "bin"), // Homebrew on Apple silicon
    ("/usr/local/opt", "postgresql@", "bin"),    // Homebrew on Intel
];

/// One installed PostgreSQL.
#[derive(Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    /// Finds programs that can run the cluster in `data`, which may not exist yet: in the folder that the
    /// caller named, or that the environment does, or else wherever this system keeps them, newest first.
    pub(super) fn find(named: Option<&Path>, data: &Path) -> Result<Self, ClusterError> {
        let named = named.map(Path::to_owned).or_else(config::postgres_folder);
        let (candidates, missing) = match &named {
            Some(folder) => match Self::named(folder) {
                Ok(found) => (vec![found], None),
                Err(because) => (Vec::new(), Some(format!(" in {}: {because}", folder.display()))),
            },
            None => (
                usual_folders()
                    .iter()
                    .filter_map(|folder| Self::look_into(folder).ok())
                    .collect(),
                None,
            ),
        };
        let made_by = version_of_cluster(data);
        let mut unfit = Vec::new();
        for found in candidates {
            if found.major >= OLDEST && made_by.is_none_or(|made_by| made_by == found.major) {
                return Ok(found);
            }
            unfit.push(format!("{} has {}", found.folder.display(), found.major));
        }
        let found = match missing {
            Some(missing) => missing,
            None if unfit.is_empty() => String::new(),
            None => format!(", only {}", unfit.join(", ")),
        };
        Err(match made_by {
            Some(version) if version >= OLDEST => ClusterError::OtherVersion {
                data: data.to_owned(),
                version,
                found,
            },
            _ => ClusterError::NoBinaries {
                oldest: OLDEST,
                found,
                advice: advice(),
            },
        })
    }

    /// The path of one of the programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether the extension `name` can be preloaded; a server that cannot find it would not start.
    pub(super) fn has_library(&self, name: &str) -> bool {
        let told = Command::new(self.program("pg_config"))
            .arg("--pkglibdir")
            .output();
        let told = told.ok().filter(|output| output.status.success());
        let told = told.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
        // Some systems ship pg_config only with the headers.
        let usual = ["lib", "lib/postgresql", "lib64/pgsql", "lib/pgsql"]
            .map(|path| self.folder.join("..").join(path));
        told.into_iter().chain(usual).any(|folder| {
            ["so", "dylib"]
                .iter()
                .any(|suffix| folder.join(name).with_extension(suffix).exists())
        })
    }

    /// The programs of a folder that somebody named: in it, or in its `bin`.
    fn named(folder: &Path) -> Result<Self, String> {
        let folder = std::path::absolute(folder).map_err(|error| error.to_string())?;
        let inner = folder.join("bin");
        Self::look_into(if inner.join("initdb").exists() {
            &inner
        } else {
            &folder
        })
    }

    /// What a folder has; else why it cannot be used.
    fn look_into(folder: &Path) -> Result<Self, String> {
        for name in ["initdb", "postgres"] {
            if !folder.join(name).exists() {
                return Err(format!("there is no {name}, neither in it nor in its bin"));
            }
        }
        let postgres = folder.join("postgres");
        let output = Command::new(&postgres)
            .arg("--version")
            .output()
            .map_err(|error| format!("{} cannot be run: {error}", postgres.display()))?;
        // "postgres (PostgreSQL) 15.18 (Debian …)", or "18beta1"
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let major = text.split(' ').nth(2).and_then(leading_number);
        let major = major.ok_or_else(|| {
            // A package that holds no symbolic links is unpacked without the names of its libraries.
            let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            format!("{} --version says: {said}", postgres.display())
        })?;
        Ok(Self {
            folder: folder.to_owned(),
            major,
        })
    }
}

/// The major version that made the cluster in `data`.
fn version_of_cluster(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION"))
        .ok()
        .and_then(|text| leading_number(text.trim()))
}

fn leading_number(text: &str) -> Option<u32> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

fn usual_folders() -> Vec<PathBuf> {
    let mut versioned = Vec::new();
    for (parent, prefix, rest) in HABITS {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let version = name
                .to_str()
                .and_then(|name| name.strip_prefix(prefix))
                .and_then(leading_number);
            if let Some(version) = version {
                versioned.push((version, entry.path().join(rest)));
            }
        }
    }
    versioned.sort_by_key(|(version, _)| std::cmp::Reverse(*version));

    // The shell searches the PATH. What pg_config says goes first: it is what somebody chose, if anybody did.
    let script = "pg_config --bindir; dirname \"$(command -v postgres)\"";
    let told = Command::new("/bin/sh").args(["-c", script]).output();
    let told = told
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let told = told
        .lines()
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute());

    let mut folders = Vec::new();
    for folder in told.chain(versioned.into_iter().map(|(_, folder)| folder)).chain(
        [
            "/usr/local/pgsql/bin",
            "/usr/bin",
            "/usr/local/bin",
            "/opt/homebrew/bin",
        ]
        .map(PathBuf::from),
    ) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    folders
}

/// The one line that installs PostgreSQL on this system.
fn advice() -> String {
    let systems = fs::read_to_string("/etc/os-release").unwrap_or_default();
    advice_for(&systems, cfg!(target_os = "macos")).to_owned()
}

pub(super) fn advice_for(os_release: &str, macos: bool) -> &'static str {
    // ID names the system, ID_LIKE its relatives, nearest first.
    let mut names = ["ID=", "ID_LIKE="].into_iter().flat_map(|key| {
        os_release
            .lines()
            .filter_map(move |line| line.strip_prefix(key))
            .flat_map(|value| value.trim_matches(['"', '\'']).split(' '))
    });
    let known = names.find_map(|name| match name {
        "debian" | "ubuntu" => Some("Install it with: sudo apt-get install -y postgresql"),
        "fedora" => Some("Install it with: sudo dnf install -y postgresql-server postgresql-contrib"),
        "rhel" | "centos" => {
            Some("Install it with: sudo dnf install -y @postgresql:16/server postgresql-contrib")
        }
        "arch" => Some("Install it with: sudo pacman -S --needed postgresql"),
        "alpine" => Some("Install it with: doas apk add postgresql postgresql-contrib"),
        "suse" | "opensuse" => {
            Some("Install it with: sudo zypper install -y postgresql-server postgresql-contrib")
        }
        _ => None,
    });
    match known {
        Some(line) => line,
        None if macos => "Install it with: brew install postgresql@17",
        None => "Install its server package, or see https://www.postgresql.org/download/",
    }
}
