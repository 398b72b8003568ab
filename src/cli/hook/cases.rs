//! Owns a folder of cases for `signet hook test`: `<name>.event.json` is what the hook is asked, `<name>.expected.json`
//! what it must answer. It does not ask.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use serde_json::{Map, Value};

const EVENT: &str = ".event.json";
const EXPECTED: &str = ".expected.json";
/// More than any event has.
const LARGEST: u64 = 1024 * 1024;

/// One case: two files of one name.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The name before `.event.json`.
    pub name: String,
    event: PathBuf,
    expected: PathBuf,
}

/// Every case of a folder, by name. A file without its counterpart is a case that fails when it is read.
pub(super) fn find(folder: &Path) -> Result<Vec<Case>> {
    let shown = folder.display();
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{shown} cannot be read"))? {
        let file = entry?.file_name();
        let Some(file) = file.to_str() else { continue };
        let name = file.strip_suffix(EVENT).or(file.strip_suffix(EXPECTED));
        names.extend(name.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    if names.is_empty() {
        bail!("{shown} has no cases: a case is NAME{EVENT} with NAME{EXPECTED}");
    }
    let case = |name: String| Case {
        event: folder.join(format!("{name}{EVENT}")),
        expected: folder.join(format!("{name}{EXPECTED}")),
        name,
    };
    Ok(names.into_iter().map(case).collect())
}

impl Case {
    /// The event, whatever an operator wants to ask.
    pub(super) fn event(&self) -> Result<Value> {
        read(&self.event)
    }

    /// The expectation.
    pub(super) fn expected(&self) -> Result<Expected> {
        let path = &self.expected;
        let shown = path.display();
        match read(path)? {
            Value::Object(members) => {
                Expected::of(members).with_context(|| format!("{shown} expects nothing that can be"))
            }
            _ => bail!("{shown} is not a JSON object"),
        }
    }
}

fn read(path: &Path) -> Result<Value> {
    let shown = path.display();
    let length = std::fs::metadata(path)
        .with_context(|| format!("{shown} cannot be read"))?
        .len();
    if length > LARGEST {
        bail!("{shown} is larger than {LARGEST} bytes");
    }
    let text = std::fs::read(path).with_context(|| format!("{shown} cannot be read"))?;
    serde_json::from_slice(&text).with_context(|| format!("{shown} is not JSON"))
}

/// What a case wants to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expected {
    /// `{"claims": {…}}`: exactly these.
    Claims(Map<String, Value>),
    /// `{"error": {…}}`: exactly this.
    Error(Value),
    /// `{"failure": "hook_timeout"}`: no answer, with this stable code.
    Failure(String),
    /// `{}`: nothing changes, HTTP's 204.
    Unchanged,
}

impl Expected {
    /// Reads an expectation. It has one member, so that nobody expects what is not looked at.
    fn of(members: Map<String, Value>) -> Result<Self> {
        let mut members = members.into_iter();
        let expected = match members.next() {
            None => Self::Unchanged,
            Some((name, Value::Object(claims))) if name == "claims" => Self::Claims(claims),
            Some((name, error @ Value::Object(_))) if name == "error" => Self::Error(error),
            Some((name, Value::String(code))) if name == "failure" => Self::Failure(code),
            Some((name, _)) => {
                bail!(
                    "{name}: expected is one of {{}}, {{\"claims\": {{…}}}}, {{\"error\": {{…}}}}, {{\"failure\": \"code\"}}"
                )
            }
        };
        match members.next() {
            None => Ok(expected),
            Some((name, _)) => bail!("{name} stands beside another expectation"),
        }
    }

    /// The expectation of what was answered. Members beside `claims` and `error` are ignored, as a grant ignores them;
    /// an answer with neither expects nothing that can be.
    pub(super) fn seen(answer: Option<Map<String, Value>>) -> Option<Self> {
        let Some(mut answer) = answer else {
            return Some(Self::Unchanged);
        };
        if let Some(error @ Value::Object(_)) = answer.remove("error") {
            return Some(Self::Error(error));
        }
        match answer.remove("claims") {
            Some(Value::Object(claims)) => Some(Self::Claims(claims)),
            _ => None,
        }
    }

    /// In a word.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Claims(_) => "claims",
            Self::Error(_) => "a refusal",
            Self::Failure(_) => "a failure",
            Self::Unchanged => "no change",
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(value: &Value) -> Option<Expected> {
        Expected::of(value.as_object().cloned().unwrap()).ok()
    }

    #[test]
    fn an_expectation_is_one_of_four() {
        assert_eq!(of(&json!({})), Some(Expected::Unchanged));
        assert_eq!(of(&json!({"claims": {}})), Some(Expected::Claims(Map::new())));
        assert_eq!(
            of(&json!({"error": {"message": "no"}})),
            Some(Expected::Error(json!({"message": "no"})))
        );
        assert_eq!(
            of(&json!({"failure": "hook_timeout"})),
            Some(Expected::Failure("hook_timeout".to_owned()))
        );
        for wrong in [
            json!({"claims": []}),
            json!({"claim": {}}),
            json!({"claims": {}, "error": {}}),
            json!({"failure": 1}),
        ] {
            assert_eq!(of(&wrong), None, "{wrong}");
        }
    }
}
