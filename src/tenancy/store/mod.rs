//! The statements on `auth.organizations` and `auth.members`.

mod member;
mod organization;

pub(super) use member::{
    delete_member, insert_member, insert_owner, is_member, list_members, list_memberships, set_joined,
    set_member_role,
};
pub(super) use organization::{
    OrganizationRow, find, find_personal, first_free_slug, insert, list, lock, set_suspended_at, set_tier,
};
