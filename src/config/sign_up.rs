//! Owns what comes with a new person: their standing, and which organizations they are in from the start.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// What a person who signs up may do at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUpPolicy {
    /// Everything.
    #[default]
    Open,
    /// Only look at their account page, until a membership or an operator makes them active.
    Waitlist,
    /// Nobody signs up who is not invited, or whose address is not at a domain that an organization has proven and whose
    /// people it lets join.
    Domain,
    /// Nobody signs up who is not invited or made by an operator.
    Closed,
}

/// `[sign_up]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignUpSettings {
    /// What a person who signs up may do at once.
    pub policy: SignUpPolicy,
    /// How many people sign up in a day (UTC) at most; 0 is no limit.
    pub daily: u32,
    /// Beside the personal space, the type of an organization that every new person owns; empty for none.
    pub organization_type: String,
    /// Whether every new person joins the global organization, if there is one. It makes nobody active.
    pub join_global_organization: bool,
}

impl SignUpSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        // A personal space comes with everybody anyway.
        let types = ["", "brand", "club", "family", "team", "practice"];
        if types.contains(&self.organization_type.as_str()) {
            Ok(())
        } else {
            Err(ConfigError::OutOfRange {
                key: "sign_up.organization_type",
                advice: "brand, club, family, team, practice, or empty for none",
            })
        }
    }
}
