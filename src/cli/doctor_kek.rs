//! Owns what the doctor says of key-encryption keys: whether they are those that the database knows, and open what is
//! sealed there.

use std::time::Instant;

use crate::db::{DatabaseError, PgConnection, connect, told};
use crate::kek::{self, Followed, View};
use crate::sealing::{Keyring, data_key};

/// Which key seals, if every key that is needed is here. From then on the keyring has what Transit unwraps.
pub(super) async fn keks(connection: &mut PgConnection, keyring: &Keyring) -> Result<String, String> {
    let looked = async {
        let followed = kek::follow(connection, keyring).await?;
        let now = connect::measure(connection).await?.time;
        Ok::<_, DatabaseError>((followed, View::read(connection, now).await?))
    };
    let (Followed { wrapped, refusals }, view) = looked.await.map_err(|error| told(&error))?;
    let provided = data_key::provide(keyring, &wrapped, Instant::now()).await;
    if let Some(refusal) = refusals.first() {
        return Err(refusal.to_string());
    }
    if let Some((kek_id, reason)) = provided.problems.first() {
        return Err(format!("a data key of {kek_id} cannot be unwrapped: {reason}"));
    }
    let missing = view
        .needs
        .iter()
        .find(|need| keyring.fingerprint(&need.kek_id).is_none());
    if let Some(need) = missing {
        return Err(format!(
            "{} rows of {} need the key-encryption key {}, which this configuration lacks: give it the key, or replace \
             what it sealed",
            need.rows, need.table, need.kek_id
        ));
    }
    let seals = keyring.active_id();
    Ok(match view.active() {
        Some(_) => format!("{seals} seals"),
        None => {
            format!("{seals} seals, as the first of the configuration; `signet kek add` makes keys known")
        }
    })
}
