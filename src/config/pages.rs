//! Owns what the pages and mails of this server have in common.

use serde::{Deserialize, Serialize};

use crate::i18n::Locale;

/// `[pages]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PageSettings {
    /// The language for whoever asks for none that we speak.
    pub language: Locale,
}
