//! Owns what a membership does to a person's standing: whoever waited, or was invited, is active once they belong to a
//! shared organization. The global one, where everybody is, makes nobody active; otherwise nobody would ever wait.

use super::store;
use crate::base::id::{OrganizationId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::user;

/// Follows every act that makes somebody a joined member of a shared organization.
pub(super) async fn joined(
    work: &mut UnitOfWork,
    organization: &OrganizationId,
    user: &UserId,
) -> Result<(), DatabaseError> {
    if !store::is_global(work.connection()?, organization).await? {
        user::service::note_membership(work, user).await?;
    }
    Ok(())
}
