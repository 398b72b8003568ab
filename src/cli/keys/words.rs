//! Owns how steps and lengths of time are told to people.

use std::time::Duration;

use crate::base::clock::Timestamp;
use crate::signing::rotation::{Step, StepKind, first_names};

/// A point in time.
pub(super) fn moment(at: Timestamp) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// What a step is.
pub(super) const fn action(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Publish => "publish",
        StepKind::Replace => "replace",
        StepKind::Activate => "activate",
        StepKind::Retire => "retire",
    }
}

/// What a step waits for.
pub(super) fn progress(step: &Step, now: Timestamp) -> String {
    let alg = step.algorithm.name();
    if now < step.earliest {
        return format!(
            "{alg}: the next key signs at {} ({})",
            moment(step.earliest),
            step.reason
        );
    }
    if !step.unpublished_by.is_empty() {
        return format!(
            "{alg}: waits for the replicas {}, which do not publish the next key; `signet keys status` says why",
            first_names(&step.unpublished_by)
        );
    }
    if step.blocked_by.is_empty() {
        return format!("{alg}: the next key signs now");
    }
    format!(
        "{alg}: waits for {}, which have not fetched the next key; --accept-breaking NAME goes on without one",
        first_names(&step.blocked_by)
    )
}

/// A length of time.
pub(super) fn length(length: Duration) -> String {
    let seconds = length.as_secs();
    for (unit, of) in [("d", 86_400), ("h", 3600), ("min", 60)] {
        if seconds >= 2 * of {
            return format!("{} {unit}", seconds / of);
        }
    }
    format!("{seconds} s")
}
