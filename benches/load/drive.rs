//! Owns the closed loop: every connection asks, waits, asks again. It knows neither what is asked nor how fast that
//! should be.

use std::time::{Duration, Instant};

use crate::figures;
use crate::http::{Http, Response};

/// Somebody who asks the same again and again over a connection of their own.
pub(crate) trait Visitor: Send + 'static {
    /// Asks once.
    fn visit(&mut self, http: &mut Http) -> impl Future<Output = Result<Visit, Failure>> + Send;
}

/// How a visit that did not fail ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    /// It was answered.
    Done,
    /// There is nothing left to ask with.
    OutOfStock,
}

/// Why a visit counts as an error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// No answer.
    #[error("no answer: {0}")]
    Transport(#[from] std::io::Error),
    /// Another answer than expected.
    #[error("{step}: {status} {body}")]
    Answer {
        /// What was asked.
        step: &'static str,
        /// The status.
        status: u16,
        /// The beginning of the body.
        body: String,
    },
}

impl Failure {
    /// An answer that is not the expected one. Answers hold no secrets of anybody: clients and people are made up.
    pub(crate) fn of(answer: &Response<'_>, step: &'static str) -> Self {
        let said = answer.header("location").unwrap_or(answer.body);
        Self::Answer {
            step,
            status: answer.status,
            body: said.chars().take(200).collect(),
        }
    }

    /// An answer whose status is not the expected one.
    pub(crate) fn unless(answer: &Response<'_>, status: u16, step: &'static str) -> Option<Self> {
        (answer.status != status).then(|| Self::of(answer, step))
    }
}

/// When to stop.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Until {
    /// After this time; what is under way is waited for and counts.
    Time(Duration),
    /// After so many visits of each.
    Visits(usize),
}

/// A visitor with a connection.
pub(crate) struct Worker<V> {
    http: Http,
    visitor: V,
}

impl<V: Visitor> Worker<V> {
    /// Gives a visitor a connection.
    pub(crate) fn new(address: std::net::SocketAddr, visitor: V) -> Self {
        Self {
            http: Http::new(address),
            visitor,
        }
    }
}

/// What a run gave.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Visits that were answered as expected.
    pub(crate) done: usize,
    /// Visits that were not.
    pub(crate) errors: usize,
    /// The first error.
    pub(crate) error: Option<String>,
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// How long each answered visit took, in microseconds, sorted.
    pub(crate) latencies: Vec<u32>,
}

impl Tally {
    /// Answered visits per second.
    pub(crate) fn rate(&self) -> f64 {
        figures::rate(self.done, self.elapsed)
    }
}

/// A worker that fails so often has nothing more to say.
const MOST_ERRORS: usize = 1000;

/// Lets all of them ask until the end.
pub(crate) async fn drive<V: Visitor>(
    mut workers: Vec<Worker<V>>,
    until: Until,
) -> anyhow::Result<(Vec<Worker<V>>, Tally)> {
    for worker in &mut workers {
        worker.http.connect().await?;
    }
    let begin = Instant::now();
    let tasks: Vec<_> = workers
        .into_iter()
        .map(|worker| tokio::spawn(work(worker, begin, until)))
        .collect();
    let mut back = Vec::with_capacity(tasks.len());
    let mut tally = Tally::default();
    for task in tasks {
        let (worker, part) = task.await?;
        back.push(worker);
        tally.done += part.done;
        tally.errors += part.errors;
        tally.error = tally.error.or(part.error);
        tally.elapsed = tally.elapsed.max(part.elapsed);
        tally.latencies.extend(part.latencies);
    }
    tally.latencies.sort_unstable();
    Ok((back, tally))
}

async fn work<V: Visitor>(mut worker: Worker<V>, begin: Instant, until: Until) -> (Worker<V>, Tally) {
    let mut tally = Tally::default();
    let mut last = Instant::now();
    let goes_on = |tally: &Tally, last: Instant| match until {
        Until::Time(time) => last.duration_since(begin) < time,
        Until::Visits(visits) => tally.done + tally.errors < visits,
    };
    while goes_on(&tally, last) && tally.errors < MOST_ERRORS {
        let outcome = worker.visitor.visit(&mut worker.http).await;
        let now = Instant::now();
        match outcome {
            Ok(Visit::Done) => {
                tally.done += 1;
                tally
                    .latencies
                    .push(u32::try_from(now.duration_since(last).as_micros()).unwrap_or(u32::MAX));
            }
            Ok(Visit::OutOfStock) => break,
            Err(failure) => {
                tally.errors += 1;
                tally.error.get_or_insert_with(|| failure.to_string());
            }
        }
        last = now;
    }
    tally.elapsed = last.duration_since(begin);
    (worker, tally)
}
