//! Owns where a piece of work comes from: what an event records beside what happened.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Request id, client address and user agent of whoever asks.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The id that the request's log line and an error page show.
    pub request_id: String,
    /// The client's address as the trusted hops tell it; none for the command line.
    pub address: Option<IpAddr>,
    /// At most 512 characters of the user agent.
    pub user_agent: Option<String>,
    abandoned: Arc<AtomicBool>,
}

impl Origin {
    /// An origin for work that no request asked for: the command line, a job.
    #[must_use]
    pub fn internal(name: &str) -> Self {
        Self {
            request_id: name.to_owned(),
            ..Self::default()
        }
    }

    /// An origin of a request.
    #[must_use]
    pub fn of_request(request_id: String, address: Option<IpAddr>, user_agent: Option<String>) -> Self {
        Self {
            request_id,
            address,
            user_agent,
            abandoned: Arc::default(),
        }
    }

    /// Notes that a transaction was dropped without commit or rollback by name.
    pub fn mark_abandoned(&self) {
        self.abandoned.store(true, Ordering::Relaxed);
    }

    /// Whether such a transaction was seen: an error if the request answered success.
    #[must_use]
    pub fn has_abandoned_work(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
    }
}
