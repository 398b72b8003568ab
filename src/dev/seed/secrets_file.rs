//! Owns the file that keeps the demo accounts' passwords and the demo service's secret between starts: a name and a
//! secret a line, readable by its owner alone, replaced as a whole.

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::error::SeedError;
use crate::base::entropy::{self, Entropy};
use crate::base::secret::Secret;

/// Characters of a password: 119 bits.
const LENGTH: usize = 20;
/// Characters between two hyphens, for those who type it.
const GROUP: usize = 5;

/// The secrets by name, and whether the file lacks one of them.
#[derive(Debug)]
pub(super) struct SecretsFile {
    path: PathBuf,
    entries: BTreeMap<String, Secret>,
    changed: bool,
}

impl SecretsFile {
    /// Reads the file; without one there are no secrets yet.
    pub(super) fn read(path: &Path) -> Result<Self, SeedError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => Zeroizing::default(),
            Err(source) => {
                return Err(SeedError::File {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let mut entries = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                [name, secret] => entries.insert((*name).to_owned(), Secret::new((*secret).to_owned())),
                _ => {
                    return Err(SeedError::Line {
                        path: path.to_owned(),
                        line: index + 1,
                    });
                }
            };
        }
        Ok(Self {
            path: path.to_owned(),
            entries,
            changed: false,
        })
    }

    /// The secret of a name.
    pub(super) fn find(&self, name: &str) -> Option<&Secret> {
        self.entries.get(name)
    }

    /// Keeps a secret.
    pub(super) fn set(&mut self, name: &str, secret: Secret) {
        self.entries.insert(name.to_owned(), secret);
        self.changed = true;
    }

    /// Writes the file if it lacks something.
    pub(super) fn save(&mut self) -> Result<(), SeedError> {
        if self.changed {
            write(&self.path, &self.text()).map_err(|source| SeedError::File {
                path: self.path.clone(),
                source,
            })?;
            self.changed = false;
        }
        Ok(())
    }

    fn text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(
            "# Secrets of the demo accounts and of the demo service, for development only.\n".to_owned(),
        );
        for (name, secret) in &self.entries {
            text.push_str(name);
            text.push(' ');
            text.push_str(secret.expose());
            text.push('\n');
        }
        text
    }
}

/// Replaces the file in one step: whoever reads it sees the old secrets or the new ones.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let draft = path.with_extension("new");
    // What a broken start left may have other rights.
    match std::fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&draft, path)
}

/// A new password.
pub(super) fn new_password(entropy: &dyn Entropy) -> Secret {
    let characters = Zeroizing::new(entropy::base62(entropy, LENGTH));
    let mut password = String::with_capacity(LENGTH + LENGTH / GROUP);
    for (index, character) in characters.chars().enumerate() {
        if index > 0 && index % GROUP == 0 {
            password.push('-');
        }
        password.push(character);
    }
    Secret::new(password)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::base::entropy::SystemEntropy;

    #[test]
    fn what_is_kept_is_read_again_and_nobody_else_reads_it() {
        let name = format!("signet-secrets-{}", entropy::base62(&SystemEntropy, 12));
        let path = std::env::temp_dir().join(name);
        let mut file = SecretsFile::read(&path).unwrap();
        let password = new_password(&SystemEntropy);
        file.set("ada", password.clone());
        file.save().unwrap();
        let read = SecretsFile::read(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        std::fs::write(&path, "ada\n").unwrap();
        let broken = SecretsFile::read(&path);
        std::fs::remove_file(&path).unwrap();
        assert!(read.find("ada") == Some(&password) && read.find("grace").is_none());
        assert_eq!(mode & 0o777, 0o600);
        assert!(matches!(broken, Err(SeedError::Line { line: 1, .. })));
    }

    #[test]
    fn a_password_is_four_groups() {
        let password = new_password(&SystemEntropy);
        let groups: Vec<usize> = password.expose().split('-').map(str::len).collect();
        assert_eq!(groups, [5, 5, 5, 5]);
    }
}
