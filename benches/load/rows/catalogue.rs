//! Owns the list of rows and which floors bound each (the lower one counts).

use clap::ValueEnum;
use serde::Serialize;

use crate::floors::Floor;
use crate::stage::Hook;

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RowName {
    ClientCredentialsRs256,
    ClientCredentialsEs256,
    PrivateKeyJwt,
    ExchangeRs256,
    ExchangeEs256,
    Authorize,
    Refresh,
    RefreshIdToken,
    Introspection,
    Userinfo,
    Jwks,
    Discovery,
    Login,
    RefreshSqlHook,
    RefreshHttpHook,
    ExchangeSqlHook,
    ExchangeHttpHook,
}

impl RowName {
    /// Every row, in the order of the report.
    pub(crate) const ALL: [Self; 17] = [
        Self::ClientCredentialsRs256,
        Self::ClientCredentialsEs256,
        Self::PrivateKeyJwt,
        Self::ExchangeRs256,
        Self::ExchangeEs256,
        Self::Authorize,
        Self::Refresh,
        Self::RefreshIdToken,
        Self::Introspection,
        Self::Userinfo,
        Self::Jwks,
        Self::Discovery,
        Self::Login,
        // Last: what runs beside an operator's hook must not touch the rows without one.
        Self::RefreshSqlHook,
        Self::ExchangeSqlHook,
        Self::RefreshHttpHook,
        Self::ExchangeHttpHook,
    ];

    /// What the report calls it.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::ClientCredentialsRs256 => "client_credentials RS256",
            Self::ClientCredentialsEs256 => "client_credentials ES256",
            Self::PrivateKeyJwt => "client_credentials ES256, private_key_jwt",
            Self::ExchangeRs256 => "code exchange, RS256 ID token",
            Self::ExchangeEs256 => "code exchange, ES256 ID token",
            Self::Authorize => "authorize with session + exchange",
            Self::Refresh => "refresh, built-in hook",
            Self::RefreshIdToken => "refresh, hook, RS256 ID token",
            Self::Introspection => "introspection",
            Self::Userinfo => "userinfo",
            Self::Jwks => "JWKS",
            Self::Discovery => "discovery",
            Self::Login => "password login, whole flow",
            Self::RefreshSqlHook => "refresh, operator's SQL hook",
            Self::RefreshHttpHook => "refresh, operator's HTTP hook",
            Self::ExchangeSqlHook => "code exchange ES256, SQL hook",
            Self::ExchangeHttpHook => "code exchange ES256, HTTP hook",
        }
    }

    /// What bounds it.
    pub(crate) const fn floors(self) -> &'static [Floor] {
        match self {
            Self::ClientCredentialsRs256 => &[Floor::SignRs256],
            Self::ClientCredentialsEs256 => &[Floor::SignEs256],
            Self::ExchangeRs256 | Self::RefreshIdToken => &[Floor::SignRs256, Floor::Update],
            Self::PrivateKeyJwt
            | Self::ExchangeEs256
            | Self::Refresh
            | Self::RefreshSqlHook
            | Self::RefreshHttpHook
            | Self::ExchangeSqlHook
            | Self::ExchangeHttpHook => &[Floor::SignEs256, Floor::Update],
            Self::Authorize => &[Floor::Update],
            Self::Introspection | Self::Userinfo => &[Floor::Select],
            Self::Jwks | Self::Discovery => &[Floor::EmptyAnswer],
            Self::Login => &[Floor::Argon2id],
        }
    }

    /// Whether a peer beside is asked for it too. Its logins check no password, and it has neither a client with a key
    /// nor hooks.
    pub(crate) const fn is_of_peers(self) -> bool {
        !matches!(self, Self::PrivateKeyJwt | Self::Login) && self.hook().is_none()
    }

    /// The operator's hook that is asked meanwhile.
    pub(crate) const fn hook(self) -> Option<Hook> {
        match self {
            Self::RefreshSqlHook | Self::ExchangeSqlHook => Some(Hook::Sql),
            Self::RefreshHttpHook | Self::ExchangeHttpHook => Some(Hook::Http),
            _ => None,
        }
    }

    /// The same without an operator's hook.
    pub(crate) const fn without_hook(self) -> Option<Self> {
        match self {
            Self::RefreshSqlHook | Self::RefreshHttpHook => Some(Self::Refresh),
            Self::ExchangeSqlHook | Self::ExchangeHttpHook => Some(Self::ExchangeEs256),
            _ => None,
        }
    }
}
