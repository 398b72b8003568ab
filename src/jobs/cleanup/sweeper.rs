//! Owns where every job of the clean-up stands: which is to go on, and how far each is behind.

use std::time::{Duration, Instant};

use metrics::{counter, gauge};

use super::job::Progress;
use super::list::JOBS;
use crate::app::App;
use crate::db::DatabaseError;

/// Rows that were deleted, by job.
const DELETED: &str = "signet_cleanup_deleted_total";
/// For how many seconds a job has had more to delete than it could, by job; 0 where another replica cleans up.
const BEHIND: &str = "signet_cleanup_behind_seconds";

/// What a round left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    /// Nothing that is over.
    Clean,
    /// A job deleted as much as it may at once, or has not come to the end of its table: it is to go on.
    MoreWaits,
}

/// Every job, with where it stands.
pub struct Sweeper {
    jobs: Vec<Progress>,
}

impl Sweeper {
    /// Nothing was looked at yet.
    #[must_use]
    pub fn new() -> Self {
        let now = Instant::now();
        Self {
            jobs: JOBS.iter().map(|job| Progress::new(job, now)).collect(),
        }
    }

    /// One statement of each job that is to go on, with a pause after each. One that fails does not keep the others
    /// waiting; the last failure is returned.
    pub async fn round(&mut self, app: &App) -> Result<Swept, DatabaseError> {
        let mut outcome = Ok(Swept::Clean);
        let mut failed = Vec::new();
        for job in &mut self.jobs {
            if job.next() > Instant::now() {
                continue;
            }
            match job.go_on(app).await {
                Ok(done) => {
                    if done.deleted > 0 {
                        counter!(DELETED, "job" => job.name()).increment(done.deleted);
                    }
                    if job.next() <= Instant::now() {
                        outcome = outcome.and(Ok(Swept::MoreWaits));
                    }
                    tokio::time::sleep(done.pause).await;
                }
                Err(error) => {
                    failed.push(job.name());
                    outcome = Err(error);
                }
            }
        }
        self.tell();
        // One line, however many failed: without a database it is every one.
        if let Err(error) = &outcome {
            let jobs = failed.join(", ");
            tracing::warn!(jobs, error = %error, "cleaning up failed; it will be tried again");
        }
        outcome
    }

    /// How long until one of them is to go on.
    pub(super) fn rest(&self) -> Duration {
        let next = self.jobs.iter().map(Progress::next).min();
        next.map_or(Duration::ZERO, |next| {
            next.saturating_duration_since(Instant::now())
        })
    }

    fn tell(&self) {
        let now = Instant::now();
        for job in &self.jobs {
            gauge!(BEHIND, "job" => job.name()).set(job.behind_for(now).as_secs_f64());
        }
    }

    /// Another replica cleans up: what is behind there is told there.
    pub(super) fn tell_of_nothing(&self) {
        for job in &self.jobs {
            gauge!(BEHIND, "job" => job.name()).set(0.0);
        }
    }
}

impl Default for Sweeper {
    fn default() -> Self {
        Self::new()
    }
}
