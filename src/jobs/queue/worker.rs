//! Owns what of the queue is under way in this process.

use std::sync::Arc;
use std::time::Duration;

use metrics::counter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::send_mail;
use crate::app::App;
use crate::base::clock::Timestamp;
use crate::base::origin::Origin;
use crate::db::DatabaseError;
use crate::queue::{self, Claimed, Failure, Job, JobKind, Lane, Settled};

/// Attempts, by kind of work and what came of them.
const ATTEMPTS: &str = "signet_queue_attempts_total";

/// Does work of the queue.
pub struct Worker {
    app: App,
    lanes: Vec<(JobKind, Arc<Semaphore>)>,
    running: JoinSet<()>,
}

/// What a look into the queue came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Round {
    /// How many jobs were begun.
    pub begun: usize,
    /// Whether a lane is full while more of its kind waits: it goes on once something of it ends.
    pub full: bool,
    /// When the next job may be begun.
    pub next: Option<Timestamp>,
}

impl Worker {
    /// One that does nothing yet.
    #[must_use]
    pub fn new(app: App) -> Self {
        let lane = |kind| (kind, Arc::new(Semaphore::new(Lane::of(kind).at_once)));
        Self {
            app,
            lanes: JobKind::ALL.into_iter().map(lane).collect(),
            running: JoinSet::new(),
        }
    }

    /// Begins what may be begun, as much of each kind as its lane holds. Where there is nothing, it only reads; on a database
    /// that takes no writes it does nothing.
    pub async fn round(&mut self) -> Result<Round, DatabaseError> {
        while self.running.try_join_next().is_some() {}
        let mut round = Round {
            begun: 0,
            full: false,
            next: None,
        };
        if !self.app.freshness().is_writable() {
            return Ok(round);
        }
        let mut connection = self.app.pool().acquire_repeatable().await?;
        let due = queue::due(&mut connection).await?;
        connection.keep();
        let now = self.app.clock().now();
        for due in due {
            if due.at > now {
                round.next = Some(round.next.map_or(due.at, |next| next.min(due.at)));
                continue;
            }
            let lane = self.lanes.iter().find(|(kind, _)| *kind == due.kind);
            let Some(lane) = lane.map(|(_, lane)| Arc::clone(lane)) else {
                continue;
            };
            let mut permits = Vec::new();
            while let Ok(permit) = Arc::clone(&lane).try_acquire_owned() {
                permits.push(permit);
            }
            round.begun += self.begin(due.kind, &mut permits).await?;
            // None left over: there may be more of them.
            round.full |= permits.is_empty();
        }
        Ok(round)
    }

    /// Takes as many jobs as there are permits, and begins them.
    async fn begin(
        &mut self,
        kind: JobKind,
        permits: &mut Vec<OwnedSemaphorePermit>,
    ) -> Result<usize, DatabaseError> {
        if permits.is_empty() {
            return Ok(0);
        }
        let app = &self.app;
        let mut work = app.single(app.context(Origin::internal("queue"))).await?;
        let most = i64::try_from(permits.len()).unwrap_or(i64::MAX);
        let claimed = queue::claim(&mut work, app.keyring(), kind, app.replica(), most).await?;
        work.commit().await?;
        let begun = claimed.len();
        for claimed in claimed {
            let (app, permit) = (self.app.clone(), permits.pop());
            self.running.spawn(async move {
                attempt(&app, claimed).await;
                drop(permit);
            });
        }
        Ok(begun)
    }

    /// Waits until something that is under way ends; for ever where nothing is.
    pub(super) async fn one_ends(&mut self) {
        if self.running.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits until everything that is under way has ended, and gives up what has not by then: its lease ends, and it is
    /// begun anew.
    pub async fn finish(&mut self, limit: Duration) {
        let ending = async { while self.running.join_next().await.is_some() {} };
        if tokio::time::timeout(limit, ending).await.is_err() {
            tracing::warn!(
                jobs = self.running.len(),
                "jobs of the queue were broken off; they are begun anew once their lease has ended"
            );
            self.running.shutdown().await;
        }
    }
}

/// Does a job, and settles it. Whatever cannot be written down is done again.
async fn attempt(app: &App, claimed: Claimed) {
    let lane = Lane::of(claimed.kind);
    let done = if claimed.attempt > lane.attempts {
        Done::Failed(Failure::permanent("its last attempt never came to an end"))
    } else {
        let done = tokio::time::timeout(lane.timeout, carry_out(app, &claimed)).await;
        done.unwrap_or_else(|_| {
            let reason = format!("it took longer than {} s", lane.timeout.as_secs());
            Done::Failed(Failure::temporary(reason))
        })
    };
    let outcome = match &done {
        Done::Well => "done",
        Done::Refused(_) => "refused",
        Done::Failed(_) => "failed",
    };
    counter!(ATTEMPTS, "kind" => claimed.kind.name(), "outcome" => outcome).increment(1);
    if let Err(error) = settle(app, &claimed, &done).await {
        tracing::warn!(
            job.id = claimed.id.as_str(),
            job.kind = claimed.kind.name(),
            error = %error,
            "what came of a job could not be written down; it is begun anew once its lease has ended"
        );
    }
}

/// What came of an attempt.
pub(super) enum Done {
    /// It is done.
    Well,
    /// Whoever it was meant for wants none of it, now or later.
    Refused(Failure),
    /// It is not done.
    Failed(Failure),
}

async fn carry_out(app: &App, claimed: &Claimed) -> Done {
    match &claimed.job {
        // Another version, or a replica with other keys, may be able to.
        Err(reason) => Done::Failed(Failure::temporary(reason.clone())),
        Ok(Job::Mail(mail)) => send_mail::send(app, &claimed.id, mail).await,
    }
}

/// Writes down what came of an attempt. The reason of a failure stands with the job and not in the log: another server's
/// answer may have an address in it.
async fn settle(app: &App, claimed: &Claimed, done: &Done) -> Result<(), DatabaseError> {
    let mut work = app.begin(app.context(Origin::internal("queue"))).await?;
    let (id, kind, attempt) = (claimed.id.as_str(), claimed.kind.name(), claimed.attempt);
    let (Done::Refused(failure) | Done::Failed(failure)) = done else {
        if !queue::finish(&mut work, claimed).await? {
            tracing::warn!(
                job.id = id,
                job.kind = kind,
                attempt,
                "a job was done after its lease had ended, or after another took its place: it may be done twice"
            );
        }
        return work.commit().await;
    };
    let settled = queue::fail(&mut work, claimed, failure).await?;
    if let (Done::Refused(_), Ok(Job::Mail(mail))) = (done, &claimed.job) {
        send_mail::note_refusal(&mut work, &claimed.id, mail, failure).await?;
    }
    work.commit().await?;
    match settled {
        Settled::Again(at) => tracing::warn!(
            job.id = id,
            job.kind = kind,
            attempt,
            again_at = %at,
            "a job failed and is tried again; `signet queue show` says why"
        ),
        Settled::Dead => tracing::error!(
            job.id = id,
            job.kind = kind,
            attempt,
            "a job is given up; `signet queue show` says why, `signet queue replay` tries it anew"
        ),
        Settled::Gone => {}
    }
    Ok(())
}
