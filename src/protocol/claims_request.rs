//! Owns the `claims` parameter (OpenID Connect Core §5.5): which claims are asked for by name, and where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims;
use super::error::{ErrorCode, ProtocolError};
use super::scope::Scope;

/// The two members of the `claims` parameter; members we do not know are ignored (§5.5).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// Claims asked for at the userinfo endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, Option<RequestedClaim>>,
    /// Claims asked for in the ID token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, Option<RequestedClaim>>,
}

/// How one claim is asked for (§5.5.1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RequestedClaim {
    /// Whether the client cannot do without; a missing one is still no error.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The one value that is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Values in order of preference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Value>>,
}

impl ClaimsRequest {
    /// Reads the parameter's JSON.
    pub fn parse(text: &str) -> Result<Self, ProtocolError> {
        let malformed = || {
            ProtocolError::new(
                ErrorCode::InvalidRequest,
                "claims is not the JSON object of Core section 5.5",
            )
        };
        // A NUL is no text that PostgreSQL stores, and no claim's name or value has one.
        if text.len() > 8192 || text.contains("\\u0000") {
            return Err(malformed());
        }
        let value: Value = serde_json::from_str(text).map_err(|_| malformed())?;
        if !is_object_of_objects(&value) {
            return Err(malformed());
        }
        let request: Self = serde_json::from_value(value).map_err(|_| malformed())?;
        if request.userinfo.len() + request.id_token.len() > 100 {
            return Err(malformed());
        }
        Ok(request)
    }

    /// Without the standard claims of scopes that the client is not registered for: naming a claim is no way around
    /// a registration. Claims of no scope (`acr`, `auth_time`) stay.
    #[must_use]
    pub fn within(mut self, registered: &Scope) -> Self {
        let permitted = |name: &String| claims::scope_of(name).is_none_or(|scope| registered.contains(scope));
        self.userinfo.retain(|name, _| permitted(name));
        self.id_token.retain(|name, _| permitted(name));
        self
    }

    /// The scopes whose claims are named: what a person must have confirmed as if it had been asked for by scope.
    pub fn scopes(&self) -> impl Iterator<Item = &'static str> {
        self.userinfo
            .keys()
            .chain(self.id_token.keys())
            .filter_map(|name| claims::scope_of(name))
    }

    /// The classes of which the client cannot do without one (§5.5.1.1); empty if it did not say so. What is no text
    /// is a class that nobody reaches.
    #[must_use]
    pub fn essential_acr(&self) -> Vec<String> {
        let Some(Some(acr)) = self.id_token.get("acr") else {
            return Vec::new();
        };
        let named = acr.value.iter().chain(acr.values.iter().flatten());
        named
            .filter(|_| acr.essential)
            .map(|class| class.as_str().map_or_else(|| class.to_string(), str::to_owned))
            .collect()
    }

    /// The subject that the ID token must be about, if one is named (§5.5.1: `sub` with a value). A subject that is no
    /// text, or one of several, is refused: to pass it over would answer about somebody else.
    pub fn subject(&self) -> Result<Option<&str>, ProtocolError> {
        let refused = ProtocolError::new(ErrorCode::InvalidRequest, "claims names sub by one value, a text");
        let Some(Some(sub)) = self.id_token.get("sub") else {
            return Ok(None);
        };
        match (&sub.value, &sub.values) {
            (None, None) => Ok(None),
            (Some(Value::String(subject)), None) => Ok(Some(subject)),
            _ => Err(refused),
        }
    }
}

/// Whether every level is a JSON object (or null, for a claim): an array would be read as the members in order.
fn is_object_of_objects(value: &Value) -> bool {
    let Some(members) = value.as_object() else {
        return false;
    };
    let mut asked = ["userinfo", "id_token"]
        .into_iter()
        .filter_map(|name| members.get(name));
    asked.all(|claims| {
        claims
            .as_object()
            .is_some_and(|claims| claims.values().all(|claim| claim.is_object() || claim.is_null()))
    })
}
