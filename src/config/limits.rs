//! Owns lockout and rates.

use serde::{Deserialize, Serialize};

/// `[limits]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitSettings {
    /// Failed logins of one account within the window before it is locked.
    pub login_attempts: u16,
    /// The window, in seconds.
    pub login_window_seconds: u64,
    /// How long a locked account stays locked, in seconds.
    pub login_lock_seconds: u64,
    /// Password logins per minute from one client address (one /64 of IPv6); 0 is no limit.
    pub logins_per_minute_per_address: u32,
    /// Requests per minute from one client address to authorization, logout and pages; 0 is no limit.
    pub authorizations_per_minute_per_address: u32,
    /// Requests per minute from one client address to `/api/v1`; 0 is no limit.
    pub api_requests_per_minute_per_address: u32,
    /// Requests per minute from one client address to token, introspection and revocation, and as many to userinfo; 0
    /// is no limit.
    pub token_requests_per_minute_per_address: u32,
    /// How much of bodies the process holds at once, in KiB; one address has a quarter of it.
    pub body_memory_kib: usize,
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            login_attempts: 5,
            login_window_seconds: 15 * 60,
            login_lock_seconds: 30 * 60,
            logins_per_minute_per_address: 60,
            authorizations_per_minute_per_address: 600,
            api_requests_per_minute_per_address: 6000,
            token_requests_per_minute_per_address: 6000,
            body_memory_kib: 16 * 1024,
        }
    }
}
