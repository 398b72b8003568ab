//! Owns the server's HMAC keys: one line of numbered keys for each purpose, so that a tag of one purpose is never one
//! of another, and losing one line ends what it tagged and nothing else. The newest number tags, every number
//! verifies. It does not know what is tagged.

use std::collections::{HashMap, HashSet};

use super::error::SigningError;
use super::sealed_keys::SecretKey;
use crate::base::digest::{self, Digest};

/// What a server key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The tag of refresh tokens, checked before the database is asked.
    RefreshToken,
    /// Tokens against cross-site request forgery.
    Csrf,
    /// Where the next page of a list begins.
    Cursor,
    /// Which accounts a browser is known for.
    Device,
}

impl Purpose {
    /// Every purpose that a key is kept for.
    pub const ALL: [Self; 4] = [Self::RefreshToken, Self::Csrf, Self::Cursor, Self::Device];

    /// Its name in the database and in each tag's input.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RefreshToken => "refresh_token",
            Self::Csrf => "csrf",
            Self::Cursor => "cursor",
            Self::Device => "device",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

struct NumberedKey {
    number: i32,
    key: SecretKey,
}

/// The keys of one purpose.
struct Line {
    newest: NumberedKey,
    older: Vec<NumberedKey>,
}

impl Line {
    fn new(mut keys: Vec<NumberedKey>) -> Option<Self> {
        keys.sort_unstable_by_key(|numbered| numbered.number);
        let newest = keys.pop()?;
        Some(Self { newest, older: keys })
    }

    fn find(&self, number: i32) -> Option<&SecretKey> {
        std::iter::once(&self.newest)
            .chain(&self.older)
            .find(|numbered| numbered.number == number)
            .map(|numbered| &numbered.key)
    }
}

/// Every server key. A purpose whose last key is lost tags and verifies nothing; the others go on.
pub struct ServerKeys {
    lines: HashMap<Purpose, Line>,
    unopened: HashSet<(Purpose, i32)>,
}

impl ServerKeys {
    pub(super) fn new(secrets: impl IntoIterator<Item = (Purpose, i32, SecretKey)>) -> Self {
        let mut keys: HashMap<_, Vec<_>> = HashMap::new();
        for (purpose, number, key) in secrets {
            keys.entry(purpose).or_default().push(NumberedKey { number, key });
        }
        let lines = keys
            .into_iter()
            .filter_map(|(purpose, keys)| Some((purpose, Line::new(keys)?)))
            .collect();
        Self {
            lines,
            unopened: HashSet::new(),
        }
    }

    /// The same beside keys that are stored and do not open.
    pub(super) fn beside(self, unopened: HashSet<(Purpose, i32)>) -> Self {
        Self { unopened, ..self }
    }

    /// Tags the parts with the purpose's newest key, and says its number. While the newest does not open nothing is
    /// tagged: an older one may have been replaced because it was lost.
    pub fn tag(&self, purpose: Purpose, parts: &[impl AsRef<[u8]>]) -> Result<(i32, Digest), SigningError> {
        let line = self.tagging(purpose).ok_or(SigningError::NoServerKey(purpose))?;
        Ok((line.newest.number, mac(&line.newest.key, purpose, parts)))
    }

    /// Whether a purpose can be tagged for.
    #[must_use]
    pub fn can_tag(&self, purpose: Purpose) -> bool {
        self.tagging(purpose).is_some()
    }

    /// Whether a key of this number is stored and does not open: whether it tagged something cannot be said.
    #[must_use]
    pub fn is_unopened(&self, purpose: Purpose, number: i32) -> bool {
        self.unopened.contains(&(purpose, number))
    }

