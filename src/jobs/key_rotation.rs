//! Drives the rotation of our signing keys. Every replica looks what is due; whoever takes the lock first does it, in one
//! transaction, and the others find nothing left. A replica that is lost in the middle leaves nothing behind.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use metrics::gauge;
use tokio_util::sync::CancellationToken;

use crate::app::{App, AppError, Driven};
use crate::protocol::algorithm::Algorithm;
use crate::signing::rotation::{Changed, Step, first_names};

/// How often it is looked what is due.
const EVERY: Duration = Duration::from_secs(10);
/// How often the log says that a rotation waits.
const TOLD_EVERY: Duration = Duration::from_hours(1);
/// Whether a rotation waits for a verifier or a replica, by algorithm.
const BLOCKED: &str = "signet_key_rotation_blocked";

/// Whether a rotation waits for a key that does not open here, by algorithm.
const STUCK: &str = "signet_key_rotation_stuck";

/// Drives until cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    let work = async {
        let (mut told, mut told_stuck) = (HashMap::new(), HashMap::new());
        loop {
            match drive(&app).await {
                Ok(driven) => {
                    tell_of_waiting(&driven.held_up, &mut told);
                    tell_of_lost_keys(&driven.stuck, &mut told_stuck);
                }
                Err(error) => {
                    tracing::warn!(error = %error, "signing keys could not be looked after; it will be tried again");
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    };
    stop.run_until_cancelled(work).await;
}

/// One round.
pub async fn drive(app: &App) -> Result<Driven, AppError> {
    // A rotation must not hang on it: at worst it waits for a fetch that was not written down.
    if let Err(error) = app.write_down_sightings().await {
        tracing::warn!(error = %error, "who fetched the key set could not be written down");
    }
    let driven = app.drive_rotation().await?;
    for change in &driven.changes {
        let what = match &change.changed {
            Changed::Published => "published",
            Changed::Activated { .. } => "signs from now on",
            Changed::Retired => "is not published any more",
            Changed::Revoked => "is revoked",
        };
        tracing::info!(
            key.id = change.key_id.as_str(),
            alg = change.algorithm.name(),
            "a signing key {what}"
        );
    }
    for algorithm in Algorithm::ALL {
        let blocked = driven.held_up.iter().any(|step| step.algorithm == algorithm);
        gauge!(BLOCKED, "alg" => algorithm.name()).set(f64::from(u8::from(blocked)));
        let stuck = driven.stuck.contains(&algorithm);
        gauge!(STUCK, "alg" => algorithm.name()).set(f64::from(u8::from(stuck)));
    }
    Ok(driven)
}

fn tell_of_waiting(held_up: &[Step], told: &mut HashMap<Algorithm, Instant>) {
    told.retain(|algorithm, _| held_up.iter().any(|step| step.algorithm == *algorithm));
    for step in held_up {
        let last = told.get(&step.algorithm);
        if last.is_none_or(|last| last.elapsed() >= TOLD_EVERY) {
            told.insert(step.algorithm, Instant::now());
            tracing::error!(
                alg = step.algorithm.name(),
                verifiers = first_names(&step.blocked_by),
                replicas = first_names(&step.unpublished_by),
                "a key rotation waits for verifiers that have not fetched the next key, or for replicas that do not \
                 publish it; `signet keys status` shows why, `signet keys rotate --accept-breaking NAME` goes on \
                 without a verifier"
            );
        }
    }
}

fn tell_of_lost_keys(stuck: &[Algorithm], told: &mut HashMap<Algorithm, Instant>) {
    told.retain(|algorithm, _| stuck.contains(algorithm));
    for algorithm in stuck {
        let last = told.get(algorithm);
        if last.is_none_or(|last| last.elapsed() >= TOLD_EVERY) {
            told.insert(*algorithm, Instant::now());
            tracing::error!(
                alg = algorithm.name(),
                "keys cannot be rotated here, since one of them does not open: give this replica the key-encryption key, \
                 or, if it is lost, `signet keys revoke KID`"
            );
        }
    }
}
