//! Owns what `signet workspace …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::cli::layout;
use crate::tenancy::workspace::{Workspace, WorkspaceMember, WorkspaceMemberView, WorkspaceView};

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum WorkspaceReport {
    /// Everything about one.
    Workspace(Box<WorkspaceDetails>),
    /// Some of them.
    Workspaces(WorkspaceList),
    /// What was done.
    Changed(WorkspaceChanged),
}

/// A workspace, with what its members are not shown.
#[derive(Debug, Serialize)]
pub struct WorkspaceDetails {
    /// As everybody sees it.
    #[serde(flatten)]
    pub workspace: WorkspaceView,
    /// Whose it is.
    pub organization_id: String,
    /// Who made it; of a personal one, whose it is.
    pub owner_user_id: Option<String>,
    /// Why it is archived.
    pub archived_reason: Option<String>,
    /// Who is in it.
    pub members: Vec<WorkspaceMemberView>,
}

/// Some workspaces.
#[derive(Debug, Serialize)]
pub struct WorkspaceList {
    /// In the order of their ids.
    pub workspaces: Vec<WorkspaceView>,
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

impl WorkspaceDetails {
    pub(super) fn new(workspace: Workspace, members: Vec<WorkspaceMember>) -> Self {
        Self {
            organization_id: workspace.organization_id.to_string(),
            owner_user_id: workspace.owner_user_id.as_ref().map(ToString::to_string),
            archived_reason: workspace.archived_reason.clone(),
            members: members.into_iter().map(WorkspaceMemberView::from).collect(),
            workspace: workspace.into(),
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
                        workspace.id.as_str(),
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
                layout::table(formatter, ["ID", "SLUG", "KIND", "STATE", "NAME"], rows)
            }
            Self::Changed(changed) => match &changed.user_id {
                Some(user) => write!(formatter, "{user} in {}: {}", changed.workspace_id, changed.done),
                None => write!(formatter, "{}: {}", changed.workspace_id, changed.done),
            },
        }
    }
}
