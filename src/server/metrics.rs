//! Owns the numbers: the recorder behind the `metrics` macros, and their text for the internal listener's `/metrics`.

use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

/// Upper bounds of durations, in seconds: a JWKS answer takes a hundredth of the smallest, argon2 the middle ones.
const DURATION_BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// The process's recorder.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder; once in a process.
    pub fn install() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &DURATION_BUCKETS)?
            .install_recorder()?;
        Ok(Self(handle))
    }

    /// The numbers in Prometheus' text format.
    #[must_use]
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Folds samples into their buckets from time to time, so that they do not pile up while nobody asks.
    pub async fn keep_up(self, stop: CancellationToken) {
        let work = async {
            loop {
                tokio::time::sleep(UPKEEP_INTERVAL).await;
                self.0.run_upkeep();
            }
        };
        stop.run_until_cancelled(work).await;
    }
}
