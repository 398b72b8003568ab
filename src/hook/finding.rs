//! Owns how a candidate's word on a question compares with what was said: of shadows and of replays. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::difference::Difference;
use super::error::HookError;

/// What came of a question: what is said beside the protocol's claims, or the code of the failure.
pub type Verdict = Result<Map<String, Value>, String>;

/// How a candidate's verdict compares with the one that counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Agreement {
    /// Both say the same, or both refuse alike.
    Same,
    /// They say different things.
    Differs,
    /// The candidate failed where the other did not.
    Failed,
}

impl Agreement {
    /// The name in metrics and reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Differs => "differs",
            Self::Failed => "failed",
        }
    }
}

/// One comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// In a word.
    pub agreement: Agreement,
    /// The code of the failure or refusal that counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<String>,
    /// The code of the candidate's failure or refusal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<String>,
    /// What the candidate would change in the claims that were said; nothing where either has none.
    #[serde(default, skip_serializing_if = "Difference::is_empty")]
    pub difference: Difference,
}

impl Finding {
    /// Compares the verdict that counted with a candidate's.
    #[must_use]
    pub fn between(decided: &Verdict, candidate: &Verdict) -> Self {
        let difference = match (decided, candidate) {
            (Ok(before), Ok(after)) => Difference::between(before, after),
            _ => Difference::default(),
        };
        let agreement = match (decided, candidate) {
            (Ok(_), Ok(_)) if difference.is_empty() => Agreement::Same,
            (Ok(_) | Err(_), Ok(_)) => Agreement::Differs,
            (Err(one), Err(other)) if one == other => Agreement::Same,
            (_, Err(code)) if HookError::is_refusal_code(code) => Agreement::Differs,
            (_, Err(_)) => Agreement::Failed,
        };
        Self {
            agreement,
            decided: decided.as_ref().err().cloned(),
            candidate: candidate.as_ref().err().cloned(),
            difference,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn verdicts_are_compared_by_what_they_would_say() {
        let said = |value: Value| -> Verdict { Ok(value.as_object().cloned().unwrap_or_default()) };
        let failed = |code: &str| -> Verdict { Err(code.to_owned()) };
        for (decided, candidate, expected) in [
            (said(json!({"a": 1})), said(json!({"a": 1})), Agreement::Same),
            (said(json!({"a": 1})), said(json!({"a": 2})), Agreement::Differs),
            (said(json!({"a": 1})), said(json!({})), Agreement::Differs),
            (failed("hook_timeout"), said(json!({})), Agreement::Differs),
            (said(json!({})), failed("hook_denied"), Agreement::Differs),
            (failed("hook_denied"), failed("hook_denied"), Agreement::Same),
            (said(json!({})), failed("hook_timeout"), Agreement::Failed),
            (failed("hook_denied"), failed("hook_timeout"), Agreement::Failed),
        ] {
            assert_eq!(Finding::between(&decided, &candidate).agreement, expected);
        }
    }
}
