//! Workspaces: the second level inside an organization, with members and roles of their own. Only who has joined the
//! organization can be in one of its workspaces.

pub mod error;
pub mod member;
pub mod members;
mod room;
pub mod service;
mod slug;
pub mod types;

pub use error::WorkspaceError;
pub use member::{WorkspaceMember, WorkspaceRole};
pub use types::{NewWorkspace, Workspace, WorkspaceKind};
