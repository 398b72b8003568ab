//! Owns what a browser keeps of the accounts that signed in there: a signed list that survives a logout. It proves
//! nothing about who sits in front of it. All it gives is a budget of attempts of its own, so that nobody who guesses
//! elsewhere keeps a person out of their own browser; whoever steals it can guess as often as one browser may.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::base::clock::{self, Timestamp};
use crate::base::digest::{self, Digest};
use crate::base::entropy::{self, Entropy};
use crate::base::handle::BackupEpoch;
use crate::base::id::UserId;
use crate::base::secret::Secret;
use crate::signing::error::SigningError;
use crate::signing::key_set::KeySet;
use crate::signing::server_key::Purpose;

/// How long a browser is known after the last sign-in: as long as browsers keep a cookie.
pub const KNOWN_FOR: Duration = Duration::from_hours(400 * 24);
/// The most accounts that one browser is known for; the one that signed in longest ago goes first.
const MOST_ACCOUNTS: usize = 5;
/// A longer id would make the cookie large: its account is known by no browser.
const LONGEST_ID: usize = 64;
const NONCE_LENGTH: usize = 22;

/// A browser in which somebody signed in before.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KnownDevice {
    nonce: String,
    signed_in_at: i64,
    accounts: Vec<UserId>,
}

impl KnownDevice {
    /// What is known after a sign-in: this account, and those that the browser was known for. A new name each time, so
    /// that a copy made before shares no budget with it.
    #[must_use]
    pub fn after_sign_in(
        before: Option<&Self>,
        user: &UserId,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Option<Self> {
        if user.as_str().len() > LONGEST_ID {
            return None;
        }
        let others = before
            .map(|before| before.accounts.as_slice())
            .unwrap_or_default();
        let others = others.iter().filter(|other| *other != user);
        Some(Self {
            nonce: entropy::base62(entropy, NONCE_LENGTH),
            signed_in_at: now.timestamp(),
            accounts: std::iter::once(user)
                .chain(others)
                .take(MOST_ACCOUNTS)
                .cloned()
                .collect(),
        })
    }

    /// The cookie's text.
    pub fn compose(&self, keys: &KeySet, epoch: BackupEpoch) -> Result<Secret, SigningError> {
        let json = serde_json::to_vec(self).map_err(crate::jose::JoseError::Claims)?;
        let (number, tag) = keys.tag(Purpose::Device, &parts(epoch, &json))?;
        let (json, tag) = (
            URL_SAFE_NO_PAD.encode(&json),
            URL_SAFE_NO_PAD.encode(tag.as_bytes()),
        );
        Ok(Secret::new(format!("{json}.{number}.{tag}")))
    }

    /// Reads a cookie; `None` unless we made it, in this epoch, and not too long ago.
    #[must_use]
    pub fn read(text: &str, keys: &KeySet, epoch: BackupEpoch, now: Timestamp) -> Option<Self> {
        let mut fields = text.split('.');
        let (json, number, tag) = (fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() {
            return None;
        }
        let json = URL_SAFE_NO_PAD.decode(json).ok()?;
        let tag = Digest::from_bytes(&URL_SAFE_NO_PAD.decode(tag).ok()?)?;
        if !keys.verify_tag(Purpose::Device, number.parse().ok()?, &parts(epoch, &json), &tag) {
            return None;
        }
        let device: Self = serde_json::from_slice(&json).ok()?;
        let oldest = clock::before(now, KNOWN_FOR).timestamp();
        (device.signed_in_at > oldest).then_some(device)
    }

    /// The accounts that signed in there.
    pub(super) fn accounts(&self) -> Vec<String> {
        self.accounts
            .iter()
            .map(|user| user.as_str().to_owned())
            .collect()
    }

    /// What its counters are called. What is stored says nothing of the cookie.
    pub(super) fn name(&self) -> String {
        let digest = digest::sha256(&[b"login-device", self.nonce.as_bytes()]);
        URL_SAFE_NO_PAD.encode(digest.as_bytes())
    }
}

fn parts(epoch: BackupEpoch, json: &[u8]) -> [Vec<u8>; 2] {
    [epoch.0.to_be_bytes().to_vec(), json.to_vec()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::entropy::SystemEntropy;

    fn user(name: &str) -> UserId {
        UserId::from_text(name)
    }

    #[test]
    fn a_browser_is_known_for_few_accounts_the_latest_first() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let mut device = None;
        for name in ["a", "b", "c", "a", "d", "e", "f"] {
            device = KnownDevice::after_sign_in(device.as_ref(), &user(name), now, &SystemEntropy);
        }
        assert_eq!(device.unwrap().accounts(), ["f", "e", "d", "a", "c"]);
        let long = user(&"x".repeat(65));
        assert!(KnownDevice::after_sign_in(None, &long, now, &SystemEntropy).is_none());
    }
}
