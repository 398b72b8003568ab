//! Whether the key-encryption keys are those that the database knows, and open what is sealed there.

use std::time::Instant;

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::db::{PgConnection, connect};
use crate::kek::{self, Followed, View, WORN};
use crate::sealing::{Keyring, MOST_SEALS, data_key};

/// Which key seals, if every key that is needed is here. From then on the keyring has what Transit unwraps.
pub(super) async fn known(connection: &mut PgConnection, keyring: &Keyring) -> Checked {
    let Followed { wrapped, refusals } = kek::follow(connection, keyring).await?;
    let now = connect::measure(connection).await?.time;
    let view = View::read(connection, now).await?;
    let provided = data_key::provide(keyring, &wrapped, Instant::now()).await;
    if let Some(refusal) = refusals.first() {
        return Err(Problem::new(FindingId::KeksRefused, refusal.to_string()));
    }
    if let Some((kek_id, reason)) = provided.problems.first() {
        let detail = format!("a data key of {kek_id} cannot be unwrapped: {reason}");
        return Err(Problem::new(FindingId::KeksWrapped, detail));
    }
    let missing = view
        .needs
        .iter()
        .find(|need| keyring.fingerprint(&need.kek_id).is_none());
    if let Some(need) = missing {
        let detail = format!(
            "{} rows of {} need the key-encryption key {}, which this configuration lacks: give it the key, or replace \
             what it sealed",
            need.rows, need.table, need.kek_id
        );
        return Err(Problem::new(FindingId::KeksMissing, detail));
    }
    let seals = keyring.active_id();
    let times = view.seals_of(&seals);
    if times >= WORN {
        let detail = format!(
            "{seals} has sealed {times} times, and seals nothing more after {MOST_SEALS} (NIST SP 800-38D, 8.3): put another \
             key in its place (`signet kek add`, `activate`, `rekey`)"
        );
        return Err(Problem::new(FindingId::KeksWorn, detail));
    }
    Ok(match view.active() {
        Some(_) => format!("{seals} seals"),
        None => {
            format!("{seals} seals, as the first of the configuration; `signet kek add` makes keys known")
        }
    })
}
