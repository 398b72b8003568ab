//! Owns how an invitation is shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::send::SentInvitation;
use super::types::{Invitation, InvitationStatus};
use crate::base::schema::closed_lists;
use crate::base::secret::Secret;

/// An invitation, as those see it who manage the organization.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Invitation)]
pub struct InvitationView {
    /// Its id: no secret.
    pub id: String,
    /// The address it is for.
    pub email: String,
    /// The role it gives.
    pub role: String,
    /// Whether whoever joins by it makes workspaces.
    pub can_create_workspaces: bool,
    /// What has become of it.
    #[schema(value_type = InvitationStatus)]
    pub status: &'static str,
    /// Which member asked; null: an operator or a service.
    #[schema(required)]
    pub invited_by: Option<String>,
    /// From when on it gives nothing.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl From<Invitation> for InvitationView {
    fn from(invitation: Invitation) -> Self {
        Self {
            id: invitation.id.to_string(),
            email: invitation.email,
            role: invitation.joins.role.to_string(),
            can_create_workspaces: invitation.joins.workspace_creation.flag(),
            status: invitation.status.name(),
            invited_by: invitation.invited_by.map(|user| user.to_string()),
            expires_at: invitation.expires_at,
            created_at: invitation.created_at,
        }
    }
}

/// An invitation that is to be sent: the only time that its token is shown.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SentInvitation)]
pub struct SentInvitationView {
    /// Its id.
    pub id: String,
    /// What its link carries. Shown this once.
    #[serde(serialize_with = "in_the_clear")]
    #[schema(value_type = String)]
    pub token: Secret,
    /// From when on it gives nothing.
    pub expires_at: DateTime<Utc>,
}

impl From<&SentInvitation> for SentInvitationView {
    fn from(sent: &SentInvitation) -> Self {
        Self {
            id: sent.id.to_string(),
            token: Secret::new(sent.token.expose().to_owned()),
            expires_at: sent.expires_at,
        }
    }
}

fn in_the_clear<S: Serializer>(token: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

closed_lists! {
    /// What has become of an invitation.
    InvitationStatus as "InvitationStatus" = InvitationStatus::ALL.map(InvitationStatus::name);
}
