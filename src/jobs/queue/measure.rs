//! Owns what metrics say of the queue.

use metrics::gauge;

use crate::app::App;
use crate::db::DatabaseError;
use crate::queue;

/// Jobs, by kind and state (waiting, failing, dead); those that fail wait too.
const JOBS: &str = "signet_queue_jobs";
/// How many seconds ago the oldest job that waits was added, by kind.
const OLDEST: &str = "signet_queue_oldest_seconds";

/// Counts what waits, and says so.
pub(super) async fn tell(app: &App) -> Result<(), DatabaseError> {
    let mut connection = app.pool().acquire_repeatable().await?;
    let depths = queue::depth(&mut connection).await?;
    connection.keep();
    let now = app.clock().now();
    for depth in depths {
        let kind = depth.kind.name();
        for (state, jobs) in [
            ("waiting", depth.waiting),
            ("failing", depth.failing),
            ("dead", depth.dead),
        ] {
            let jobs = u32::try_from(jobs).unwrap_or(u32::MAX);
            gauge!(JOBS, "kind" => kind, "state" => state).set(f64::from(jobs));
        }
        let age = depth.oldest.and_then(|oldest| (now - oldest).to_std().ok());
        gauge!(OLDEST, "kind" => kind).set(age.unwrap_or_default().as_secs_f64());
    }
    Ok(())
}
