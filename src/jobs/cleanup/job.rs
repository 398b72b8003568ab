//! Owns what one kind of clean-up is, and where it stands.

use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;

use super::pace::Pace;
use crate::app::App;
use crate::base::origin::Origin;
use crate::db::walk::{Span, Walked};
use crate::db::{DatabaseError, UnitOfWork};

/// How long a job rests at least when nothing was left.
const REST: Duration = Duration::from_mins(1);
/// And at most.
const LONGEST_REST: Duration = Duration::from_hours(1);
/// A job that looked through a large table rests so many times as long as that took.
const RESTS_FOR: u32 = 20;

/// One kind of thing that is deleted once it is over.
pub(super) struct Job {
    /// What it deletes.
    pub(super) name: &'static str,
    /// How.
    pub(super) clean: Clean,
}

/// One statement of a job, with the most rows that it may delete.
pub(super) enum Clean {
    /// An index leads to what is over: it says how many rows it deleted.
    Batch(for<'a> fn(&'a App, &'a mut UnitOfWork, i64) -> BoxFuture<'a, Result<u64, DatabaseError>>),
    /// None does: the table is gone through a stretch at a time.
    Walk(for<'a> fn(&'a mut UnitOfWork, Span, i64) -> BoxFuture<'a, Result<Walked, DatabaseError>>),
}

/// Where a job stands.
pub(super) struct Progress {
    job: &'static Job,
    pace: Pace,
    span: Span,
    /// When it is to go on.
    next: Instant,
    /// When it began to go through what is over.
    began: Option<Instant>,
    /// Since when it has not come to its end: something was left each time.
    behind: Option<Instant>,
}

/// What a statement came to.
pub(super) struct Done {
    /// Rows that it deleted.
    pub(super) deleted: u64,
    /// How long to wait before the next statement of any job.
    pub(super) pause: Duration,
}

impl Progress {
    pub(super) const fn new(job: &'static Job, now: Instant) -> Self {
        Self {
            job,
            pace: Pace::new(),
            span: Span::first(),
            next: now,
            began: None,
            behind: None,
        }
    }

    pub(super) const fn name(&self) -> &'static str {
        self.job.name
    }

    pub(super) const fn next(&self) -> Instant {
        self.next
    }

    /// How long it has had more to delete than it could.
    pub(super) fn behind_for(&self, now: Instant) -> Duration {
        self.behind
            .map_or(Duration::ZERO, |since| now.duration_since(since))
    }

    /// One statement.
    pub(super) async fn go_on(&mut self, app: &App) -> Result<Done, DatabaseError> {
        let began = Instant::now();
        let walked = self.clean(app).await;
        let now = Instant::now();
        let (deleted, full, further) = match walked {
            Ok(walked) => walked,
            Err(error) => {
                self.behind.get_or_insert(began);
                self.next = now + REST;
                return Err(error);
            }
        };
        let pause = self.pace.after(now.duration_since(began), full);
        let pass = *self.began.get_or_insert(began);
        if full {
            self.behind.get_or_insert(began);
        } else if let Some(further) = further {
            self.span = further;
        } else {
            let took = now.duration_since(pass).saturating_mul(RESTS_FOR);
            self.next = now + took.clamp(REST, LONGEST_REST);
            (self.span, self.began, self.behind) = (Span::first(), None, None);
        }
        Ok(Done { deleted, pause })
    }

    /// Rows that were deleted; whether they were as many as may be; and where to go on, if the table does not end here.
    async fn clean(&self, app: &App) -> Result<(u64, bool, Option<Span>), DatabaseError> {
        let rows = self.pace.rows();
        let mut work = app.single(app.context(Origin::internal("cleanup"))).await?;
        let (deleted, further) = match &self.job.clean {
            Clean::Batch(clean) => (clean(app, &mut work, rows).await?, None),
            Clean::Walk(clean) => {
                let walked = clean(&mut work, self.span, rows).await?;
                (walked.deleted, self.span.next(walked.pages))
            }
        };
        work.commit().await?;
        Ok((deleted, deleted >= rows.unsigned_abs(), further))
    }
}
