//! Owns how a command answers: for people, or as JSON with `--json`.

use std::fmt::Display;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

use serde::Serialize;

/// Whoever read standard output has read enough: `signet user list | head -1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody reads standard output any more")]
pub struct ReaderGone;

/// Writes a report to standard output.
pub fn write<T: Serialize + Display>(report: &T, json: bool) -> anyhow::Result<()> {
    let text = if json {
        serde_json::to_string_pretty(report)?
    } else {
        report.to_string()
    };
    line(&text)
}

/// Whether somebody reads standard output as it comes: only then does it have colours.
#[must_use]
pub fn is_for_eyes() -> bool {
    std::io::stdout().is_terminal()
}

/// Writes a remark to standard error, beside whatever is answered.
pub fn note(text: &str) {
    // Nobody is left to tell if this fails.
    let _ = writeln!(std::io::stderr().lock(), "signet: {text}");
}

/// Writes one line to standard output at once.
pub fn line(text: &str) -> anyhow::Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{}", text.trim_end())
        .and_then(|()| output.flush())
        .map_err(|error| match error.kind() {
            ErrorKind::BrokenPipe => ReaderGone.into(),
            _ => anyhow::Error::from(error).context("standard output"),
        })
}
