//! Owns what a key-encryption key (KEK) is, and the form of files and variables that hold some: one key a line as
//! `id:base64 of 32 bytes`; blank lines and lines that start with `#` are skipped. It does not know which one seals.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::base::digest;
use crate::base::entropy::{self, Entropy};
use crate::base::secret::Secret;
use crate::config::ConfigError;

/// What the ids of development keys start with; `signet serve` refuses such a key.
pub const DEVELOPMENT_PREFIX: &str = "dev-";
/// Length of a key.
pub(super) const KEY_LENGTH: usize = 32;
/// Bytes that tell keys apart.
const FINGERPRINT_LENGTH: usize = 8;
const LONGEST_ID: usize = 64;
const LARGEST_FILE: u64 = 64 * 1024;
/// The group may read: that is how orchestrators hand a secret to a process that is not root.
#[cfg(unix)]
const FORBIDDEN_MODE: u32 = 0o037;

/// A key in the clear.
pub(super) type Key = Zeroizing<[u8; KEY_LENGTH]>;

/// Why the key-encryption keys are not usable. Names keys by id, never by content.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    /// There is none, and none is ever made silently.
    #[error(
        "no key-encryption key is given: make one as keys/README.md says, and name its file in sealing.kek_files"
    )]
    Missing,
    /// A file is refused for the reason below.
    #[error("the key-encryption keys in {} are refused", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: Box<Self>,
    },
    /// A variable is refused for the reason below.
    #[error("the key-encryption keys in the variable {name} are refused")]
    Variable {
        /// Its name.
        name: String,
        /// Why.
        #[source]
        source: Box<Self>,
    },
    /// A variable that is named is not there.
    #[error(transparent)]
    Unset(#[from] ConfigError),
    /// An entry of `sealing.transit.keys` is not `id:name`.
    #[error(
        "sealing.transit.keys has {entry:?}, which is not id:name of a key in Transit, both of 1 to 64 characters of \
         A-Z a-z 0-9 . _ -"
    )]
    TransitKey {
        /// The entry.
        entry: String,
    },
    /// The address of the Transit engine makes no URL.
    #[error("sealing.transit.address and mount make no URL")]
    TransitAddress,
    /// A file did not open, or holds no text.
    #[error("the file cannot be read")]
    Unreadable(#[source] io::Error),
    /// The file's mode lets others at it.
    #[error("the file has mode {mode:04o}: only its owner may write and only owner and group may read it")]
    Exposed {
        /// Its permission bits.
        mode: u32,
    },
    /// A line is not `id:base64`.
    #[error("line {line} is not of the form id:base64")]
    Malformed {
        /// Counted from 1.
        line: usize,
    },
    /// An id is empty, too long, or has other characters.
    #[error("line {line} has an id that is not 1 to 64 characters of A-Z a-z 0-9 . _ -")]
    Id {
        /// Counted from 1.
        line: usize,
    },
    /// A key is not 32 bytes of base64.
    #[error("the key-encryption key {id} is not base64 of 32 bytes")]
    Length {
        /// The key.
        id: String,
    },
    /// A key is nothing but zeros.
    #[error("the key-encryption key {id} is all zero")]
    Zero {
        /// The key.
        id: String,
    },
    /// Two keys have one id.
    #[error("there are two key-encryption keys {id}")]
    Duplicate {
        /// The key.
        id: String,
    },
}

/// A key-encryption key that this process has in its memory.
pub(super) struct Kek {
    pub(super) id: String,
    pub(super) key: Key,
    pub(super) source: KekSource,
}

/// Where a key-encryption key comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KekSource {
    /// A file of `sealing.kek_files`.
    File,
    /// A variable of `sealing.kek_variables`.
    Environment,
    /// A key of `sealing.transit`: it never leaves the Transit engine.
    Transit,
}

impl KekSource {
    const ALL: [Self; 3] = [Self::File, Self::Environment, Self::Transit];

    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Environment => "environment",
            Self::Transit => "transit",
        }
    }

    /// The source of a name in the database.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.name() == name)
    }
}

