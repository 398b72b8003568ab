//! Owns the ending of everything that was granted for an organization until now: its grants, and every token that
//! speaks of it, here and wherever the membership epoch is checked.

use super::error::TenancyError;
use super::store;
use crate::audit::{self, Event};
use crate::base::id::OrganizationId;
use crate::db::Work;

/// Ends what was granted until now; members stay members and sign in anew.
pub async fn revoke_before(work: &mut Work, organization: &OrganizationId) -> Result<(), TenancyError> {
    let now = work.now();
    if !store::set_revoked_before(work.connection()?, organization, now).await? {
        return Err(TenancyError::Unknown(organization.clone()));
    }
    let event = Event::OrganizationTokensRevoked {
        organization: organization.clone(),
    };
    Ok(audit::record(work, event).await?)
}
