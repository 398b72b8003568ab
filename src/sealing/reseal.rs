//! Owns how rows that are sealed by other keys are sealed by the active one: in batches, each in its caller's
//! transaction. Which rows and where they stand is their room's; whoever is broken off leaves rows that are sealed by one
//! key or the other.

use super::envelope::{self, Context, Sealed};
use super::keyring::Keyring;
use crate::base::entropy::Entropy;

/// The next rows of a table.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Behind this row, as [`Resealed::last`] named it; none: from the first on.
    pub after: Option<String>,
    /// The most rows.
    pub limit: i64,
}

/// A row that is sealed by another key than the active one, as its room found it.
pub struct Row<'a> {
    /// Its name, for people.
    pub name: &'a str,
    /// What seals it.
    pub kek_id: &'a str,
    /// Its envelope.
    pub sealed: &'a [u8],
    /// Where it stands.
    pub context: Context<'a>,
    /// Whether nothing needs it any more, so that it may be lost.
    pub spent: bool,
}

/// A row that does not open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unopened {
    /// Its name.
    pub row: String,
    /// Why.
    pub reason: String,
}

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Resealed {
    /// How many rows are sealed by the active key now.
    pub sealed: u64,
    /// Those that are not, since they do not open.
    pub unopened: Vec<Unopened>,
    /// The last row that was looked at; none if there are no more.
    pub last: Option<String>,
}

/// Seals what opens anew; gives each row's envelope by its place in `rows`, and the rows that do not open.
pub fn reseal<'a>(
    keyring: &Keyring,
    rows: impl IntoIterator<Item = Row<'a>>,
    entropy: &dyn Entropy,
) -> (Vec<(usize, Sealed)>, Vec<Unopened>) {
    let (mut sealed, mut unopened) = (Vec::new(), Vec::new());
    for (place, row) in rows.into_iter().enumerate() {
        let anew = envelope::open(keyring, &row.context, row.kek_id, row.sealed)
            .and_then(|plain| envelope::seal(keyring, &row.context, &plain, entropy));
        match anew {
            Ok(new) => sealed.push((place, new)),
            Err(_) if row.spent => {}
            Err(error) => unopened.push(Unopened {
                row: row.name.to_owned(),
                reason: error.to_string(),
            }),
        }
    }
    (sealed, unopened)
}
