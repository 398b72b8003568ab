//! Owns how PostgreSQL is reached.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// `[database]`: each URL can stand in a file of its own instead.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSettings {
    /// As `signet_app`: what the server connects with.
    pub url: String,
    /// A file that holds `url`.
    pub url_file: PathBuf,
    /// As `signet_owner`: used by `signet migrate` only.
    pub owner_url: String,
    /// A file that holds `owner_url`.
    pub owner_url_file: PathBuf,
    /// As `signet_hook`: what operators' SQL hooks run with; needed only while one is enabled.
    pub hook_url: String,
    /// A file that holds `hook_url`.
    pub hook_url_file: PathBuf,
    /// A pooler stands between, which gives each transaction another session.
    pub pooler: bool,
    /// As `signet_app`, to PostgreSQL itself: where changes are listened for, if `url` leads to a pooler.
    pub listen_url: String,
    /// A file that holds `listen_url`.
    pub listen_url_file: PathBuf,
    /// The most connections for SQL hooks.
    pub hook_pool_size: u32,
    /// The most connections of the server.
    pub pool_size: u32,
    /// How long a request waits for a connection, in milliseconds.
    pub acquire_timeout_ms: u64,
    /// The longest a statement may run, in milliseconds.
    pub statement_timeout_ms: u64,
    /// Prepared statements kept per connection; behind a pooler there are none.
    pub statement_cache: usize,
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            url_file: PathBuf::new(),
            owner_url: String::new(),
            owner_url_file: PathBuf::new(),
            hook_url: String::new(),
            hook_url_file: PathBuf::new(),
            pooler: false,
            listen_url: String::new(),
            listen_url_file: PathBuf::new(),
            hook_pool_size: 8,
            pool_size: 16,
            acquire_timeout_ms: 2000,
            statement_timeout_ms: 2000,
            statement_cache: 100,
        }
    }
}

impl DatabaseSettings {
    /// The server's URL.
    pub fn app_url(&self) -> Result<String, ConfigError> {
        either("database.url", &self.url, "database.url_file", &self.url_file)
    }

    /// The owner's URL.
    pub fn owner_url(&self) -> Result<String, ConfigError> {
        either(
            "database.owner_url",
            &self.owner_url,
            "database.owner_url_file",
            &self.owner_url_file,
        )
    }

    /// The URL of SQL hooks, if there is one.
    pub fn hook_url(&self) -> Result<Option<String>, ConfigError> {
        if self.hook_url.is_empty() && self.hook_url_file.as_os_str().is_empty() {
            return Ok(None);
        }
        either(
            "database.hook_url",
            &self.hook_url,
            "database.hook_url_file",
            &self.hook_url_file,
        )
        .map(Some)
    }

    /// Where changes are listened for, if somewhere else.
    pub fn listen_url(&self) -> Result<Option<String>, ConfigError> {
        if self.listen_url.is_empty() && self.listen_url_file.as_os_str().is_empty() {
            return Ok(None);
        }
        either(
            "database.listen_url",
            &self.listen_url,
            "database.listen_url_file",
            &self.listen_url_file,
        )
        .map(Some)
    }

    /// Refuses what cannot work.
    pub const fn check(&self) -> Result<(), ConfigError> {
        if self.statement_cache == 0 {
            return Err(ConfigError::OutOfRange {
                key: "database.statement_cache",
                advice: "1 or more: without a cache each statement stays in PostgreSQL's memory until the connection \
                         ends; behind a pooler set database.pooler = true instead",
            });
        }
        // PostgreSQL reads 0 as no limit.
        if self.statement_timeout_ms < 100 || self.statement_timeout_ms > 30_000 {
            return Err(ConfigError::OutOfRange {
                key: "database.statement_timeout_ms",
                advice: "100 to 30000; what waits longer keeps a connection from everybody else",
            });
        }
        Ok(())
    }

    /// How long a request waits for a connection.
    #[must_use]
    pub const fn acquire_timeout(&self) -> Duration {
        Duration::from_millis(self.acquire_timeout_ms)
    }

    /// The longest a statement may run.
    #[must_use]
    pub const fn statement_timeout(&self) -> Duration {
        Duration::from_millis(self.statement_timeout_ms)
    }
}

fn either(key: &'static str, text: &str, file_key: &'static str, file: &Path) -> Result<String, ConfigError> {
    if !text.is_empty() {
        return Ok(text.to_owned());
    }
    if file.as_os_str().is_empty() {
        return Err(ConfigError::Missing {
            key,
            advice: "set it, or name a file that holds it with the same key and _file",
        });
    }
    std::fs::read_to_string(file)
        .map(|text| text.trim().to_owned())
        .map_err(|source| ConfigError::SecretFile {
            key: file_key,
            path: file.to_owned(),
            source,
        })
}
