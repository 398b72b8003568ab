//! Owns the raw parameters of an authorization request, as the edge read them: no empty value, no repeat but of
//! `resource`.

use std::collections::BTreeMap;

/// Parameters by name.
#[derive(Debug, Clone, Default)]
pub struct Parameters {
    /// Each name once.
    pub values: BTreeMap<String, String>,
    /// `resource`, which may repeat (RFC 8707 §2).
    pub resources: Vec<String>,
    /// Names that came more than once: refused, none of their values is used (RFC 6749 §3.1).
    pub repeated: Vec<String>,
}

impl Parameters {
    /// Whether a parameter came more than once.
    #[must_use]
    pub fn repeats(&self, name: &str) -> bool {
        self.repeated.iter().any(|repeated| repeated == name)
    }

    /// A parameter's value, if it came exactly once.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}
