//! Workspaces: the second level inside an organization, with members and roles of their own. Only who has joined the
//! organization can be in one of its workspaces.

mod error;
mod first;
pub mod members;
mod quota;
mod service;
mod slug;
mod store;
mod types;
mod view;

pub use error::WorkspaceError;
pub use service::{archive, create, find, list, rename, unarchive};
pub use types::{NewWorkspace, Workspace, WorkspaceKind, WorkspaceMember, WorkspaceRole};
pub use view::{WorkspaceMemberView, WorkspaceView};

pub(super) use first::create_first;
pub(super) use service::archive_all_of;
