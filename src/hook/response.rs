//! Owns the reading of what a hook answered: an object of bounded size and depth, or a refusal.

use serde_json::{Map, Value};

use super::error::HookError;
use crate::base::strict_json::{self, Limits, StrictJsonError};

/// The largest answer as it arrives, in bytes: a hook may echo the whole event.
pub const ANSWER_LIMIT: usize = 64 * 1024;
/// The most members and elements of an answer's claims, at whatever depth.
pub const VALUE_LIMIT: usize = 2000;
/// The largest set of claims, in bytes of JSON.
pub const SIZE_LIMIT: usize = 16 * 1024;
/// The deepest nesting of claims.
pub const DEPTH_LIMIT: usize = 8;

/// What a hook said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HookResponse {
    /// These claims: to be added, or the whole set.
    Claims(Map<String, Value>),
    /// Nothing changes.
    Unchanged,
    /// No token for this person. The status is for the operator's log.
    Refused {
        /// What the hook names.
        http_code: i64,
    },
}

/// Reads the bytes of an answer: one JSON object, in time and memory that its length bounds.
pub fn parse(bytes: &[u8]) -> Result<Map<String, Value>, HookError> {
    if bytes.len() > ANSWER_LIMIT {
        return Err(HookError::Oversized);
    }
    let limits = Limits {
        // The claims stand one level inside the answer, and the answer may be the event.
        depth: DEPTH_LIMIT + 2,
        values: VALUE_LIMIT,
    };
    strict_json::read(bytes, limits).map_err(|fault| match fault {
        StrictJsonError::NotAnObject => HookError::Malformed,
        StrictJsonError::TooDeep | StrictJsonError::TooMany => HookError::Oversized,
        StrictJsonError::Syntax | StrictJsonError::Repeated | StrictJsonError::Number => {
            HookError::Unreadable(fault)
        }
    })
}

/// Reads what arrived. No byte at all says that nothing changes.
pub fn receive(bytes: &[u8]) -> Result<Option<Map<String, Value>>, HookError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    parse(bytes).map(Some)
}

impl HookResponse {
    /// What was received means this.
    pub fn of(received: Option<Map<String, Value>>) -> Result<Self, HookError> {
        received.map_or(Ok(Self::Unchanged), interpret)
    }
}

/// What an answer means. An error object counts only with a message, as in the contract that existing functions were
/// written for; everything beside `claims` and `error` is ignored, since a function may answer with its event.
pub fn interpret(mut answer: Map<String, Value>) -> Result<HookResponse, HookError> {
    if let Some(Value::Object(error)) = answer.get("error")
        && error
            .get("message")
            .and_then(Value::as_str)
            .is_some_and(|message| !message.is_empty())
    {
        let named = error.get("http_code").and_then(Value::as_i64);
        return Ok(HookResponse::Refused {
            http_code: named.filter(|code| *code != 0).unwrap_or(500),
        });
    }
    let claims = answer.remove("claims").ok_or(HookError::NoClaims)?;
    within_limits(claims).map(HookResponse::Claims)
}

/// Reads the claims of the built-in hook. `None` is how it refuses.
pub fn read(answer: Option<Value>) -> Result<Map<String, Value>, HookError> {
    within_limits(answer.ok_or(HookError::Refused)?)
}

fn within_limits(claims: Value) -> Result<Map<String, Value>, HookError> {
    let Value::Object(claims) = claims else {
        return Err(HookError::Malformed);
    };
    let size: usize = claims
        .iter()
        .map(|(name, value)| name.len() + approximate_size(value, 1))
        .sum();
    let values: usize = claims.values().map(count).sum();
    if size > SIZE_LIMIT || values > VALUE_LIMIT {
        Err(HookError::Oversized)
    } else {
        Ok(claims)
    }
}

/// Whether a set of claims, as it is said in the end, keeps within the budget of one token.
pub fn check_size(claims: &Map<String, Value>) -> Result<(), HookError> {
    within_limits(Value::Object(claims.clone())).map(|_| ())
}

/// Values at whatever depth; `approximate_size` has bounded it.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// Bytes of JSON, roughly; more than any limit when nested too deeply.
fn approximate_size(value: &Value, depth: usize) -> usize {
    if depth > DEPTH_LIMIT {
        return SIZE_LIMIT + 1;
    }
    let children = |sum: usize, size: usize| sum.saturating_add(size);
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::String(text) => text.len() + 2,
        Value::Array(items) => items
            .iter()
            .map(|item| approximate_size(item, depth + 1))
            .fold(2, children),
        Value::Object(members) => members
            .iter()
            .map(|(name, item)| name.len() + 4 + approximate_size(item, depth + 1))
            .fold(2, children),
    }
}
