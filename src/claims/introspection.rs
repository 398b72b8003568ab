//! Owns what introspection says of a token (RFC 7662 §2.2): of an access token its own claims, of a refresh token its
//! grant. No hook is asked.

use std::sync::Arc;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};

use super::subject;
use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, GrantId, UserId};
use crate::protocol::scope::Scope;

/// The claims of an access token and what only introspection says of it; no claim of that name is repeated.
pub struct IntrospectedAccessToken(pub Arc<Map<String, Value>>);

impl Serialize for IntrospectedAccessToken {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (active, token_type) = (Value::Bool(true), json!("Bearer"));
        let said = [("active", &active), ("token_type", &token_type)];
        let claims = self.0.iter().map(|(name, value)| (name.as_str(), value));
        let claims = claims.filter(|(name, _)| said.iter().all(|(own, _)| own != name));
        serializer.collect_map(claims.chain(said))
    }
}

/// A refresh token's grant.
#[derive(Debug, Clone, Copy)]
pub struct IntrospectedGrant<'a> {
    /// The grant.
    pub grant_id: &'a GrantId,
    /// To whom it was given.
    pub client_id: &'a ClientId,
    /// By whom.
    pub user_id: &'a UserId,
    /// What was granted.
    pub scope: &'a Scope,
    /// How the person proved who they are.
    pub assurance: &'a Assurance,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself; none if it only ends with its session.
    pub expires_at: Option<Timestamp>,
}

/// What is said of a refresh token that lives.
#[must_use]
pub fn refresh_token(issuer: &str, grant: IntrospectedGrant<'_>) -> Map<String, Value> {
    let mut claims = Map::from_iter([
        ("active".to_owned(), Value::Bool(true)),
        ("iss".to_owned(), json!(issuer)),
        ("client_id".to_owned(), json!(grant.client_id)),
        ("grant_id".to_owned(), json!(grant.grant_id)),
        ("scope".to_owned(), json!(grant.scope.to_string())),
        ("iat".to_owned(), json!(grant.created_at.timestamp())),
        (
            "auth_time".to_owned(),
            json!(grant.assurance.auth_time.timestamp()),
        ),
    ]);
    subject::write_person(&mut claims, grant.user_id);
    if let Some(expires_at) = grant.expires_at {
        claims.insert("exp".to_owned(), json!(expires_at.timestamp()));
    }
    claims
}
