//! Requests of any kind that wait for the statement that they will share.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use serde_json::Value;
use sqlx::PgConnection;
use tokio::task::JoinHandle;

use super::queue::{held, released, until_waiting};
use super::together::until_somebody_waits;
use crate::app::{Browser, RelyingParty, Reply, TestApp};
use crate::attack::holdings::text;

/// A request that is sent once it is awaited.
pub type Asking = BoxFuture<'static, Reply>;

/// Requests under way: the first has the one turn, which a lock holds up.
pub struct Shared {
    first: JoinHandle<Reply>,
    pub others: Vec<JoinHandle<Reply>>,
    lock: PgConnection,
}

impl Shared {
    /// Sends the first one while something that it needs is locked, and the others once it waits for that; comes back once
    /// these wait for their turn.
    pub async fn queue(app: &TestApp, locks: &str, first: Asking, others: Vec<Asking>) -> Self {
        let lock = held(app, locks).await;
        let first = tokio::spawn(first);
        until_somebody_waits(app).await;
        let others: Vec<_> = others.into_iter().map(tokio::spawn).collect();
        until_waiting(app, others.len()).await;
        Self { first, others, lock }
    }

    /// Lets go of the lock, so that the others have their turn.
    pub async fn release(&mut self) {
        released(&mut self.lock).await;
    }

    /// What each is answered, the first one's answer last.
    pub async fn replies(self) -> Vec<Reply> {
        let mut replies = Vec::new();
        for request in self.others.into_iter().chain([self.first]) {
            replies.push(request.await.expect("an answer"));
        }
        replies
    }
}

/// What each is answered who waits for one statement: these, and then the one before them.
pub async fn together(app: &TestApp, locks: &str, first: Asking, others: Vec<Asking>) -> Vec<Reply> {
    let mut shared = Shared::queue(app, locks, first, others).await;
    shared.release().await;
    shared.replies().await
}

/// The question who the person of an access token is.
pub fn userinfo(door: &Arc<RelyingParty>, tokens: &Value) -> Asking {
    let (door, token) = (Arc::clone(door), text(tokens, "access_token").to_owned());
    Box::pin(async move { door.userinfo(&token).await })
}

/// The question whether an access token lives.
pub fn introspection(door: &Arc<RelyingParty>, tokens: &Value) -> Asking {
    let (door, token) = (Arc::clone(door), text(tokens, "access_token").to_owned());
    Box::pin(async move { door.post("/oauth2/introspect", &[("token", &token)]).await })
}

/// An authorization request of a browser, with this nonce.
pub fn authorization(door: &Arc<RelyingParty>, browser: &Arc<Browser>, nonce: &str) -> Asking {
    let (browser, url) = (Arc::clone(browser), door.authorization_url(&[("nonce", nonce)]));
    Box::pin(async move { browser.get(&url).await })
}
