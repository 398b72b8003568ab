//! Owns how a membership is shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::Member;

/// Who belongs to an organization, or was asked to come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Member)]
pub struct MemberView {
    /// The person's id.
    pub user_id: String,
    /// owner, admin, member, viewer, or one of the organization's own
    pub role: String,
    /// Whether they make workspaces without managing all of them.
    pub can_create_workspaces: bool,
    /// When the person was asked.
    #[schema(required)]
    pub invited_at: Option<DateTime<Utc>>,
    /// When the person joined; null: invited only.
    #[schema(required)]
    pub joined_at: Option<DateTime<Utc>>,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> Self {
        Self {
            user_id: member.user_id.to_string(),
            role: member.role.to_string(),
            can_create_workspaces: member.workspace_creation.flag(),
            invited_at: member.invited_at,
            joined_at: member.joined_at,
        }
    }
}
