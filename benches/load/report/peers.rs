//! Owns the figures of the best peer and the goals. They were measured on one machine (2 processors shared by server,
//! PostgreSQL 15 with fsync on and the generator; loopback; 32 connections), so they count as ratios to the floors
//! of that machine only.

use crate::floors::Floor;
use crate::rows::RowName;

/// What a row is held against.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standard {
    /// The best peer.
    pub(super) peer: &'static str,
    /// Its operations per second.
    pub(super) figure: f64,
    /// What we want, as a part of the row's floor.
    pub(super) goal: f64,
    /// The most statements of one operation.
    pub(super) statements: Option<f64>,
    /// The most bytes of write-ahead log.
    pub(super) log_bytes: Option<f64>,
}

/// Idle memory in MiB: the bar, and what we want.
pub(super) const IDLE_MEMORY: (f64, f64) = (48.0, 32.0);
/// Memory after load in MiB, what we want: permits of password hashing included.
pub(super) const LOADED_MEMORY: f64 = 96.0;
/// Start on a migrated database in seconds: the bar, and what we want.
pub(super) const START: (f64, f64) = (0.2, 0.1);

/// A floor of the peers' machine. Of the range that was measured for the empty answer the lower end stands here, which
/// is kinder to the peers.
pub(super) const fn floor(floor: Floor) -> f64 {
    match floor {
        Floor::SignRs256 | Floor::TokenRs256 => 8_940.0,
        Floor::SignEs256 | Floor::TokenEs256 => 133_900.0,
        Floor::SignEd25519 => 82_800.0,
        Floor::Argon2id => 136.0,
        Floor::EmptyAnswer => 110_000.0,
        Floor::Select => 106_000.0,
        Floor::Update => 32_500.0,
        Floor::Insert => 30_000.0,
    }
}

/// The lower of a row's floors on the peers' machine.
pub(super) fn lowest(row: RowName) -> f64 {
    row.floors()
        .iter()
        .map(|name| floor(*name))
        .fold(f64::MAX, f64::min)
}

/// What a row is held against. Peers sign ID tokens with RS256; the row with ES256 is held against the same figure.
pub(super) fn standard(row: RowName) -> Standard {
    let of = |peer, figure, wanted: f64| Standard {
        peer,
        figure,
        goal: wanted / lowest(row),
        statements: None,
        log_bytes: None,
    };
    let few = |standard: Standard, statements| Standard {
        statements: Some(statements),
        ..standard
    };
    let small = |standard: Standard, log_bytes| Standard {
        log_bytes: Some(log_bytes),
        ..standard
    };
    match row {
        RowName::ClientCredentialsRs256 => few(of("node-oidc-provider", 4_849.0, 6_000.0), 0.0),
        RowName::ClientCredentialsEs256 => few(of("node-oidc-provider", 10_589.0, 28_000.0), 0.0),
        // No peer was measured with assertions: held against the fastest by secret, of which four fifths are wanted.
        RowName::PrivateKeyJwt => few(of("node-oidc-provider, secret", 10_589.0, 0.8 * 28_000.0), 1.0),
        RowName::ExchangeRs256 => of("node-oidc-provider", 1_271.0, 3_000.0),
        RowName::ExchangeEs256 => of("node-oidc-provider", 1_271.0, 5_500.0),
        RowName::Authorize => few(of("node-oidc-provider", 732.0, 2_000.0), 7.0),
        RowName::Refresh => small(few(of("node-oidc-provider", 1_321.0, 7_000.0), 3.0), 1.2 * 1024.0),
        RowName::RefreshIdToken => small(few(of("node-oidc-provider", 1_321.0, 3_000.0), 3.0), 1.2 * 1024.0),
        RowName::Introspection => few(of("Dex", 3_623.0, 12_000.0), 1.0),
        RowName::Userinfo => few(of("Keycloak", 6_732.0, 12_000.0), 1.0),
        RowName::Jwks => few(of("node-oidc-provider", 26_750.0, 0.8 * 110_000.0), 0.0),
        RowName::Discovery => few(of("Supabase Auth", 30_800.0, 0.8 * 110_000.0), 0.0),
        // Of the peers only Supabase Auth has such hooks. It was measured with refresh; no peer's exchange was, so that is
        // held against the fastest exchange of all, which asks no hook. Nobody's goal names HTTP: what SQL's goal loses
        // by as much as Supabase's does.
        RowName::RefreshSqlHook => of("Supabase Auth, SQL hook", 413.0, 4_500.0),
        RowName::RefreshHttpHook => of("Supabase Auth, HTTP hook", 367.0, 4_000.0),
        RowName::ExchangeSqlHook => of("node-oidc-provider, none", 1_271.0, 3_500.0),
        RowName::ExchangeHttpHook => of("node-oidc-provider, none", 1_271.0, 3_100.0),
        RowName::Login => small(few(of("Supabase Auth", 30.0, 0.85 * 136.0), 12.0), 2.6 * 1024.0),
    }
}
