//! The statements on `auth.members`.

mod change;
mod find;
mod join;

pub(super) use change::{delete_all_of, delete_member, set_role, set_workspace_creation};
pub(super) use find::{
    active_memberships, count_joined, find_member, joined_role, list_members, list_memberships,
};
pub(super) use join::{
    MemberRow, insert_global_member, insert_member, insert_owner, join_as, join_by_domain, set_joined,
};
