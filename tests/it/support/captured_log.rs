//! What a server logs, for tests that read it.

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value;
use tracing::Dispatch;
use tracing::subscriber::{DefaultGuard, NoSubscriber};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;

/// Everything that is logged on this thread, at trace level, spans included. The server of a test runs on its thread.
#[derive(Clone, Default)]
pub struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("not poisoned").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Two subscribers that take nothing and stay. While only one is registered, tracing asks the thread that comes to a
/// place first whether anybody listens to it, and remembers the answer for all threads: a test without a log of its own
/// would silence the place for the one that reads. With more than one it asks all of them.
static OTHERS: OnceLock<[Dispatch; 2]> = OnceLock::new();

impl Captured {
    /// From now on, until the guard is dropped.
    pub fn start() -> (Self, DefaultGuard) {
        OTHERS.get_or_init(|| [(); 2].map(|()| Dispatch::new(NoSubscriber::new())));
        let captured = Self::default();
        let writer = captured.clone();
        let lines = tracing_subscriber::fmt::layer()
            .json()
            .with_span_events(FmtSpan::FULL)
            .with_writer(move || writer.clone());
        let guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines));
        (captured, guard)
    }

    /// What was logged.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("not poisoned").clone()).expect("UTF-8")
    }

    /// The lines that say why requests were refused, or served with less.
    pub fn refusals(&self) -> Vec<Value> {
        let text = self.text();
        let lines = text
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        lines.filter(|line| line["target"] == "signet::refused").collect()
    }
}
