//! The statements on the tables of this room.

mod answer;
mod deletion;
mod domain;
mod invitation;
mod member;
mod module;
mod organization;
mod provisioning;
mod revocation;
mod settings;
mod workspace;
mod workspace_member;

pub(super) use answer::{Presented, accept, present, reject};
pub(super) use deletion::{
    archive_workspaces_of, delete_memberships, lock_owned, owned_alone, set_deleted, set_personal_deleted,
};
pub(super) use domain::{
    count_claims, delete_claim, delete_claims, find_claim, insert_claim, join_by_domain, list_claims,
    owning_claim, replace_proof, set_auto_join, set_unverified, set_verified,
};
pub(super) use invitation::{
    InvitationRow, NewToken, cancel_pending, cancel_pending_of, count_pending, expire_invitations,
    insert_invitation, list_invitations, pending_role, replace_token, settle_expired,
};
pub(super) use member::{
    MemberRow, active_memberships, count_joined, delete_member, find_member, insert_member, insert_owner,
    join_as, joined_role, list_members, list_memberships, set_joined, set_member_role,
    set_workspace_creation,
};
pub(super) use module::{
    clear_module_permission, count_module_permissions, list_module_permissions, module_access, module_beyond,
    module_rights, publish_allowlist, role_access, set_module_permission,
};
pub(super) use organization::{
    OrganizationRow, count_made_by, find, find_personal, first_free_slug, insert, list, list_joined,
    set_suspended_at, set_tier,
};
pub(super) use provisioning::{insert_global_member, is_global, set_global};
pub(super) use revocation::set_revoked_before;
pub(super) use settings::{
    lock, lock_in_order, set_branding, set_feature_flags, set_name, set_plan, set_slug, set_type,
};
pub(super) use workspace::{
    WorkspaceRow, count_workspaces, find_workspace, first_free_workspace_slug, insert_workspace,
    list_workspaces, set_workspace_archived, set_workspace_name,
};
pub(super) use workspace_member::{
    delete_workspace_member, insert_workspace_member, insert_workspace_owner, list_workspace_members,
    set_workspace_role, workspace_role,
};
