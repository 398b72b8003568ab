//! Owns how organizations and what belongs to them look in JSON.

use serde::Serialize;
use serde_json::{Value, json};

use crate::base::id::OrganizationId;
use crate::signing::error::SigningError;
use crate::signing::key_set::KeySet;
use crate::tenancy::workspace::{Workspace, WorkspaceMember};
use crate::tenancy::{DomainClaim, Invitation, Member, MemberRole, Organization};
use crate::user::AccessTier;

use crate::api::page::{List, Page};
use crate::api::refusal::Refusal;
use crate::claims::MintError;
use crate::http::respond::failure::Failure;

/// One page of a list: `{"items": [...], "next_cursor": "..." | null}`.
pub(super) fn page<T>(
    list: &List<'_>,
    page: &Page,
    keys: &KeySet,
    items: &[T],
    (key, show): (impl Fn(&T) -> String, impl Fn(&T) -> Value),
) -> Result<Value, Refusal> {
    let full = items.len() >= usize::from(page.limit);
    let next = items
        .last()
        .filter(|_| full)
        .map(|last| list.cursor(&key(last), keys))
        .transpose()
        .map_err(broken)?;
    let items: Vec<Value> = items.iter().map(show).collect();
    Ok(json!({ "items": items, "next_cursor": next }))
}

fn broken(error: SigningError) -> Refusal {
    Refusal::Failure(Failure::from(MintError::Signing(error)))
}

pub(super) fn organization(organization: &Organization, role: Option<&MemberRole>) -> Value {
    let mut shown = json!({
        "id": organization.id,
        "name": organization.name,
        "slug": organization.slug.as_str(),
        "type": organization.organization_type.name(),
        "tier": organization.tier.map(AccessTier::name),
        "plan": organization.plan.map(crate::tenancy::Plan::name),
        "feature_flags": organization.feature_flags.to_json(),
        "branding": organization.branding.to_json(),
        "suspended_at": organization.suspended_at,
        "created_at": organization.created_at,
    });
    if let (Some(role), Some(members)) = (role, shown.as_object_mut()) {
        members.insert("role".to_owned(), json!(role.as_str()));
    }
    shown
}

pub(super) fn member(member: &Member) -> Value {
    json!({
        "user_id": member.user_id,
        "role": member.role.as_str(),
        "can_create_workspaces": member.workspace_creation.flag(),
        "invited_at": member.invited_at,
        "joined_at": member.joined_at,
    })
}

pub(super) fn invitation(invitation: &Invitation) -> Value {
    json!({
        "id": invitation.id,
        "email": invitation.email,
        "role": invitation.joins.role.as_str(),
        "can_create_workspaces": invitation.joins.workspace_creation.flag(),
        "status": invitation.status.name(),
        "invited_by": invitation.invited_by,
        "expires_at": invitation.expires_at,
        "created_at": invitation.created_at,
    })
}

pub(super) fn domain(claim: &DomainClaim) -> Value {
    json!({
        "domain": claim.domain.as_str(),
        "verified_at": claim.verified_at,
        "auto_join_role": claim.auto_join.as_ref().map(|joins| joins.role.as_str()),
        "can_create_workspaces": claim.auto_join.as_ref().map(|joins| joins.workspace_creation.flag()),
        "auto_join_paused": claim.auto_join_paused,
        "proof": { "type": "TXT", "name": claim.record_name(), "value": claim.record_value() },
        "created_at": claim.created_at,
    })
}

pub(super) fn workspace(workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id,
        "name": workspace.name,
        "slug": workspace.slug.as_str(),
        "kind": workspace.kind.name(),
        "archived_at": workspace.archived_at,
        "created_at": workspace.created_at,
    })
}

pub(super) fn workspace_member(member: &WorkspaceMember) -> Value {
    json!({ "user_id": member.user_id, "role": member.role.name() })
}

/// The organization that a membership now is in.
#[derive(Serialize)]
pub(super) struct Joined<'a> {
    pub(super) organization_id: &'a OrganizationId,
    pub(super) role: &'a str,
}
