//! Owns how a workspace gets a slug that its organization has not given yet: the stem, `-2` to `-999`, random ones.

use super::error::WorkspaceError;
use super::store::{self, WorkspaceRow};
use crate::db::UnitOfWork;
use crate::tenancy::slug::{Slug, Stem};

/// How often one is drawn again when somebody else takes it at the same moment.
const ATTEMPTS: usize = 3;

/// Writes a workspace under the chosen slug, or the first free one of its name.
pub(super) async fn insert(
    work: &mut UnitOfWork,
    row: &WorkspaceRow<'_>,
    chosen: Option<&Slug>,
) -> Result<(), WorkspaceError> {
    let now = work.now();
    if let Some(slug) = chosen {
        return if store::insert(work.connection()?, row, slug.as_str(), now).await? {
            Ok(())
        } else {
            Err(WorkspaceError::SlugTaken(slug.clone()))
        };
    }
    let stem = Stem::of_name(row.name);
    let candidates = stem.candidates();
    for _ in 0..ATTEMPTS {
        let free = store::first_free_slug(work.connection()?, row.organization, &candidates).await?;
        let Some(free) = free else { break };
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
    Err(WorkspaceError::NoFreeSlug)
}
