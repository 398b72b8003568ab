//! Owns the key-encryption keys (KEKs): the form of their files, and which one seals. A file holds one key a line as
//! `id:base64 of 32 bytes`; blank lines and lines that start with `#` are skipped. The first key of the first file
//! seals, every key opens. It does not know what is sealed.

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

/// What the ids of development keys start with; `signet serve` refuses such a key.
pub const DEVELOPMENT_PREFIX: &str = "dev-";
const KEY_LENGTH: usize = 32;
/// Bytes that tell keys apart.
const FINGERPRINT_LENGTH: usize = 8;
const LONGEST_ID: usize = 64;
const LARGEST_FILE: u64 = 64 * 1024;
/// The group may read: that is how orchestrators hand a secret to a process that is not root.
#[cfg(unix)]
const FORBIDDEN_MODE: u32 = 0o037;

/// Why the key-encryption keys are not usable. Names keys by id, never by content.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    /// There is none, and none is ever made silently.
    #[error("no key-encryption key is given")]
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

struct Kek {
    id: String,
    key: Zeroizing<[u8; KEY_LENGTH]>,
}

/// Every key-encryption key of this process; never empty.
pub struct Keyring {
    active: Kek,
    others: Vec<Kek>,
}

impl Keyring {
    /// Reads the keys of these files, in this order. Each file must hold at least one key.
    pub fn load(paths: &[PathBuf]) -> Result<Self, KekError> {
        let mut keys = Vec::new();
        for path in paths {
            let found = read(path)
                .and_then(|text| parse(&text))
                .and_then(|found| {
                    if found.is_empty() {
                        Err(KekError::Missing)
                    } else {
                        Ok(found)
                    }
                })
                .map_err(|source| KekError::File {
                    path: path.clone(),
                    source: Box::new(source),
                })?;
            keys.extend(found);
        }
        Self::new(keys)
    }

    /// Reads the keys of one file's text.
    pub fn from_text(text: &str) -> Result<Self, KekError> {
        Self::new(parse(text)?)
    }

    fn new(keys: Vec<Kek>) -> Result<Self, KekError> {
        let mut ids = std::collections::HashSet::new();
        if let Some(twice) = keys.iter().find(|kek| !ids.insert(kek.id.as_str())) {
            return Err(KekError::Duplicate { id: twice.id.clone() });
        }
        let mut keys = keys.into_iter();
        let active = keys.next().ok_or(KekError::Missing)?;
        Ok(Self {
            active,
            others: keys.collect(),
        })
    }

    /// The id of the key that seals.
    #[must_use]
    pub fn active_id(&self) -> &str {
        &self.active.id
    }

    /// The ids of all keys, the active one first.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.keys().map(|kek| kek.id.as_str())
    }

    /// The ids of all keys, the active one first, each with a name that depends on the key alone.
    pub fn fingerprints(&self) -> impl Iterator<Item = (&str, String)> {
        self.keys().map(|kek| (kek.id.as_str(), fingerprint(&kek.key)))
    }

    /// Whether any key is a development one.
    #[must_use]
    pub fn has_development_key(&self) -> bool {
        self.ids().any(|id| id.starts_with(DEVELOPMENT_PREFIX))
    }

    pub(super) fn active_key(&self) -> &[u8; KEY_LENGTH] {
        &self.active.key
    }

    pub(super) fn key(&self, id: &str) -> Option<&[u8; KEY_LENGTH]> {
        self.keys().find(|kek| kek.id == id).map(|kek| &*kek.key)
    }

    fn keys(&self) -> impl Iterator<Item = &Kek> {
        std::iter::once(&self.active).chain(&self.others)
    }
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Keyring")?;
        formatter.debug_list().entries(self.ids()).finish()
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

/// A key is 32 random bytes, so that what is derived from it tells nothing of it.
fn fingerprint(key: &[u8; KEY_LENGTH]) -> String {
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

fn parse(text: &str) -> Result<Vec<Kek>, KekError> {
    text.lines()
        .map(str::trim)
        .zip(1..)
        .filter(|(content, _)| !content.is_empty() && !content.starts_with('#'))
        .map(|(content, line)| parse_line(content, line))
        .collect()
}

fn parse_line(content: &str, line: usize) -> Result<Kek, KekError> {
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
    Ok(Kek { id, key })
}

fn is_id(id: &str) -> bool {
    (1..=LONGEST_ID).contains(&id.len())
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}