    /// The keys that are here, as purpose and number.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.lines.iter().flat_map(|(purpose, line)| {
            let numbered = std::iter::once(&line.newest).chain(&line.older);
            numbered.map(|numbered| format!("{}.{}", purpose.name(), numbered.number))
        })
    }

    fn tagging(&self, purpose: Purpose) -> Option<&Line> {
        let newer = |newest: i32| {
            let mut unopened = self.unopened.iter();
            unopened.any(|(of, number)| *of == purpose && *number > newest)
        };
        self.lines.get(&purpose).filter(|line| !newer(line.newest.number))
    }

    /// Whether the parts were tagged with the purpose's key of this number. An unknown number tagged nothing.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, number: i32, parts: &[impl AsRef<[u8]>], tag: &Digest) -> bool {
        self.lines
            .get(&purpose)
            .and_then(|line| line.find(number))
            .is_some_and(|key| mac(key, purpose, parts) == *tag)
    }
}

impl std::fmt::Debug for ServerKeys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("ServerKeys")
    }
}

fn mac(key: &SecretKey, purpose: Purpose, parts: &[impl AsRef<[u8]>]) -> Digest {
    let mut input = Vec::with_capacity(parts.len() + 1);
    input.push(purpose.name().as_bytes());
    input.extend(parts.iter().map(AsRef::as_ref));
    digest::hmac_sha256(key, &input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use zeroize::Zeroizing;

    const REFRESH: Purpose = Purpose::RefreshToken;

    fn keys() -> ServerKeys {
        let key = |byte| Zeroizing::new([byte; 32]);
        ServerKeys::new([
            (REFRESH, 2, key(2)),
            (REFRESH, 10, key(10)),
            (REFRESH, 1, key(1)),
            (Purpose::Csrf, 10, key(10)),
        ])
    }

    #[test]
    fn the_newest_number_tags_and_every_number_verifies() {
        let keys = keys();
        let (number, tag) = keys.tag(REFRESH, &["a", "b"]).unwrap();
        assert_eq!(number, 10);
        assert!(keys.verify(REFRESH, 10, &["a", "b"], &tag));
        let old = mac(&Zeroizing::new([1; 32]), REFRESH, &["a"]);
        assert!(keys.verify(REFRESH, 1, &["a"], &old));
        for number in [0, -1, 2, 3, 10, i32::MAX] {
            assert!(!keys.verify(REFRESH, number, &["a"], &old));
        }
    }

    #[test]
    fn a_tag_is_of_one_purpose_and_one_split() {
        let keys = keys();
        let (number, tag) = keys.tag(REFRESH, &["ab", "c"]).unwrap();
        assert!(keys.verify(REFRESH, number, &["ab", "c"], &tag));
        assert!(!keys.verify(Purpose::Csrf, number, &["ab", "c"], &tag));
        assert!(!keys.verify(REFRESH, number, &["a", "bc"], &tag));
        assert!(!keys.verify(REFRESH, number, &["abc"], &tag));
    }

    #[test]
    fn a_newest_key_that_does_not_open_leaves_nothing_to_tag_with() {
        let keys = keys().beside(HashSet::from([(REFRESH, 11), (Purpose::Csrf, 9)]));
        assert!(!keys.can_tag(REFRESH) && keys.can_tag(Purpose::Csrf));
        let refused = keys.tag(REFRESH, &["a"]);
        assert!(matches!(refused, Err(SigningError::NoServerKey(REFRESH))));
        let old = mac(&Zeroizing::new([10; 32]), REFRESH, &["a"]);
        assert!(keys.verify(REFRESH, 10, &["a"], &old));
        assert!(keys.is_unopened(REFRESH, 11) && !keys.is_unopened(REFRESH, 10));
    }

    #[test]
    fn a_lost_purpose_leaves_the_others_alone() {
        let keys = ServerKeys::new([(Purpose::Csrf, 1, Zeroizing::new([1; 32]))]);
        let (number, tag) = keys.tag(Purpose::Csrf, &["a"]).unwrap();
        assert!(keys.verify(Purpose::Csrf, number, &["a"], &tag));
        assert!(!keys.verify(REFRESH, number, &["a"], &tag));
        let refused = keys.tag(REFRESH, &["a"]);
        assert!(matches!(refused, Err(SigningError::NoServerKey(REFRESH))));
    }
}
