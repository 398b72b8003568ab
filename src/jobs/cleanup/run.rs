//! Owns who cleans up and when: whoever has the lead, for as long as the server runs.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::sweeper::{Sweeper, Swept};
use crate::app::App;
use crate::db::DatabaseError;

/// For how long a replica has the lead without another word: one that was lost is missed for so long.
const LEAD: Duration = Duration::from_secs(30);
/// How long before that it says that it goes on.
const RENEW_AFTER: Duration = Duration::from_secs(10);
/// The shortest rest between two rounds: none is without end.
const SHORTEST_REST: Duration = Duration::from_millis(1);

/// Cleans up until cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    let work = async {
        let mut sweeper = Sweeper::new();
        let mut led: Option<Instant> = None;
        loop {
            if led.is_none_or(|since| since.elapsed() > RENEW_AFTER) {
                match app.leads("cleanup", LEAD).await {
                    Ok(true) => led = Some(Instant::now()),
                    Ok(false) => led = None,
                    Err(error) => {
                        tracing::warn!(error = %error, "it could not be asked who cleans up; it will be tried again");
                        led = None;
                    }
                }
            }
            if led.is_some() {
                // A failure is logged there, and the job that failed rests.
                let _ = sweeper.round(&app).await;
                tokio::time::sleep(sweeper.rest().max(SHORTEST_REST)).await;
            } else {
                sweeper.tell_of_nothing();
                tokio::time::sleep(LEAD).await;
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

/// One round over every job, whoever has the lead.
pub async fn sweep(app: &App) -> Result<Swept, DatabaseError> {
    Sweeper::new().round(app).await
}
