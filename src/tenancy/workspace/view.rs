//! Owns how workspaces and places in them are shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Workspace, WorkspaceKind, WorkspaceMember, WorkspaceRole};
use crate::base::schema::closed_lists;

/// A workspace of an organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Workspace)]
pub struct WorkspaceView {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Its short name, unique in its organization.
    pub slug: String,
    /// What it is to its organization.
    #[schema(value_type = WorkspaceKind)]
    pub kind: &'static str,
    /// Since when nobody works in it any more.
    #[schema(required)]
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl From<Workspace> for WorkspaceView {
    fn from(workspace: Workspace) -> Self {
        Self {
            id: workspace.id.to_string(),
            name: workspace.name,
            slug: workspace.slug.to_string(),
            kind: workspace.kind.name(),
            archived_at: workspace.archived_at,
            created_at: workspace.created_at,
        }
    }
}

/// A place in a workspace.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WorkspaceMember)]
pub struct WorkspaceMemberView {
    /// The person's id.
    pub user_id: String,
    /// What they may do in it.
    #[schema(value_type = WorkspaceRole)]
    pub role: &'static str,
}

impl From<WorkspaceMember> for WorkspaceMemberView {
    fn from(member: WorkspaceMember) -> Self {
        Self {
            user_id: member.user_id.to_string(),
            role: member.role.name(),
        }
    }
}

closed_lists! {
    /// What a workspace is to its organization: the first one of a shared one, of a personal one, or any other.
    WorkspaceKind as "WorkspaceKind" = WorkspaceKind::ALL.map(WorkspaceKind::name);
    /// What a person may do in a workspace, most first.
    WorkspaceRole as "WorkspaceRole" = WorkspaceRole::ALL.into_iter().rev().map(WorkspaceRole::name);
}
