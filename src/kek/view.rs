//! Owns what there is of key-encryption keys at one moment: every one that there was, the rows that need each, and what
//! the replicas hold.

use super::entry::{Entry, KekState};
use super::rooms::ROOMS;
use super::store;
use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};
use crate::replica::{self, Replica};

/// How many rows of a table need a key-encryption key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The key.
    pub kek_id: String,
    /// The table.
    pub table: &'static str,
    /// How many rows.
    pub rows: i64,
}

/// Everything on key-encryption keys.
#[derive(Debug, Clone)]
pub struct View {
    /// Every one that there was, in the order of their adding.
    pub entries: Vec<Entry>,
    /// Which rows need which.
    pub needs: Vec<Need>,
    /// How often each has sealed, as far as that was written down.
    pub seals: Vec<(String, u64)>,
    /// What each running replica holds.
    pub replicas: Vec<Replica>,
}

impl View {
    /// Reads it; a statement for each table with a sealed column, and three.
    pub async fn read(connection: &mut PgConnection, now: Timestamp) -> Result<Self, DatabaseError> {
        Ok(Self {
            entries: store::all(connection).await?,
            needs: needs(connection).await?,
            seals: store::seals(connection).await?,
            replicas: replica::list(connection, now).await?,
        })
    }

    /// What is known of a key.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// The one that seals.
    #[must_use]
    pub fn active(&self) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.state == KekState::Active)
    }

    /// Which rows need a key.
    pub fn needs_of<'a>(&'a self, id: &'a str) -> impl Iterator<Item = &'a Need> {
        self.needs.iter().filter(move |need| need.kek_id == id)
    }

    /// How often a key has sealed.
    #[must_use]
    pub fn seals_of(&self, id: &str) -> u64 {
        let counted = self.seals.iter().find(|(kek_id, _)| kek_id == id);
        counted.map_or(0, |(_, seals)| *seals)
    }

    /// The keys that rows need and that nobody added.
    #[must_use]
    pub fn unregistered(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.needs.iter().map(|need| need.kek_id.as_str()).collect();
        ids.retain(|id| self.find(id).is_none());
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// Needs in words.
pub(super) fn told<'a>(needs: impl Iterator<Item = &'a Need>) -> String {
    let told: Vec<String> = needs
        .map(|need| format!("{} rows of {}", need.rows, need.table))
        .collect();
    told.join(", ")
}

/// Which rows need which key.
pub(super) async fn needs(connection: &mut PgConnection) -> Result<Vec<Need>, DatabaseError> {
    let mut needs = Vec::new();
    for room in &ROOMS {
        let counts = (room.count)(connection).await?;
        needs.extend(counts.into_iter().map(|(kek_id, rows)| Need {
            kek_id,
            table: room.table,
            rows,
        }));
    }
    Ok(needs)
}
