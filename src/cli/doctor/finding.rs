//! Owns the list of what `signet doctor` may find. The manual has each id with what to do (`operations.md`, "What the
//! doctor finds"), and a test that provokes it; scripts rely on them.

/// What is wrong, or should be mended. Its name begins with the check that finds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FindingId {
    Development,
    IssuerInvalid,
    IssuerInsecure,
    TlsMissing,
    TlsUnusable,
    ProxiesInvalid,
    ProxiesUnnamed,
    SealingUnusable,
    SealingDevelopmentKey,
    DatabaseUnconfigured,
    DatabaseUnverified,
    DatabaseUnreachable,
    DatabaseRole,
    DatabasePooler,
    DatabaseFailed,
    PoolerListenUrl,
    PoolerUnneeded,
    SchemaBehind,
    RestoreUnconfirmed,
    RestoreRecovered,
    KeksRefused,
    KeksWrapped,
    KeksMissing,
    KeksWorn,
    HookUnreachable,
    HookUnopened,
    HookObstacle,
    KeysUnopened,
    KeysNextMissing,
    KeysHeldUp,
    AlgorithmsLeftOut,
    MailUnusable,
    MailUnreachable,
    QueueDead,
    QueueBehind,
    ReplicaUnopened,
    ReplicaOtherKeys,
    ReplicaOtherVersion,
}

impl FindingId {
    /// The name that stays.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::IssuerInvalid => "issuer.invalid",
            Self::IssuerInsecure => "issuer.insecure",
            Self::TlsMissing => "tls.missing",
            Self::TlsUnusable => "tls.unusable",
            Self::ProxiesInvalid => "proxies.invalid",
            Self::ProxiesUnnamed => "proxies.unnamed",
            Self::SealingUnusable => "sealing.unusable",
            Self::SealingDevelopmentKey => "sealing.development-key",
            Self::DatabaseUnconfigured => "database.unconfigured",
            Self::DatabaseUnverified => "database.unverified",
            Self::DatabaseUnreachable => "database.unreachable",
            Self::DatabaseRole => "database.role",
            Self::DatabasePooler => "database.pooler",
            Self::DatabaseFailed => "database.failed",
            Self::PoolerListenUrl => "pooler.listen-url",
            Self::PoolerUnneeded => "pooler.unneeded",
            Self::SchemaBehind => "schema.behind",
            Self::RestoreUnconfirmed => "restore.unconfirmed",
            Self::RestoreRecovered => "restore.recovered",
            Self::KeksRefused => "keks.refused",
            Self::KeksWrapped => "keks.wrapped",
            Self::KeksMissing => "keks.missing",
            Self::KeksWorn => "keks.worn",
            Self::HookUnreachable => "hook.unreachable",
            Self::HookUnopened => "hook.unopened",
            Self::HookObstacle => "hook.obstacle",
            Self::KeysUnopened => "keys.unopened",
            Self::KeysNextMissing => "keys.next-missing",
            Self::KeysHeldUp => "keys.held-up",
            Self::AlgorithmsLeftOut => "algorithms.left-out",
            Self::MailUnusable => "mail.unusable",
            Self::MailUnreachable => "mail.unreachable",
            Self::QueueDead => "queue.dead",
            Self::QueueBehind => "queue.behind",
            Self::ReplicaUnopened => "replica.unopened",
            Self::ReplicaOtherKeys => "replica.other-keys",
            Self::ReplicaOtherVersion => "replica.other-version",
        }
    }

    /// The check that finds it.
    pub(super) fn check(self) -> &'static str {
        let name = self.name();
        name.split_once('.').map_or(name, |(check, _)| check)
    }

    /// Nothing fails for it, and yet it should be mended.
    pub(super) const fn is_warning(self) -> bool {
        matches!(
            self,
            Self::DatabaseUnverified
                | Self::PoolerUnneeded
                | Self::RestoreRecovered
                | Self::KeysNextMissing
                | Self::KeysHeldUp
                | Self::MailUnreachable
                | Self::QueueDead
                | Self::QueueBehind
                | Self::ReplicaOtherVersion
        )
    }

    /// It is as `signet dev` makes it, and fails nobody but who would serve others with it.
    pub(super) const fn is_development(self) -> bool {
        matches!(
            self,
            Self::Development | Self::IssuerInsecure | Self::SealingDevelopmentKey
        )
    }
}
