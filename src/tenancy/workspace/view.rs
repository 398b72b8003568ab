//! Owns how workspaces and places in them are shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::Object;

use super::types::{Workspace, WorkspaceKind, WorkspaceMember, WorkspaceRole};
use crate::base::schema;

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
    #[schema(schema_with = kinds)]
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
    #[schema(schema_with = workspace_roles)]
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

fn kinds() -> Object {
    schema::one_of(WorkspaceKind::ALL.map(WorkspaceKind::name))
}

/// The roles in a workspace, most first.
#[must_use]
pub fn workspace_roles() -> Object {
    schema::one_of(WorkspaceRole::ALL.into_iter().rev().map(WorkspaceRole::name))
}
