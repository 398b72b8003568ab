//! Owns what `signet workspace …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::tenancy::workspace::{Workspace, WorkspaceMember};

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum WorkspaceReport {
    /// Everything about one.
    Workspace(Box<WorkspaceView>),
    /// Some of them.
    Workspaces(WorkspaceList),
    /// What was done.
    Changed(WorkspaceChanged),
}

/// A workspace.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the workspace")]
pub struct WorkspaceView {
    #[serde(flatten)]
    pub workspace: WorkspaceLine,
    pub org_id: String,
    pub owner_user_id: Option<String>,
    pub archived_reason: Option<String>,
    pub created_at: Timestamp,
    /// Who is in it.
    pub members: Vec<WorkspacePlace>,
}

/// Who is in it.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the place")]
pub struct WorkspacePlace {
    pub user_id: String,
    pub role: &'static str,
}

/// Some workspaces.
#[derive(Debug, Serialize)]
pub struct WorkspaceList {
    /// In the order of their ids.
    pub workspaces: Vec<WorkspaceLine>,
}

/// One line of a list.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the workspace")]
pub struct WorkspaceLine {
    pub workspace_id: String,
    pub slug: String,
    pub name: String,
    pub kind: &'static str,
    pub archived_at: Option<Timestamp>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct WorkspaceChanged {
    /// To which.
    pub workspace_id: String,
    /// To whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// What.
    pub done: String,
}

impl WorkspaceView {
    pub(super) fn new(workspace: Workspace, members: Vec<WorkspaceMember>) -> Self {
        Self {
            org_id: workspace.organization_id.to_string(),
            owner_user_id: workspace.owner_user_id.as_ref().map(ToString::to_string),
            archived_reason: workspace.archived_reason.clone(),
            created_at: workspace.created_at,
            members: members.into_iter().map(WorkspacePlace::from).collect(),
            workspace: workspace.into(),
        }
    }
}

impl From<WorkspaceMember> for WorkspacePlace {
    fn from(member: WorkspaceMember) -> Self {
        Self {
            user_id: member.user_id.to_string(),
            role: member.role.name(),
        }
    }
}

impl From<Workspace> for WorkspaceLine {
    fn from(workspace: Workspace) -> Self {
        Self {
            workspace_id: workspace.id.to_string(),
            slug: workspace.slug.to_string(),
            name: workspace.name,
            kind: workspace.kind.name(),
            archived_at: workspace.archived_at,
        }
    }
}

impl fmt::Display for WorkspaceReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace(workspace) => layout::lines(formatter, workspace),
            Self::Workspaces(list) => {
                let rows = list.workspaces.iter().map(|workspace| {
                    [
                        workspace.workspace_id.as_str(),
                        workspace.slug.as_str(),
                        workspace.kind,
                        if workspace.archived_at.is_some() {
                            "archived"
                        } else {
                            "-"
                        },
                        workspace.name.as_str(),
                    ]
                });
                layout::table(formatter, ["WORKSPACE_ID", "SLUG", "KIND", "STATE", "NAME"], rows)
            }
            Self::Changed(changed) => match &changed.user_id {
                Some(user) => write!(formatter, "{user} in {}: {}", changed.workspace_id, changed.done),
                None => write!(formatter, "{}: {}", changed.workspace_id, changed.done),
            },
        }
    }
}
