//! Owns what is recorded of what operators do with the queue.

use serde_json::json;

use super::entry::{Entry, Event};
use crate::base::id::JobId;

/// An operator settled what was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueueEvent {
    /// It is tried anew: one job, or all of a kind.
    Replayed {
        kind: &'static str,
        job: Option<JobId>,
        jobs: u64,
    },
    /// It is never done.
    Dropped { kind: &'static str, job: JobId },
}

impl Event for QueueEvent {
    fn entry(&self) -> Entry<'_> {
        match self {
            Self::Replayed { kind, job, jobs } => Entry::new(
                "QUEUE_REPLAYED",
                json!({ "job_kind": kind, "job_id": job, "jobs": jobs }),
            ),
            Self::Dropped { kind, job } => {
                Entry::new("QUEUE_DROPPED", json!({ "job_kind": kind, "job_id": job }))
            }
        }
    }
}
