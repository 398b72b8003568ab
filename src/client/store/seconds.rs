//! Owns lengths of time in columns of whole seconds.

use std::time::Duration;

/// The length of a column's seconds.
pub(super) fn read(column: Option<i32>) -> Option<Duration> {
    column
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs)
}

/// The seconds of a length.
pub(super) fn write(lifetime: Option<Duration>) -> Option<i32> {
    lifetime.and_then(|lifetime| i32::try_from(lifetime.as_secs()).ok())
}
