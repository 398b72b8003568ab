//! Owns how an organization gets a slug that nobody has, or had: the stem, `-2` to `-999`, then random ones.

use super::error::OrganizationError;
use super::store::{self, OrganizationRow};
use crate::db::UnitOfWork;
use crate::tenancy::slug::Stem;

/// How often a numbered slug is drawn again when somebody else takes it at the same moment.
const ATTEMPTS: usize = 3;

/// Writes an organization under the first free slug of its stem: the stem, `-2` to `-999`, then random ones.
pub(super) async fn insert_with_free_slug(
    work: &mut UnitOfWork,
    row: &OrganizationRow<'_>,
    stem: &Stem,
) -> Result<(), OrganizationError> {
    let now = work.now();
    let candidates = stem.candidates();
    if let Some(first) = candidates.first()
        && store::insert(work.connection()?, row, first, now).await?
    {
        return Ok(());
    }
    for _ in 0..ATTEMPTS {
        let Some(free) = store::first_free_slug(work.connection()?, &candidates).await? else {
            break;
        };
        if store::insert(work.connection()?, row, &free, now).await? {
            return Ok(());
        }
    }
    for _ in 0..ATTEMPTS {
        let slug = stem.random(work.entropy());
        if store::insert(work.connection()?, row, &slug, now).await? {
            return Ok(());
        }
    }
    Err(OrganizationError::NoFreeSlug)
}
