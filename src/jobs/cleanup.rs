//! Deletes what is over, in small batches and often, so that no table grows with use and no delete blocks a login.
//! Each room says what of its own is over; this file only knows how often to ask.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::authentication::throttle;
use crate::authorization::expiry as authorization;
use crate::base::origin::Origin;
use crate::db::{DatabaseError, Work};
use crate::session;
use crate::token::expiry as token;

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

/// One round over every room; says how many rows the fullest batch had.
pub async fn sweep(app: &App) -> Result<u64, DatabaseError> {
    let throttle = app.throttle();
    let mut fullest = 0;
    for step in 0..7_u8 {
        let mut work: Work = app.single(app.circumstances(Origin::internal("cleanup"))).await?;
        let deleted = match step {
            0 => authorization::expire_requests(&mut work, BATCH).await?,
            1 => authorization::expire_codes(&mut work, BATCH).await?,
            2 => token::expire_references(&mut work, BATCH).await?,
            3 => token::expire_revocations(&mut work, BATCH).await?,
            4 => token::expire_grants(&mut work, BATCH).await?,
            5 => session::expire(&mut work, SESSIONS_KEPT, BATCH).await?,
            _ => throttle::expire(&mut work, throttle, BATCH).await?,
        };
        fullest = fullest.max(deleted);
    }
    Ok(fullest)
}
