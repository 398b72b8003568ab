//! Owns how a consent is shown, by the API and on the command line.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::consent::GivenConsent;

/// What a person allowed an application in one place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentView {
    /// The application.
    pub client_id: String,
    /// What it is called.
    pub client_name: String,
    /// Null: whichever organization is active.
    #[schema(required)]
    pub organization_id: Option<String>,
    /// What the organization is called.
    #[schema(required)]
    pub organization_name: Option<String>,
    /// Null: this server itself.
    #[schema(required)]
    pub resource: Option<String>,
    /// What was confirmed.
    pub scopes: Vec<String>,
    /// When it was confirmed last.
    pub granted_at: DateTime<Utc>,
}

impl From<GivenConsent> for ConsentView {
    fn from(given: GivenConsent) -> Self {
        Self {
            client_id: given.key.client_id.to_string(),
            client_name: given.client_name,
            organization_id: given.key.organization_id.map(|id| id.to_string()),
            organization_name: given.organization_name,
            resource: given.key.resource,
            scopes: given.scopes,
            granted_at: given.granted_at,
        }
    }
}
