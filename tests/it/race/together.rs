//! Several replicas of one server, and many requests that start together.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence::count;
use crate::fixtures::client::TestClient;

/// A server with two further replicas.
pub struct Replicas {
    pub first: TestApp,
    others: [TestApp; 2],
}

impl Replicas {
    pub async fn new() -> Self {
        let first = TestApp::new().await;
        let others = [first.replica().await, first.replica().await];
        Self { first, others }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &TestApp> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The client at each replica.
    pub fn doors(&self, client: &TestClient) -> Vec<Arc<RelyingParty>> {
        [&self.first, &self.others[0], &self.others[1]]
            .into_iter()
            .map(|app| Arc::new(app.relying_party_here(client)))
            .collect()
    }
}

/// Sends the same token request many times at once, round the replicas.
pub async fn all_at_once(
    doors: &[Arc<RelyingParty>],
    times: usize,
    fields: &[(&'static str, &str)],
) -> Vec<Reply> {
    let start = Arc::new(Barrier::new(times));
    let mut racers = JoinSet::new();
    for number in 0..times {
        let (door, start) = (Arc::clone(&doors[number % doors.len()]), Arc::clone(&start));
        let fields: Vec<(&'static str, String)> = fields
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        racers.spawn(async move {
            start.wait().await;
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            door.token(&fields).await
        });
    }
    racers.join_all().await
}

/// Waits until a statement waits for a lock.
pub async fn until_somebody_waits(app: &TestApp) {
    until_many_wait(app, 1).await;
}

/// Waits until this many statements wait for locks.
pub async fn until_many_wait(app: &TestApp, statements: i64) {
    let waiting = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'";
    while count(app, waiting).await < statements {
        tokio::task::yield_now().await;
    }
}
