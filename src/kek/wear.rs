//! Owns the writing down of how often each key-encryption key has sealed, in any process, and what is said of one that will
//! have sealed too often.

use metrics::gauge;

use super::store;
use crate::db::{DatabaseError, PgConnection, UnitOfWork};
use crate::sealing::{Keyring, MOST_SEALS};

/// How often a key has sealed in all processes together, by its id.
const SEALS: &str = "signet_kek_seals";

/// From here on another key is to be put in its place: half of what it may seal.
pub const WORN: u64 = MOST_SEALS / 2;

/// Writes down what this process has sealed since that was done last, in one statement; none if it has sealed nothing. If
/// it fails, it is counted on; whoever rolls it back has not counted it.
pub async fn write_down_seals(work: &mut UnitOfWork, keyring: &Keyring) -> Result<(), DatabaseError> {
    let taken = keyring.seals().take();
    if taken.is_empty() {
        return Ok(());
    }
    let written = async { store::add_seals(work.connection()?, &taken).await };
    match written.await {
        Ok(written) => {
            note(keyring, &written);
            Ok(())
        }
        Err(error) => {
            keyring.seals().give_back(&taken);
            Err(error)
        }
    }
}

/// Learns what all processes have written down. One statement.
pub(super) async fn learn_seals(
    connection: &mut PgConnection,
    keyring: &Keyring,
) -> Result<(), DatabaseError> {
    note(keyring, &store::seals(connection).await?);
    Ok(())
}

fn note(keyring: &Keyring, written: &[(String, u64)]) {
    keyring.seals().note(written);
    for (kek_id, seals) in written {
        #[expect(clippy::cast_precision_loss, reason = "it is far below 2^52")]
        gauge!(SEALS, "kek" => kek_id.clone()).set(*seals as f64);
    }
}
