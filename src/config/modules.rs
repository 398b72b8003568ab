//! Owns which modules each type of organization has at all. What a role may do with them is decided in the database.

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[modules]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModuleSettings {
    /// The list.
    pub allowlist: ModuleAllowlist,
}

/// `[modules.allowlist]`: ids of modules; `*` is every module.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModuleAllowlist {
    /// Of personal spaces.
    pub personal: Vec<String>,
    /// Of brands.
    pub brand: Vec<String>,
    /// Of clubs.
    pub club: Vec<String>,
    /// Of families.
    pub family: Vec<String>,
    /// Of teams.
    pub team: Vec<String>,
    /// Of practices.
    pub practice: Vec<String>,
}

impl Default for ModuleAllowlist {
    fn default() -> Self {
        Self {
            personal: vec!["*".to_owned()],
            brand: Vec::new(),
            club: Vec::new(),
            family: Vec::new(),
            team: Vec::new(),
            practice: Vec::new(),
        }
    }
}

impl ModuleAllowlist {
    /// The keys, whose variables are lists.
    pub(super) const KEYS: [&'static str; 6] = [
        "modules.allowlist.personal",
        "modules.allowlist.brand",
        "modules.allowlist.club",
        "modules.allowlist.family",
        "modules.allowlist.team",
        "modules.allowlist.practice",
    ];

    /// Every type of organization with its list.
    #[must_use]
    pub fn by_type(&self) -> [(&'static str, &[String]); 6] {
        [
            ("personal", &self.personal),
            ("brand", &self.brand),
            ("club", &self.club),
            ("family", &self.family),
            ("team", &self.team),
            ("practice", &self.practice),
        ]
    }
}

impl ModuleSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        for (key, (_, modules)) in ModuleAllowlist::KEYS.into_iter().zip(self.allowlist.by_type()) {
            if !modules.iter().all(|module| module == "*" || is_module_id(module)) {
                return Err(ConfigError::OutOfRange {
                    key,
                    advice: "ids of 1 to 64 of a-z 0-9 . _ - beginning with a letter or digit, or * for every module",
                });
            }
        }
        Ok(())
    }
}

/// Whether a text can be a module's id.
#[must_use]
pub fn is_module_id(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte))
}
