//! Whether the replicas, side by side, can do what this configuration could.

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::cli::replicas::{difference, line};
use crate::db::{DatabaseError, PgConnection, connect};
use crate::replica::{self, Replica};
use crate::sealing::Keyring;

/// A line for each replica that was heard of lately.
pub(super) async fn side_by_side(
    connection: &mut PgConnection,
    keyring: &Keyring,
) -> Result<Vec<Checked>, Problem> {
    let reported = async {
        let now = connect::measure(connection).await?.time;
        Ok::<_, DatabaseError>((now, replica::list(connection, now).await?))
    };
    let (now, replicas) = reported.await?;
    if replicas.is_empty() {
        return Ok(vec![Ok("none is running".to_owned())]);
    }
    Ok(replicas
        .iter()
        .map(|replica| {
            let told = line(replica, now);
            judged(replica, keyring, &told).map_or(Ok(told), Err)
        })
        .collect())
}

fn judged(replica: &Replica, keyring: &Keyring, told: &str) -> Option<Problem> {
    if let Some(difference) = difference(replica, keyring, told) {
        let id = if replica.holdings.unopened.is_empty() {
            FindingId::ReplicaOtherKeys
        } else {
            FindingId::ReplicaUnopened
        };
        return Some(Problem::new(id, difference));
    }
    let ours = env!("CARGO_PKG_VERSION");
    (replica.holdings.version != ours).then(|| {
        let detail = format!(
            "this is signet {ours}; replace the replicas one by one, if an upgrade is under way: {told}"
        );
        Problem::new(FindingId::ReplicaOtherVersion, detail)
    })
}
