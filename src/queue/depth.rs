//! Owns how much waits, for metrics and for the doctor.

use super::job::JobKind;
use super::store::depth as store;
use crate::base::clock::Timestamp;
use crate::db::{DatabaseError, PgConnection};

/// What there is of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// The kind.
    pub kind: JobKind,
    /// Jobs that are to be done.
    pub waiting: i64,
    /// Those of them whose last attempt failed.
    pub failing: i64,
    /// When the oldest of them was added.
    pub oldest: Option<Timestamp>,
    /// Why one of them failed last.
    pub last_error: Option<String>,
    /// Jobs that were given up.
    pub dead: i64,
}

/// What there is of each kind, also of those of which there is nothing.
pub async fn depth(connection: &mut PgConnection) -> Result<Vec<Depth>, DatabaseError> {
    let mut found = store::depth(connection).await?;
    for kind in JobKind::ALL {
        if found.iter().all(|depth| depth.kind != kind) {
            found.push(Depth {
                kind,
                waiting: 0,
                failing: 0,
                oldest: None,
                last_error: None,
                dead: 0,
            });
        }
    }
    Ok(found)
}
