//! Owns the floor of documents: a bare server in a process of its own, driven by the same generator.

use std::time::Duration;

use crate::children;
use crate::drive::{Failure, Until, Visit, Visitor, Worker, drive};
use crate::http::{Http, Site};
use crate::options;

/// Answers per second.
pub(super) async fn rate(connections: u32, time: Duration) -> anyhow::Result<f64> {
    let mut server = children::myself(&[&"empty-answers"])?;
    let site = Site::at(options::address(&server.line()?)?);
    let request = site.get("/", &[]);
    let workers = (0..connections)
        .map(|_| {
            Worker::new(
                site.address,
                Caller {
                    request: request.clone(),
                },
            )
        })
        .collect();
    let (workers, _) = drive(workers, Until::Visits(50)).await?;
    let (_, tally) = drive(workers, Until::Time(time)).await?;
    anyhow::ensure!(tally.errors == 0, "the empty answer failed: {:?}", tally.error);
    Ok(tally.rate())
}

struct Caller {
    request: Vec<u8>,
}

impl Visitor for Caller {
    async fn visit(&mut self, http: &mut Http) -> Result<Visit, Failure> {
        let answer = http.send(&self.request).await?;
        Failure::unless(&answer, 200, "empty answer").map_or(Ok(Visit::Done), Err)
    }
}