/// A line for a key file with a new key. Only `signet dev` and an operator's explicit command may ask for one.
pub fn new_line(id: &str, entropy: &dyn Entropy) -> Result<Secret, KekError> {
    if !is_id(id) {
        return Err(KekError::Id { line: 1 });
    }
    let key = Zeroizing::new(entropy::bytes::<KEY_LENGTH>(entropy));
    let encoded = Zeroizing::new(STANDARD.encode(key.as_slice()));
    Ok(Secret::new(format!("{id}:{}\n", *encoded)))
}

/// The keys of a file; at least one.
pub(super) fn of_file(path: &Path) -> Result<Vec<Kek>, KekError> {
    let found = read(path).and_then(|text| some(&text, KekSource::File));
    found.map_err(|source| KekError::File {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

/// The keys of a variable's text; at least one.
pub(super) fn of_variable(name: &str, text: &str) -> Result<Vec<Kek>, KekError> {
    some(text, KekSource::Environment).map_err(|source| KekError::Variable {
        name: name.to_owned(),
        source: Box::new(source),
    })
}

fn some(text: &str, source: KekSource) -> Result<Vec<Kek>, KekError> {
    let found = parse(text, source)?;
    if found.is_empty() {
        return Err(KekError::Missing);
    }
    Ok(found)
}

/// A key is 32 random bytes, so that what is derived from it tells nothing of it.
pub(super) fn fingerprint(key: &[u8; KEY_LENGTH]) -> String {
    let digest = digest::hmac_sha256(key, &[b"fingerprint of a key-encryption key"]);
    let mut text = String::with_capacity(2 * FINGERPRINT_LENGTH);
    for byte in digest.as_bytes().iter().take(FINGERPRINT_LENGTH) {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn read(path: &Path) -> Result<Zeroizing<String>, KekError> {
    let file = File::open(path).map_err(KekError::Unreadable)?;
    refuse_exposed(&file)?;
    let mut text = Zeroizing::new(String::with_capacity(4096));
    let length = file
        .take(LARGEST_FILE)
        .read_to_string(&mut text)
        .map_err(KekError::Unreadable)?;
    if length as u64 == LARGEST_FILE {
        return Err(KekError::Unreadable(io::ErrorKind::FileTooLarge.into()));
    }
    Ok(text)
}

/// Asked of the open file, so that nothing can be put in its place between the question and the reading.
#[cfg(unix)]
fn refuse_exposed(file: &File) -> Result<(), KekError> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = file
        .metadata()
        .map_err(KekError::Unreadable)?
        .permissions()
        .mode()
        & 0o7777;
    if mode & FORBIDDEN_MODE != 0 {
        return Err(KekError::Exposed { mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_exposed(_: &File) -> Result<(), KekError> {
    Ok(())
}

pub(super) fn parse(text: &str, source: KekSource) -> Result<Vec<Kek>, KekError> {
    text.lines()
        .map(str::trim)
        .zip(1..)
        .filter(|(content, _)| !content.is_empty() && !content.starts_with('#'))
        .map(|(content, line)| parse_line(content, line, source))
        .collect()
}

fn parse_line(content: &str, line: usize, source: KekSource) -> Result<Kek, KekError> {
    let (id, encoded) = content.split_once(':').ok_or(KekError::Malformed { line })?;
    if !is_id(id) {
        return Err(KekError::Id { line });
    }
    let id = id.to_owned();
    let decoded = STANDARD.decode(encoded.trim_start()).map(Zeroizing::new);
    let Some(key) = decoded
        .ok()
        .and_then(|bytes| <[u8; KEY_LENGTH]>::try_from(bytes.as_slice()).ok())
        .map(Zeroizing::new)
    else {
        return Err(KekError::Length { id });
    };
    if key.ct_eq(&[0; KEY_LENGTH]).into() {
        return Err(KekError::Zero { id });
    }
    Ok(Kek { id, key, source })
}

pub(super) fn is_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
