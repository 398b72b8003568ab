//! Owns lifetimes and what tokens say. Names with `_seconds` count seconds.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::ConfigError;

/// The longest life of an access token, whoever sets it: revocation downstream waits for it.
pub const LONGEST_ACCESS_TOKEN: Duration = Duration::from_hours(1);

/// `[tokens]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TokenSettings {
    /// An authorization code.
    pub code_seconds: u64,
    /// A login or consent that was begun.
    pub interaction_seconds: u64,
    /// An access token, unless its resource or client says otherwise; at most 3600.
    pub access_token_seconds: u64,
    /// An ID token.
    pub id_token_seconds: u64,
    /// A session without activity.
    pub session_idle_seconds: u64,
    /// A session at most.
    pub session_seconds: u64,
    /// A refresh token without use.
    pub refresh_idle_seconds: u64,
    /// A refresh family at most.
    pub refresh_seconds: u64,
    /// A refresh token of `offline_access` without use.
    pub offline_idle_seconds: u64,
    /// A refresh family of `offline_access` at most.
    pub offline_seconds: u64,
    /// How long the previous refresh token still gets the same successor.
    pub refresh_grace_seconds: u64,
    /// How long verifiers may keep the JWKS.
    pub jwks_max_age_seconds: u64,
    /// Whether access tokens carry `user_role` beside `org_role`.
    pub user_role_alias: bool,
}

const DAY: u64 = 24 * 60 * 60;

impl Default for TokenSettings {
    fn default() -> Self {
        Self {
            code_seconds: 60,
            interaction_seconds: 600,
            access_token_seconds: 900,
            id_token_seconds: 3600,
            session_idle_seconds: 7 * DAY,
            session_seconds: 30 * DAY,
            refresh_idle_seconds: 7 * DAY,
            refresh_seconds: 30 * DAY,
            offline_idle_seconds: 30 * DAY,
            offline_seconds: 180 * DAY,
            refresh_grace_seconds: 30,
            jwks_max_age_seconds: 300,
            user_role_alias: true,
        }
    }
}

impl TokenSettings {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let wrong = |key, advice| Err(ConfigError::OutOfRange { key, advice });
        if !(1..=600).contains(&self.code_seconds) {
            return wrong("tokens.code_seconds", "1 to 600");
        }
        if !(1..=LONGEST_ACCESS_TOKEN.as_secs()).contains(&self.access_token_seconds) {
            return wrong(
                "tokens.access_token_seconds",
                "1 to 3600: revocation downstream waits for it",
            );
        }
        if self.refresh_grace_seconds > 300 {
            return wrong("tokens.refresh_grace_seconds", "0 to 300");
        }
        Ok(())
    }

    /// The idle and absolute lifetime of a refresh token.
    #[must_use]
    pub const fn refresh(&self, offline: bool) -> (Duration, Duration) {
        if offline {
            (
                Duration::from_secs(self.offline_idle_seconds),
                Duration::from_secs(self.offline_seconds),
            )
        } else {
            (
                Duration::from_secs(self.refresh_idle_seconds),
                Duration::from_secs(self.refresh_seconds),
            )
        }
    }

    /// The lifetime of a code.
    #[must_use]
    pub const fn code(&self) -> Duration {
        Duration::from_secs(self.code_seconds)
    }

    /// The lifetime of an interaction.
    #[must_use]
    pub const fn interaction(&self) -> Duration {
        Duration::from_secs(self.interaction_seconds)
    }

    /// The lifetime of an access token that neither resource nor client decides.
    #[must_use]
    pub const fn access_token(&self) -> Duration {
        Duration::from_secs(self.access_token_seconds)
    }

    /// The lifetime of an ID token.
    #[must_use]
    pub const fn id_token(&self) -> Duration {
        Duration::from_secs(self.id_token_seconds)
    }

    /// The idle and absolute lifetime of a session.
    #[must_use]
    pub const fn session(&self) -> (Duration, Duration) {
        (
            Duration::from_secs(self.session_idle_seconds),
            Duration::from_secs(self.session_seconds),
        )
    }

    /// How long the previous refresh token gets the same successor.
    #[must_use]
    pub const fn refresh_grace(&self) -> Duration {
        Duration::from_secs(self.refresh_grace_seconds)
    }
}
