//! Owns where key-encryption keys are.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// `[sealing]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealingSettings {
    /// Files of lines `id:base64 of 32 bytes`. The first line of the first file seals; every line opens.
    pub kek_files: Vec<PathBuf>,
}
