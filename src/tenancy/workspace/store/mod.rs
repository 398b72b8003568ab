//! The statements on `auth.workspaces` and `auth.workspace_members`.

mod member;
mod workspace;

pub(super) use member::{delete_member, insert_member, insert_owner, list_members, role_of, set_role};
pub(super) use workspace::{
    WorkspaceRow, archive_all_of, count, find, first_free_slug, insert, list, set_archived, set_name,
};
