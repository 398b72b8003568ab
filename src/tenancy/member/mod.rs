//! Members: who belongs to an organization, with which role, and how people come to belong to it.

mod error;
mod find;
mod join;
mod role;
mod service;
mod store;
mod types;
mod view;

pub use error::MemberError;
pub use find::{active, count, find, list, of_user};
pub use role::{MemberRole, RoleError};
pub use service::{add, join, remove, set_role, set_workspace_creation};
pub use types::{Belonging, Joining, JoinsAs, Member, WorkspaceCreation};
pub use view::MemberView;

pub(super) use find::{joined_role, makes_workspaces};
pub(super) use join::{insert_owner, join_as, join_by_domain, join_global};
pub(super) use service::end_all_of;
