//! Owns where an HTTP hook lives and what its requests are signed with: an https URL and one to four secrets
//! (Standard Webhooks 1.0.0, "Signature scheme"). A hook without a secret is none: nobody could tell its requests
//! from an attacker's. It does not send.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::base::digest::plain_hmac_sha256;
use crate::base::entropy::{self, Entropy};
use crate::base::secret::Secret;

/// What stands before a secret's base64.
const PREFIX: &str = "whsec_";
/// What some products write before that.
const VERSION: &str = "v1,";
/// How many bytes a secret has.
const KEY_LENGTH: std::ops::RangeInclusive<usize> = 24..=64;
/// How many secrets sign at once: two are a rotation.
const MOST_KEYS: usize = 4;

/// Why a URL with its secrets is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// The URL does not parse, or has no host.
    #[error("the hook's URL is not an absolute URL with a host")]
    NotAUrl,
    /// Claims about people do not travel in clear.
    #[error("the hook's URL is not https (http is for loopback only)")]
    NotHttps,
    /// User name and password in the URL.
    #[error("the hook's URL holds a user name or a password; requests are authenticated by their signature")]
    Credentials,
    /// A part that is never sent.
    #[error("the hook's URL has a fragment")]
    Fragment,
    /// No secret at all.
    #[error("an HTTP hook needs a secret: requests are signed")]
    NoSecret,
    /// A secret of another form.
    #[error("a secret is whsec_ and the base64 of 24 to 64 bytes; several are separated by spaces")]
    MalformedSecret,
    /// More secrets than a rotation needs.
    #[error("a hook has at most four secrets")]
    TooManySecrets,
}

/// An HTTP hook's address and keys.
#[derive(Clone)]
pub struct HttpTarget {
    url: Url,
    keys: Vec<Key>,
    secrets: Secret,
}

type Key = Zeroizing<Vec<u8>>;

impl HttpTarget {
    /// Reads a URL and its secrets, separated by spaces; the newest stands first.
    pub fn new(url: &str, secrets: Secret) -> Result<Self, TargetError> {
        Ok(Self {
            url: read_url(url)?,
            keys: read_keys(&secrets)?,
            secrets,
        })
    }

    /// The secrets as they were given, for sealing them.
    #[must_use]
    pub const fn secrets(&self) -> &Secret {
        &self.secrets
    }

    /// Where requests go.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The `webhook-signature` of one attempt: a signature for each secret, separated by a space.
    #[must_use]
    pub fn sign(&self, webhook_id: &str, timestamp: i64, body: &[u8]) -> String {
        let timestamp = timestamp.to_string();
        let parts: [&[u8]; 5] = [webhook_id.as_bytes(), b".", timestamp.as_bytes(), b".", body];
        let signatures = self
            .keys
            .iter()
            .map(|key| format!("v1,{}", STANDARD.encode(plain_hmac_sha256(key, &parts))));
        signatures.collect::<Vec<_>>().join(" ")
    }
}

/// Neither keys nor the URL's path and query, where some put a token.
impl fmt::Debug for HttpTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("HttpTarget")
            .field("origin", &self.url.origin().ascii_serialization())
            .field("keys", &self.keys.len())
            .finish_non_exhaustive()
    }
}

/// A new secret of 256 bits in the form that receivers are given.
#[must_use]
pub fn new_secret(entropy: &dyn Entropy) -> Secret {
    let key = Zeroizing::new(entropy::bytes::<32>(entropy));
    Secret::new(format!("{PREFIX}{}", STANDARD.encode(&key[..])))
}

fn read_url(text: &str) -> Result<Url, TargetError> {
    let url = Url::parse(text).map_err(|_| TargetError::NotAUrl)?;
    let host = url.host().ok_or(TargetError::NotAUrl)?;
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(&host) => {}
        _ => return Err(TargetError::NotHttps),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Credentials);
    }
    if url.fragment().is_some() {
        return Err(TargetError::Fragment);
    }
    Ok(url)
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn read_keys(secrets: &Secret) -> Result<Vec<Key>, TargetError> {
    let keys = secrets
        .expose()
        .split_ascii_whitespace()
        .map(read_key)
        .collect::<Result<Vec<_>, _>>()?;
    match keys.len() {
        0 => Err(TargetError::NoSecret),
        1..=MOST_KEYS => Ok(keys),
        _ => Err(TargetError::TooManySecrets),
    }
}

fn read_key(text: &str) -> Result<Key, TargetError> {
    let text = text.strip_prefix(VERSION).unwrap_or(text);
    let encoded = text.strip_prefix(PREFIX).ok_or(TargetError::MalformedSecret)?;
    let key = STANDARD
        .decode(encoded)
        .map(Zeroizing::new)
        .map_err(|_| TargetError::MalformedSecret)?;
    if KEY_LENGTH.contains(&key.len()) {
        Ok(key)
    } else {
        Err(TargetError::MalformedSecret)
    }
}
