//! A verifier that caches the key set, as those of other products do.

use std::time::Duration;

use serde_json::Value;
use signet::base::clock::{Clock as _, Timestamp};

use crate::app::relying_party::header;
use crate::app::{Browser, TestApp};

/// When it fetches the set.
#[derive(Debug, Clone, Copy)]
pub enum Fetches {
    /// Once what it holds is so old, and only then: a token with an unknown key is refused.
    After(Duration),
    /// Only when a token names a key that it does not know.
    OnUnknownKey,
}

/// A verifier.
pub struct Verifier {
    name: &'static str,
    fetches: Fetches,
    held: Vec<String>,
    fetched_at: Option<Timestamp>,
    connection: Browser,
}

impl Verifier {
    pub fn new(app: &TestApp, name: &'static str, fetches: Fetches) -> Self {
        Self {
            name,
            fetches,
            held: Vec::new(),
            fetched_at: None,
            connection: app.browser(),
        }
    }

    /// Whether it accepts the key of a token, by what it holds or fetches now.
    pub async fn accepts(&mut self, app: &TestApp, token: &str) -> bool {
        let kid = header(token)["kid"].as_str().expect("a name").to_owned();
        let now = app.clock.now();
        let stale = self.fetched_at.is_none_or(|fetched_at| match self.fetches {
            Fetches::After(length) => now - fetched_at >= chrono::TimeDelta::from_std(length).expect("short"),
            Fetches::OnUnknownKey => !self.held.contains(&kid),
        });
        if stale {
            self.fetch(app).await;
        }
        self.held.contains(&kid)
    }

    /// Fetches the set.
    pub async fn fetch(&mut self, app: &TestApp) {
        // Whoever fetches for an unknown key only has no need to name itself: no rotation is to wait for it.
        let url = match self.fetches {
            Fetches::After(_) => format!("/.well-known/jwks.json?verifier={}", self.name),
            Fetches::OnUnknownKey => "/.well-known/jwks.json".to_owned(),
        };
        let set: Value = self.connection.get(&url).await.json();
        let keys = set["keys"].as_array().expect("keys");
        self.held = keys
            .iter()
            .map(|key| key["kid"].as_str().expect("a name").to_owned())
            .collect();
        self.fetched_at = Some(app.clock.now());
    }
}
