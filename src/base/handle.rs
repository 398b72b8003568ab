//! Owns the form of every handle we give out: `kind_bucket_random_checksum`. The kind is known without the database,
//! the bucket (always `0` today) lets users move to other cells later without a directory, the checksum lets a typo
//! or a scanner be answered without a query. Only digests are stored; their input holds the kind and the backup
//! epoch, so that one kind is never another and a restore can end them all.

use super::digest::{self, Digest};
use super::entropy::{self, Entropy};
use super::secret::Secret;

/// Random characters in a handle: 256 bits of base62.
pub const RANDOM_LENGTH: usize = 43;
const CHECKSUM_LENGTH: usize = 6;

/// What a handle is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The browser's session cookie.
    Session,
    /// The browser's flow cookie, which binds interactions to one browser.
    Flow,
    /// An authorization request that waits for its person.
    AuthorizationRequest,
    /// A logout request that waits for its person.
    LogoutRequest,
    /// An authorization code (RFC 6749 §4.1.2).
    Code,
    /// A refresh token's grant (RFC 6749 §6).
    Refresh,
    /// An opaque access token.
    AccessToken,
    /// A client secret.
    ClientSecret,
    /// An invitation to an organization.
    Invitation,
    /// A key of a service.
    ServiceKey,
    /// The link that proves a mailbox.
    Verification,
}

impl Kind {
    /// The prefix that stands in the handle.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "ss",
            Self::Flow => "fl",
            Self::AuthorizationRequest => "ar",
            Self::LogoutRequest => "lo",
            Self::Code => "ac",
            Self::Refresh => "rt",
            Self::AccessToken => "at",
            Self::ClientSecret => "cs",
            Self::Invitation => "iv",
            Self::ServiceKey => "sk",
            Self::Verification => "vf",
        }
    }
}

/// Counts restores: part of every digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BackupEpoch(pub i64);

/// A handle in the clear: shown once to whom it belongs, never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handle {
    kind: Kind,
    text: Secret,
}

impl Handle {
    /// Makes a new one.
    pub fn new(kind: Kind, entropy: &dyn Entropy) -> Self {
        let body = format!("{}_0_{}", kind.prefix(), entropy::base62(entropy, RANDOM_LENGTH));
        Self {
            kind,
            text: Secret::new(seal(&body)),
        }
    }

    /// Reads one that came from outside; `None` if kind, length or checksum is wrong.
    #[must_use]
    pub fn parse(kind: Kind, text: &str) -> Option<Self> {
        let body = unseal(text)?;
        let random = body.strip_prefix(kind.prefix())?.strip_prefix("_0_")?;
        let well_formed =
            random.len() == RANDOM_LENGTH && random.bytes().all(|byte| byte.is_ascii_alphanumeric());
        well_formed.then(|| Self {
            kind,
            text: Secret::new(text.to_owned()),
        })
    }

    /// The text to hand over.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.text.expose()
    }

    /// What a store keeps of it.
    #[must_use]
    pub fn digest(&self, epoch: BackupEpoch) -> Digest {
        digest::sha256(&[
            b"handle",
            self.kind.prefix().as_bytes(),
            &epoch.0.to_be_bytes(),
            self.text.expose().as_bytes(),
        ])
    }
}

/// Appends the checksum to a handle's body.
#[must_use]
pub fn seal(body: &str) -> String {
    format!("{body}_{}", checksum(body))
}

/// The body of a handle whose checksum is right.
#[must_use]
pub fn unseal(text: &str) -> Option<&str> {
    let (body, given) = text.rsplit_once('_')?;
    (text.len() < 512 && given == checksum(body)).then_some(body)
}

fn checksum(body: &str) -> String {
    let hash = digest::plain_sha256(body.as_bytes());
    let mut value = hash
        .iter()
        .take(5)
        .fold(0_usize, |value, byte| (value << 8) | usize::from(*byte));
    let mut text = String::with_capacity(CHECKSUM_LENGTH);
    for _ in 0..CHECKSUM_LENGTH {
        text.push(entropy::letter(value % 62));
        value /= 62;
    }
    text
}
