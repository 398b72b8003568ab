//! Owns when this process looks into the queue: at once after a commit of its own that left something there, when the
//! next job is due, and otherwise the more seldom the longer there was nothing.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::measure;
use super::worker::{Round, Worker};
use crate::app::App;

/// How soon it is looked again after there was something.
const SHORTEST_REST: Duration = Duration::from_millis(250);
/// How late what another replica has added is seen.
const LONGEST_REST: Duration = Duration::from_secs(5);
/// How long a stop waits for what is under way.
const DRAIN: Duration = Duration::from_secs(10);
/// How often metrics say how much waits.
const MEASURED_EVERY: Duration = Duration::from_secs(15);

/// Does what waits in the queue until cancelled; then what is under way comes to its end.
pub async fn run(app: App, stop: CancellationToken) {
    let mut worker = Worker::new(app.clone());
    let (mut rest, mut failed) = (SHORTEST_REST, false);
    let mut measured: Option<Instant> = None;
    loop {
        let mut round = worker.round().await;
        if round.is_ok() && measured.is_none_or(|at| at.elapsed() >= MEASURED_EVERY) {
            measured = Some(Instant::now());
            round = measure::tell(&app).await.and(round);
        }
        let waits_for_one = match &round {
            Ok(round) => {
                failed = false;
                rest = if round.begun > 0 {
                    SHORTEST_REST
                } else {
                    (rest * 2).min(LONGEST_REST)
                };
                round.full
            }
            Err(error) => {
                if !std::mem::replace(&mut failed, true) {
                    tracing::warn!(error = %error, "the queue could not be looked into; it will be tried again");
                }
                rest = LONGEST_REST;
                false
            }
        };
        let pause = round.as_ref().map_or(rest, |round| until_next(&app, round, rest));
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.work_added() => {}
            () = worker.one_ends(), if waits_for_one => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    worker.finish(DRAIN).await;
}

/// Until the next job is due, but no longer than until it is to be looked what others have added.
fn until_next(app: &App, round: &Round, rest: Duration) -> Duration {
    let until = round
        .next
        .map(|next| (next - app.clock().now()).to_std().unwrap_or_default());
    until.map_or(rest, |until| until.clamp(SHORTEST_REST, rest.max(SHORTEST_REST)))
}
