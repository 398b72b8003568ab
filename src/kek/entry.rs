//! Owns what is known of a key-encryption key.

use crate::base::clock::Timestamp;

/// What a key-encryption key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KekState {
    /// It opens, and may be the next to seal.
    Added,
    /// It seals.
    Active,
    /// It sealed, and opens.
    Replaced,
    /// Nothing is sealed by it any more. Backups may be.
    Removed,
}

impl KekState {
    const ALL: [Self; 4] = [Self::Added, Self::Active, Self::Replaced, Self::Removed];

    /// Its name in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Active => "active",
            Self::Replaced => "replaced",
            Self::Removed => "removed",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A row of `auth.keks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What configurations call it.
    pub id: String,
    /// What tells it from others.
    pub fingerprint: String,
    /// `file`, `environment` or `transit`: where it came from when it was added.
    pub source: String,
    /// What it does.
    pub state: KekState,
    /// When it was added.
    pub added_at: Timestamp,
    /// When it began to seal, the last time.
    pub activated_at: Option<Timestamp>,
    /// When another one took its place, the last time.
    pub replaced_at: Option<Timestamp>,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

impl Entry {
    /// Whether it was the one that seals for all of this time, as far as is known: of one that sealed several times, only the
    /// last time is.
    #[must_use]
    pub fn sealed_all_through(&self, begins: Timestamp, ends: Timestamp) -> bool {
        let Some(since) = self.activated_at else {
            return false;
        };
        let until = self.replaced_at.filter(|replaced| *replaced >= since);
        since <= begins && until.is_none_or(|until| until >= ends)
    }

    /// Whether a backup that was made in this time may have rows that it sealed: none is left once it was removed. What was
    /// in use when the first key was registered may be as old as the installation.
    #[must_use]
    pub fn may_have_sealed_between(&self, begins: Timestamp, ends: Timestamp, registered: Timestamp) -> bool {
        let sealed = self.activated_at.is_some() || self.replaced_at.is_some();
        let there = self.added_at == registered || self.added_at < ends;
        sealed && there && self.removed_at.is_none_or(|removed| removed > begins)
    }
}
