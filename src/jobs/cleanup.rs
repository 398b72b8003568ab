//! Deletes what is over, in small batches and often, so that no table grows with use and no delete blocks a login.
//! Each room says what of its own is over; this file lists whom to ask, and how often.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::app::{self, App};
use crate::authentication::throttle;
use crate::authorization::expiry as authorization;
use crate::base::origin::Origin;
use crate::client::auth::replay;
use crate::db::{DatabaseError, UnitOfWork};
use crate::hook::Hooks;
use crate::logout::waiting as logout;
use crate::replica;
use crate::session;
use crate::signing::rotation;
use crate::tenancy::invitation;
use crate::token::{cutoff, expiry as token};

/// How long to rest when nothing was left.
const REST: Duration = Duration::from_mins(5);
/// Rows per statement.
const BATCH: i64 = 1000;
/// Ended sessions are kept this long for whoever looks into an incident.
const SESSIONS_KEPT: Duration = Duration::from_hours(30 * 24);

/// Everything that is deleted once it is over. A round asks for each once.
const JOBS: [Job; 15] = [
    Job {
        name: "authorization requests",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(authorization::expire_requests(work, rows)),
    },
    Job {
        name: "authorization codes",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(authorization::expire_codes(work, rows)),
    },
    Job {
        name: "reference tokens",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(token::expire_references(work, rows)),
    },
    Job {
        name: "revocations of access tokens",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(token::expire_revocations(work, rows)),
    },
    Job {
        name: "grants",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(token::expire_grants(work, rows)),
    },
    Job {
        name: "sessions",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(session::expire(work, SESSIONS_KEPT, rows)),
    },
    Job {
        name: "invitations",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(invitation::expire(work, rows)),
    },
    Job {
        name: "cut-offs of the membership epoch",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(cutoff::expire(work, rows)),
    },
    Job {
        name: "logout requests",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(logout::expire(work, rows)),
    },
    Job {
        name: "sampled questions of hooks",
        // It keeps a number of slots of its own.
        budget: BATCH,
        clean: |app, work, _| Box::pin(Hooks::expire(work, app::sampling(&app.config().hooks))),
    },
    Job {
        name: "reports of replicas",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(replica::expire(work, rows)),
    },
    Job {
        name: "first signatures of replicas",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(rotation::expire_first_signatures(work, rows)),
    },
    Job {
        name: "verifiers that come no more",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(rotation::expire_verifiers(work, rows)),
    },
    Job {
        name: "used client assertions",
        budget: BATCH,
        clean: |_, work, rows| Box::pin(replay::expire(work, rows)),
    },
    Job {
        name: "login attempts",
        budget: BATCH,
        clean: |app, work, rows| Box::pin(throttle::expire(work, app.throttle(), rows)),
    },
];

/// One kind of thing that is deleted once it is over.
struct Job {
    /// What it deletes.
    name: &'static str,
    /// The most rows of one statement.
    budget: i64,
    /// The one statement; says how many rows it deleted.
    clean: for<'a> fn(&'a App, &'a mut UnitOfWork, i64) -> BoxFuture<'a, Result<u64, DatabaseError>>,
}

/// Cleans up until cancelled.
pub async fn run(app: App, stop: CancellationToken) {
    let work = async {
        loop {
            match sweep(&app).await {
                // A full batch means that more is waiting.
                Ok(Swept::MoreWaits) => tokio::task::yield_now().await,
                Ok(Swept::Clean) | Err(_) => tokio::time::sleep(REST).await,
            }
        }
    };
    stop.run_until_cancelled(work).await;
}

/// What a round left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Swept {
    /// Nothing that is over.
    Clean,
    /// A job spent its whole budget: more is waiting.
    MoreWaits,
}

/// One round over every job. One that fails does not keep the others waiting.
pub async fn sweep(app: &App) -> Result<Swept, DatabaseError> {
    let mut outcome = Ok(Swept::Clean);
    let mut failed = Vec::new();
    for job in &JOBS {
        match clean(app, job).await {
            Ok(deleted) if deleted >= job.budget.unsigned_abs() => {
                outcome = outcome.and(Ok(Swept::MoreWaits));
            }
            Ok(_) => {}
            Err(error) => {
                failed.push(job.name);
                outcome = Err(error);
            }
        }
    }
    // One line, however many failed: without a database it is every one.
    if let Err(error) = &outcome {
        let jobs = failed.join(", ");
        tracing::warn!(jobs, error = %error, "cleaning up failed; it will be tried again");
    }
    outcome
}

async fn clean(app: &App, job: &Job) -> Result<u64, DatabaseError> {
    let mut work = app.single(app.context(Origin::internal("cleanup"))).await?;
    (job.clean)(app, &mut work, job.budget).await
}
