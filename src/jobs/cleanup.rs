//! Deletes what is over, in small batches and often, so that no table grows with use and no delete blocks a login.
//! Each room says what of its own is over; this file only knows how often to ask.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::{self, App};
use crate::authentication::throttle;
use crate::authorization::expiry as authorization;
use crate::base::origin::Origin;
use crate::client::auth::replay;
use crate::db::DatabaseError;
use crate::hook::Hooks;
use crate::logout::waiting as logout;
use crate::replica;
use crate::session;
use crate::tenancy::invitation;
use crate::token::{cutoff, expiry as token};

/// How long to rest when nothing was left.
const REST: Duration = Duration::from_mins(5);
/// Rows per statement.
const BATCH: i64 = 1000;
/// Ended sessions are kept this long for whoever looks into an incident.
const SESSIONS_KEPT: Duration = Duration::from_hours(30 * 24);

/// Cleans up until cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    let work = async {
        loop {
            match sweep(&app).await {
                // A full batch means that more is waiting.
                Ok(deleted) if deleted >= BATCH.unsigned_abs() => tokio::task::yield_now().await,
                Ok(_) => tokio::time::sleep(REST).await,
                Err(error) => {
                    tracing::warn!(error = %error, "cleaning up failed; it will be tried again");
                    tokio::time::sleep(REST).await;
                }
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

/// One round over every room; says how many rows the fullest batch had. A room that fails does not keep the others
/// waiting.
pub async fn sweep(app: &App) -> Result<u64, DatabaseError> {
    let mut fullest = 0;
    let mut failure = None;
    for step in 0..STEPS {
        match clean(app, step).await {
            Ok(deleted) => fullest = fullest.max(deleted),
            Err(error) => failure = Some(error),
        }
    }
    failure.map_or(Ok(fullest), Err)
}

const STEPS: u8 = 13;

async fn clean(app: &App, step: u8) -> Result<u64, DatabaseError> {
    let mut work = app.single(app.context(Origin::internal("cleanup"))).await?;
    match step {
        0 => authorization::expire_requests(&mut work, BATCH).await,
        1 => authorization::expire_codes(&mut work, BATCH).await,
        2 => token::expire_references(&mut work, BATCH).await,
        3 => token::expire_revocations(&mut work, BATCH).await,
        4 => token::expire_grants(&mut work, BATCH).await,
        5 => session::expire(&mut work, SESSIONS_KEPT, BATCH).await,
        6 => invitation::expire(&mut work, BATCH).await,
        7 => cutoff::expire(&mut work, BATCH).await,
        8 => logout::expire(&mut work, BATCH).await,
        9 => Hooks::expire(&mut work, app::sampling(&app.config().hooks)).await,
        10 => replica::expire(&mut work, BATCH).await,
        11 => replay::expire(&mut work, BATCH).await,
        _ => throttle::expire(&mut work, app.throttle(), BATCH).await,
    }
}
