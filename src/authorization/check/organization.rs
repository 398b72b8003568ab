//! Owns the organization that is asked for, by the parameter `organization` or by a scope; both must agree.

use super::draft::Draft;
use crate::protocol::error::Refusal;

pub(super) fn check(draft: &mut Draft<'_>) -> Result<(), Refusal> {
    let named = draft.parameters.get("organization");
    draft.request.organization = draft.request.scope.organization_or(named)?;
    Ok(())
}
