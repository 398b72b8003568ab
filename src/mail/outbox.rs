//! Owns the outbox of development: a folder with each mail as a file that mail programs open (`.eml`), and the same as
//! JSON for a page that lists them. Only the newest are kept.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

use super::letter::Letter;
use super::transport::{Transport, Undelivered};
use crate::base::clock::Timestamp;

/// How many mails are kept.
const KEPT: usize = 200;
/// The largest file that is read.
const LARGEST: u64 = 256 * 1024;

/// A mail in the outbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OutboxMail {
    /// To whom.
    pub to: String,
    /// Its subject.
    pub subject: String,
    /// Its text.
    pub text: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// A folder.
pub(super) struct Outbox(pub(super) PathBuf);

impl Outbox {
    fn keep(&self, letter: &Letter) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.0)?;
        // The id is ours: a UUIDv7, whose order is that of time.
        let name: String = letter
            .id
            .chars()
            .skip(1)
            .take_while(|character| *character != '@')
            .collect();
        let mail = OutboxMail {
            to: letter.to.clone(),
            subject: letter.subject.clone(),
            text: letter.text.clone(),
            made_at: letter.made_at,
        };
        write(&self.0.join(format!("{name}.eml")), &letter.bytes)?;
        write(&self.0.join(format!("{name}.json")), &serde_json::to_vec(&mail)?)?;
        let files = files(&self.0)?;
        for old in files.iter().rev().skip(KEPT) {
            std::fs::remove_file(old)?;
            std::fs::remove_file(old.with_extension("eml"))?;
        }
        Ok(())
    }
}

/// The mails of an outbox, the newest first. A file that is none is left out.
#[must_use]
pub fn read(folder: &Path) -> Vec<OutboxMail> {
    let files = files(folder).unwrap_or_default();
    let read = |path: &PathBuf| -> Option<OutboxMail> {
        let small = std::fs::metadata(path).ok()?.len() <= LARGEST;
        let bytes = small.then(|| std::fs::read(path).ok()).flatten()?;
        serde_json::from_slice(&bytes).ok()
    };
    files.iter().rev().filter_map(read).collect()
}

/// The JSON files, the oldest first.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?.filter_map(Result::ok);
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    Ok(files)
}

/// All of it or nothing, for this account only.
fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let part = path.with_extension("part");
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(bytes)?;
    drop(file);
    std::fs::rename(part, path)
}

impl Transport for Outbox {
    fn deliver<'a>(&'a self, letter: &'a Letter) -> BoxFuture<'a, Result<(), Undelivered>> {
        let kept = self.keep(letter);
        let kept = kept.map_err(|error| Undelivered::temporarily(format!("{}: {error}", self.told())));
        Box::pin(std::future::ready(kept))
    }

    fn check(&self) -> BoxFuture<'_, Result<(), Undelivered>> {
        let made = std::fs::create_dir_all(&self.0);
        let made = made.map_err(|error| Undelivered::temporarily(format!("{}: {error}", self.told())));
        Box::pin(std::future::ready(made))
    }

    fn told(&self) -> String {
        self.0.display().to_string()
    }
}
