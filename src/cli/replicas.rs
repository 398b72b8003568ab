//! Owns how the replicas of a server are shown side by side: who holds which keys, and what one of them lacks.

use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};
use crate::replica::{self, Replica};
use crate::sealing::Keyring;

/// One line for each replica that was heard of lately; an error for one that cannot do what this configuration could.
pub(super) async fn side_by_side(
    connection: &mut PgConnection,
    keyring: &Keyring,
    now: Timestamp,
) -> Result<Vec<Result<String, String>>, DatabaseError> {
    let replicas = replica::list(connection, now).await?;
    if replicas.is_empty() {
        return Ok(vec![Ok("none is running".to_owned())]);
    }
    let shown = replicas.iter().map(|replica| {
        let told = line(replica, now);
        difference(replica, keyring, &told).map_or(Ok(told), Err)
    });
    Ok(shown.collect())
}

/// What a replica holds.
pub(super) fn line(replica: &Replica, now: Timestamp) -> String {
    let holdings = &replica.holdings;
    let silent = (now - replica.reported_at).to_std().unwrap_or_default();
    let keks: Vec<String> = holdings
        .keks
        .iter()
        .map(|kek| format!("{} {}", kek.id, kek.fingerprint))
        .collect();
    format!(
        "{} (signet {}), up since {}, heard of {} s ago; key-encryption keys: {}; keys: {}",
        holdings.host,
        holdings.version,
        holdings.started_at.format("%Y-%m-%d %H:%M:%S UTC"),
        silent.as_secs(),
        keks.join(", "),
        holdings.opened.join(", "),
    )
}

/// What keeps it from doing what this configuration could; none if nothing does.
pub(super) fn difference(replica: &Replica, keyring: &Keyring, told: &str) -> Option<String> {
    let difference = replica.holdings.differs_from(keyring)?;
    Some(format!("{} {difference}; it is {told}", replica.holdings.host))
}
