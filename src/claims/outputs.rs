//! Owns the table of claim × output: the same for every grant.

use serde_json::{Map, Value};

/// Where a claim can be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// The access token, and introspection, which reports the token itself.
    AccessToken,
    /// The ID token of a client that wants claims there (`scope_claims_in_id_token`).
    IdToken,
    /// The userinfo answer.
    Userinfo,
}

/// The claims of tenancy and where each is said.
const TABLE: [(&str, &[Output]); 5] = [
    (
        "org_id",
        &[Output::AccessToken, Output::IdToken, Output::Userinfo],
    ),
    (
        "org_role",
        &[Output::AccessToken, Output::IdToken, Output::Userinfo],
    ),
    ("user_role", &[Output::AccessToken]),
    ("role", &[Output::AccessToken, Output::IdToken, Output::Userinfo]),
    ("tier", &[Output::AccessToken, Output::IdToken, Output::Userinfo]),
];

/// Keeps what the table lets into an output. Claims that the table does not name are an operator's own: they go into
/// the access token.
#[must_use]
pub fn select(claims: &Map<String, Value>, output: Output, user_role_alias: bool) -> Map<String, Value> {
    claims
        .iter()
        .filter(|(name, _)| user_role_alias || name.as_str() != "user_role")
        .filter(
            |(name, _)| match TABLE.iter().find(|(listed, _)| listed == name) {
                Some((_, outputs)) => outputs.contains(&output),
                None => output == Output::AccessToken,
            },
        )
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
