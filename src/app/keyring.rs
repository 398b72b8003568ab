//! Owns how the key-encryption keys of a process follow the database, and how long it holds what a Transit engine has
//! unwrapped. Transit is asked outside of everything else, since it may hang.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::error::AppError;
use super::root::App;
use crate::base::origin::Origin;
use crate::config::SignetConfig;
use crate::db::DatabaseError;
use crate::db::pool::Pool;
use crate::kek::{self, Followed};
use crate::sealing::{Keyring, data_key};

/// How often it is looked which data keys are held for long.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// How often the log repeats what is wrong.
const TOLD_EVERY: Duration = Duration::from_hours(1);

/// Wakes whoever asks Transit, and what was told of it last.
#[derive(Default)]
pub(super) struct Wake {
    wanted: Notify,
    told: Mutex<Option<Told>>,
}

/// What was told, and when.
struct Told {
    problems: Vec<(String, String)>,
    at: Instant,
}

impl Wake {
    /// Tells the log what is wrong, once and then every hour.
    fn tell(&self, problems: Vec<(String, String)>, now: Instant) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let known = told.as_ref().is_some_and(|told| {
            told.problems == problems && now.saturating_duration_since(told.at) < TOLD_EVERY
        });
        if problems.is_empty() {
            *told = None;
        } else if !known {
            for (kek_id, reason) in &problems {
                tracing::error!(
                    kek.id = kek_id,
                    reason,
                    "a data key cannot be unwrapped; what is held is used on"
                );
            }
            *told = Some(Told { problems, at: now });
        }
    }
}

/// The keys of a configuration as an operator's command uses them, and what is wrong with them, which refuses nothing: a
/// command may be what mends it.
pub async fn open_keyring(config: &SignetConfig, pool: &Pool) -> Result<(Keyring, Vec<String>), AppError> {
    let keyring = Keyring::load(&config.sealing)?;
    let followed = follow(pool, &keyring).await?;
    let mut wrong: Vec<String> = followed.refusals.iter().map(ToString::to_string).collect();
    let provided = data_key::provide(&keyring, &followed.wrapped, Instant::now()).await;
    let problems = provided.problems.into_iter();
    wrong.extend(
        problems.map(|(kek_id, reason)| format!("a data key of {kek_id} cannot be unwrapped: {reason}")),
    );
    Ok((keyring, wrong))
}

/// The same for a server that starts: it does not with a key that is not the known one, nor without the one that seals, nor
/// without one that rows need.
pub(super) async fn follow_soundly(
    pool: &Pool,
    keyring: &Keyring,
    lost: &[String],
    wake: &Wake,
) -> Result<(), AppError> {
    let Followed { wrapped, refusals } = follow(pool, keyring).await?;
    let mut connection = pool.acquire().await?;
    let missing = kek::missing_keks(&mut connection, keyring, lost).await?;
    connection.keep();
    if let Some(refusal) = refusals.into_iter().chain(missing).next() {
        return Err(refusal.into());
    }
    let now = Instant::now();
    let provided = data_key::provide(keyring, &wrapped, now).await;
    wake.tell(provided.problems, now);
    Ok(())
}

async fn follow(pool: &Pool, keyring: &Keyring) -> Result<Followed, DatabaseError> {
    let mut connection = pool.acquire_repeatable().await?;
    let followed = kek::follow(&mut connection, keyring).await?;
    connection.keep();
    Ok(followed)
}

impl App {
    /// Seals with the key that the database names; asks Transit for nothing.
    pub(super) async fn follow_keks(&self) -> Result<(), AppError> {
        let followed = follow(self.pool(), self.keyring()).await?;
        for refusal in &followed.refusals {
            tracing::error!("{refusal}");
        }
        self.0.platform.wake.wanted.notify_one();
        Ok(())
    }

    /// Has data keys unwrapped that are not held, or were unwrapped long ago, and forgets what was held for as long as
    /// it may be. What they seal is read again if that changes anything.
    pub async fn provide_data_keys(&self, now: Instant) -> Result<(), DatabaseError> {
        let followed = follow(self.pool(), self.keyring()).await?;
        let provided = data_key::provide(self.keyring(), &followed.wrapped, now).await;
        self.0.platform.wake.tell(provided.problems, now);
        if provided.changed {
            self.refresh("keys").await;
            self.refresh("hooks").await;
        }
        Ok(())
    }

    /// Writes down how often key-encryption keys sealed here since that was done last.
    pub async fn write_down_seals(&self) -> Result<(), DatabaseError> {
        let mut work = self.single(self.context(Origin::internal("report"))).await?;
        kek::write_down_seals(&mut work, self.keyring()).await?;
        work.commit().await
    }

    /// Does so until cancelled, and reports at once what that has changed.
    pub(super) async fn keep_data_keys(&self, stop: CancellationToken) {
        let keeping = async {
            loop {
                let woken = tokio::time::timeout(LOOK_EVERY, self.0.platform.wake.wanted.notified());
                let woken = woken.await.is_ok();
                if (woken || self.keyring().asks_transit())
                    && let Err(error) = self.provide_data_keys(Instant::now()).await
                {
                    tracing::warn!(error = %error, "data keys could not be looked after; it will be tried again");
                }
                if woken && let Err(error) = self.report_holdings().await {
                    tracing::warn!(error = %error, "what this replica holds could not be reported");
                }
            }
        };
        stop.run_until_cancelled(keeping).await;
    }
}
