//! Refresh families whose refreshes wait for their turn.

use std::sync::Arc;

use serde_json::Value;
use signet::config::SignetConfig;
use signet::db::groups::GroupSettings;

use super::queue::{ONE_AT_A_TIME, Queued, Request, Turn, Writing, until_waiting};
use crate::app::relying_party::claims;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::{ada, text};
use crate::fixtures::a_client;
use crate::support::database::TestDatabase;

/// Refresh families of one person and client, and one more that somebody else has locked.
pub struct Scene {
    pub app: TestApp,
    pub door: Arc<RelyingParty>,
    pub families: Vec<Value>,
    /// The grant of the locked one.
    locked: String,
    turn: Turn,
}

impl Scene {
    pub async fn new(families: usize) -> Self {
        Self::with(ONE_AT_A_TIME, families).await
    }

    /// With groups as the test wants them.
    pub async fn with(groups: GroupSettings, families: usize) -> Self {
        Self::of(TestApp::with_groups(groups).await, families).await
    }

    /// On a database that exists, with changes to the configuration.
    pub async fn on(database: TestDatabase, families: usize, change: impl FnOnce(&mut SignetConfig)) -> Self {
        let app = TestApp::on_with_groups(database, ONE_AT_A_TIME, change).await;
        Self::of(app, families).await
    }

    async fn of(app: TestApp, families: usize) -> Self {
        let client = a_client("web").create(&app).await;
        let door = Arc::new(app.relying_party(&client));
        let person = ada(&app).await;
        let mut made = Vec::new();
        for _ in 0..=families {
            made.push(door.tokens(&app, &person, &[]).await);
        }
        let first = made.pop().expect("one more");
        let locked = grant_id(&first);
        let locks = format!("select from auth.oauth_grants where id = '{locked}' for update");
        let turn = Turn::of(&app, Request::refresh(&door, &first), &locks).await;
        Self {
            app,
            door,
            families: made,
            locked,
            turn,
        }
    }

    /// Presents the tokens at once while the one turn is taken; comes back once all of them wait for it.
    pub async fn queue(&self, presented: &[&Value]) -> Queued {
        let requests: Vec<Request> = presented
            .iter()
            .map(|tokens| Request::refresh(&self.door, tokens))
            .collect();
        self.turn.queue(&self.app, &requests).await
    }

    /// Waits until this many requests wait for their turn.
    pub async fn until_waiting(&self, requests: usize) {
        until_waiting(&self.app, requests).await;
    }

    /// Lets go of the lock, so that the others have their turn.
    pub async fn release(&mut self) {
        self.turn.release().await;
    }

    /// Presents the tokens at once while the one turn is taken, and lets them go once all of them wait for it.
    pub async fn all_in_one_group(mut self, presented: &[&Value]) -> (Self, Vec<Reply>) {
        let queued = self.queue(presented).await;
        self.release().await;
        (self, queued.replies().await)
    }

    /// From here on whoever writes one of the families waits until this is released.
    pub async fn hold_writing(&self) -> Writing {
        Writing::hold(&self.app, &self.locked).await
    }
}

pub fn grant_id(tokens: &Value) -> String {
    let claims = claims(text(tokens, "access_token"));
    claims["grant_id"].as_str().expect("a grant").to_owned()
}

/// Families that were rotated, and how often all together.
pub async fn rotations(app: &TestApp) -> (i64, i64) {
    let families = count(app, "select count(*) from auth.oauth_grants where generation > 0").await;
    let rotations = count(app, "select sum(generation) from auth.oauth_grants").await;
    (families, rotations)
}
