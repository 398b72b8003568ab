//! Owns when joining by a domain rests: whoever set as what people join must still be able to give them that, as with
//! an invitation (attacks.md, IV-02). Nothing is written when they no longer can, so that it goes on if they can again.

use super::types::DomainClaim;
use crate::base::id::UserId;
use crate::db::UnitOfWork;
use crate::tenancy::authority;
use crate::tenancy::error::TenancyError;
use crate::tenancy::member::MemberRole;

/// Whether nobody joins by this claim although it says as what.
pub(super) async fn is_paused(work: &mut UnitOfWork, claim: &DomainClaim) -> Result<bool, TenancyError> {
    let Some(joins) = &claim.auto_join else {
        return Ok(false);
    };
    let set_by = claim.auto_join_set_by.as_ref();
    let may = authority::still_may_give(work, &claim.organization_id, set_by, &joins.role).await?;
    Ok(!may)
}

/// Notes it in claims of one organization that are to be shown. Each person is asked about once for each role.
pub(super) async fn mark(work: &mut UnitOfWork, claims: &mut [DomainClaim]) -> Result<(), TenancyError> {
    let mut known: Vec<(Option<UserId>, MemberRole, bool)> = Vec::new();
    for claim in claims {
        let Some(role) = claim.auto_join.as_ref().map(|joins| joins.role.clone()) else {
            continue;
        };
        let before = known
            .iter()
            .find(|(person, of, _)| *person == claim.auto_join_set_by && *of == role);
        claim.auto_join_paused = if let Some((_, _, paused)) = before {
            *paused
        } else {
            let paused = is_paused(work, claim).await?;
            known.push((claim.auto_join_set_by.clone(), role, paused));
            paused
        };
    }
    Ok(())
}
