//! Owns what the columns of several statements have in common: the table's name in errors, lengths of time in whole
//! seconds.

use std::time::Duration;

/// The table of clients, as errors name it.
pub(super) const APPLICATIONS: &str = "auth.oauth_applications";

/// The length of a column's seconds.
pub(super) fn length(column: Option<i32>) -> Option<Duration> {
    column
        .and_then(|seconds| u64::try_from(seconds).ok())
        .map(Duration::from_secs)
}

/// The seconds of a length.
pub(super) fn seconds(lifetime: Option<Duration>) -> Option<i32> {
    lifetime.and_then(|lifetime| i32::try_from(lifetime.as_secs()).ok())
}
