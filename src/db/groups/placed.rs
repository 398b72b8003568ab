//! What a group's statement takes and answers: a column for each part of what is asked, and rows by their place.

use super::grouped::Placed;

/// The most requests of a group: the statements' `limit`, by which PostgreSQL knows how few rows it will read and write.
pub(super) const LARGEST_GROUP: usize = 64;

/// One value of each of a group, as a statement takes it.
pub fn column<'a, G, T>(group: &[&'a G], value: impl Fn(&'a G) -> T) -> Vec<T> {
    group.iter().map(|one| value(one)).collect()
}

/// A place counted from 0; one that there cannot be is nobody's.
#[must_use]
pub fn place(ordinality: i64) -> usize {
    usize::try_from(ordinality - 1).unwrap_or(usize::MAX)
}

/// An answer for each of a group that asked what only reads: for whom there is no row, that there is none.
pub fn each<T>(group: usize, found: impl IntoIterator<Item = Placed<T>>) -> Vec<Placed<Option<T>>> {
    let mut answers: Vec<Placed<Option<T>>> = (0..group).map(|place| (place, Ok(None))).collect();
    for (place, row) in found {
        if let Some((_, answer)) = answers.get_mut(place) {
            *answer = row.map(Some);
        }
    }
    answers
}
