//! Owns the reading of what a hook answered: an object of bounded size and depth, or a refusal.

use serde_json::{Map, Value};

/// The largest answer, in bytes of JSON.
pub const SIZE_LIMIT: usize = 16 * 1024;
/// The deepest nesting of an answer.
pub const DEPTH_LIMIT: usize = 8;

/// Why a hook's answer does not become claims. `code` is stable; the reason is for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The answer is not an object.
    #[error("hook_malformed: the answer is not a JSON object")]
    Malformed,
    /// The answer is larger than [`SIZE_LIMIT`] or deeper than [`DEPTH_LIMIT`].
    #[error("hook_oversized: the answer is larger or deeper than a token may be")]
    Oversized,
    /// The answer sets a claim that the protocol decides.
    #[error("hook_locked_claim: the answer sets {0}")]
    LockedClaim(String),
    /// The person has not joined the organization that was asked for.
    #[error("hook_refused: not a member of the requested organization")]
    Refused,
    /// The shipped function was replaced, and this server runs only the shipped one.
    #[error("hook_replaced: auth.custom_access_token_hook is not the shipped function")]
    Replaced,
    /// The hook did not answer in time.
    #[error("hook_timeout: no answer in time")]
    Timeout,
}

/// Reads the claims of an answer. `None` is how the built-in hook refuses.
pub fn read(answer: Option<Value>) -> Result<Map<String, Value>, HookError> {
    let Value::Object(claims) = answer.ok_or(HookError::Refused)? else {
        return Err(HookError::Malformed);
    };
    let size: usize = claims
        .iter()
        .map(|(name, value)| name.len() + approximate_size(value, 1))
        .sum();
    if size > SIZE_LIMIT {
        Err(HookError::Oversized)
    } else {
        Ok(claims)
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
