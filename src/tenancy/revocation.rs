//! Owns the ending of everything that was granted for an organization until now: its grants, and every token that
//! speaks of it, here and wherever the membership epoch is checked.

use super::authority::Actor;
use super::error::TenancyError;
use super::standing;
use super::store;
use crate::audit::{self, Event};
use crate::base::id::OrganizationId;
use crate::db::UnitOfWork;

/// Ends what was granted until now; members stay members and sign in anew.
pub async fn revoke_before(
    work: &mut UnitOfWork,
    actor: &Actor,
    organization: &OrganizationId,
) -> Result<(), TenancyError> {
    standing::hold(work, actor, organization)
        .await?
        .authority
        .operate()?;
    let now = work.now();
    store::set_revoked_before(work.connection()?, organization, now).await?;
    let event = Event::OrganizationTokensRevoked {
        organization: organization.clone(),
    };
    Ok(audit::record_by(work, event, actor.person()).await?)
}
