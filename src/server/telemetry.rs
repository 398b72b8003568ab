//! Owns where log lines go and what a panic leaves: one line with its place, inside the span of the request, without
//! the panic's text, which may quote what it was working on.

use std::backtrace::{Backtrace, BacktraceStatus};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Why logging cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not one of `tracing`'s.
    #[error("the log filter is malformed")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody logs already.
    #[error("logging was begun before")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Begins logging to standard error.
pub fn start(format: LogFormat, filter: &str) -> Result<(), TelemetryError> {
    let filter = EnvFilter::builder().parse(filter)?;
    let registry = tracing_subscriber::registry().with(filter);
    match format {
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_span_list(false)
                .with_writer(std::io::stderr);
            registry.with(lines).try_init()?;
        }
        LogFormat::Text => {
            let lines = tracing_subscriber::fmt::layer()
                .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
                .with_writer(std::io::stderr);
            registry.with(lines).try_init()?;
        }
    }
    log_panics();
    Ok(())
}

/// Makes each panic one log line; with the way to its place, where `RUST_BACKTRACE` asks for that.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(place, backtrace, "a panic");
    }));
}
