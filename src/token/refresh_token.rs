//! Owns the refresh token's form: `rt_0_<grant random>.<generation>.<key number>.<tag>_<checksum>`. The token is not
//! stored: its tag (HMAC-SHA-256 under the server's key) proves that we made this generation, so a guess touches no
//! row, and the successor of a generation is always the same text.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::base::digest::{self, Digest};
use crate::base::entropy::{self, Entropy};
use crate::base::handle::{self, BackupEpoch, Kind, RANDOM_LENGTH};
use crate::base::secret::Secret;
use crate::signing::error::SigningError;
use crate::signing::key_set::KeySet;
use crate::signing::server_key::Purpose;

/// The random part of a refresh token: one per grant, never stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRandom(Secret);

/// A refresh token whose tag was checked.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    /// The grant's random part.
    pub random: GrantRandom,
    /// How often the grant was rotated before this token was made.
    pub generation: i32,
}

impl GrantRandom {
    /// Draws the random part of a new grant.
    pub fn new(entropy: &dyn Entropy) -> Self {
        Self(Secret::new(entropy::base62(entropy, RANDOM_LENGTH)))
    }

    /// What the grant's row keeps of it.
    #[must_use]
    pub fn digest(&self, epoch: BackupEpoch) -> Digest {
        digest::sha256(&[b"refresh", &epoch.0.to_be_bytes(), self.0.expose().as_bytes()])
    }
}

impl RefreshToken {
    /// The token's text.
    pub fn compose(&self, keys: &KeySet, epoch: BackupEpoch) -> Result<Secret, SigningError> {
        let (epoch, generation) = (epoch.0.to_be_bytes(), self.generation.to_be_bytes());
        let parts = [epoch.as_slice(), self.random.0.expose().as_bytes(), &generation];
        let (number, tag) = keys.tag(Purpose::RefreshToken, &parts)?;
        let tag = URL_SAFE_NO_PAD.encode(tag.as_bytes());
        let body = format!(
            "{}_0_{}.{}.{number}.{tag}",
            Kind::Refresh.prefix(),
            self.random.0.expose(),
            self.generation
        );
        Ok(Secret::new(handle::seal(&body)))
    }

    /// Reads a presented token; `None` unless we made it, in this epoch. An error if its key is stored and does not open
    /// here: then nobody may be told that the token is unknown.
    pub fn read(text: &str, keys: &KeySet, epoch: BackupEpoch) -> Result<Option<Self>, SigningError> {
        let Some((token, number, tag)) = Self::parse(text) else {
            return Ok(None);
        };
        keys.require_opened(Purpose::RefreshToken, number)?;
        let (epoch, generation) = (epoch.0.to_be_bytes(), token.generation.to_be_bytes());
        let parts = [epoch.as_slice(), token.random.0.expose().as_bytes(), &generation];
        let ours = keys.verify_tag(Purpose::RefreshToken, number, &parts, &tag);
        Ok(ours.then_some(token))
    }

    /// The token with the number of its key and its tag, which nobody has checked.
    fn parse(text: &str) -> Option<(Self, i32, Digest)> {
        let body = handle::unseal(text)?
            .strip_prefix(Kind::Refresh.prefix())?
            .strip_prefix("_0_")?;
        let mut fields = body.split('.');
        let (random, generation, number, tag) =
            (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        if fields.next().is_some() || random.len() != RANDOM_LENGTH {
            return None;
        }
        let (generation, number) = (canonical_number(generation)?, canonical_number(number)?);
        let tag = Digest::from_bytes(&URL_SAFE_NO_PAD.decode(tag).ok()?)?;
        let random = GrantRandom(Secret::new(random.to_owned()));
        Some((Self { random, generation }, number, tag))
    }
}

/// A number in its only spelling: no sign, no leading zero.
fn canonical_number(text: &str) -> Option<i32> {
    let number: i32 = text.parse().ok()?;
    (number >= 0 && number.to_string() == text).then_some(number)
}
