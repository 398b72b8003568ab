//! Refreshes that wait for their turn: somebody holds a lock that the one before them needs.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use signet::config::SignetConfig;
use signet::grant::groups::GroupSettings;
use sqlx::{Connection as _, PgConnection};
use tokio::task::JoinHandle;

use super::together::until_somebody_waits;
use crate::app::relying_party::claims;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::{ada, text};
use crate::fixtures::a_client;
use crate::support::database::TestDatabase;

/// One statement at a time, so that a request that waits for a lock holds up all others.
pub const ONE_AT_A_TIME: GroupSettings = GroupSettings {
    at_once: 1,
    smallest: 2,
    largest: 16,
    patience: None,
};

/// Refresh families of one person and client, and one more that somebody else has locked.
pub struct Scene {
    pub app: TestApp,
    pub door: Arc<RelyingParty>,
    pub families: Vec<Value>,
    locked: Value,
    lock: PgConnection,
}

/// Requests under way.
pub struct Queued {
    /// The one that has the turn.
    pub first: JoinHandle<Reply>,
    /// Who wait for theirs.
    pub others: Vec<JoinHandle<Reply>>,
}

/// A lock that everybody waits for who writes one of the families.
pub struct Writing(PgConnection);

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
        let locked = made.pop().expect("one more");
        let mut lock = app.database.admin().await;
        sqlx::raw_sql("begin")
            .execute(&mut lock)
            .await
            .expect("a transaction");
        sqlx::query("select from auth.oauth_grants where id = $1 for update")
            .bind(grant_id(&locked))
            .execute(&mut lock)
            .await
            .expect("a lock");
        Self {
            app,
            door,
            families: made,
            locked,
            lock,
        }
    }

    /// Presents the tokens at once while the one turn is taken; comes back once all of them wait for it.
    pub async fn queue(&self, presented: &[&Value]) -> Queued {
        let first = self.present(&self.locked);
        until_somebody_waits(&self.app).await;
        let others = presented.iter().map(|tokens| self.present(tokens)).collect();
        self.until_waiting(presented.len()).await;
        Queued { first, others }
    }

    fn present(&self, tokens: &Value) -> JoinHandle<Reply> {
        let (door, token) = (Arc::clone(&self.door), text(tokens, "refresh_token").to_owned());
        tokio::spawn(async move { door.refresh(&token, &[]).await })
    }

    /// Waits until this many requests wait for their turn.
    pub async fn until_waiting(&self, requests: usize) {
        let groups = self.app.app.grant_services().groups;
        let wait = async {
            while groups.waiting() != requests {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(25), wait)
            .await
            .expect("so many wait");
    }

    /// Lets go of the lock, so that the others have their turn.
    pub async fn release(&mut self) {
        sqlx::raw_sql("rollback")
            .execute(&mut self.lock)
            .await
            .expect("the lock is free");
    }

    /// Presents the tokens at once while the one turn is taken, and lets them go once all of them wait for it.
    pub async fn all_in_one_group(mut self, presented: &[&Value]) -> (Self, Vec<Reply>) {
        let queued = self.queue(presented).await;
        self.release().await;
        (self, queued.replies().await)
    }

    /// From here on whoever writes one of the families waits until this is released.
    pub async fn hold_writing(&self) -> Writing {
        let mut connection = self.app.database.admin().await;
        let held = format!(
            "create function public.wait() returns trigger language plpgsql as
                $$begin perform pg_advisory_xact_lock_shared(4711); return new; end$$;
             create trigger wait before update on auth.oauth_grants for each row
                when (new.id <> '{}') execute function public.wait();
             select pg_advisory_lock(4711)",
            grant_id(&self.locked),
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(held))
            .execute(&mut connection)
            .await
            .expect("a lock");
        Writing(connection)
    }
}

impl Queued {
    /// What the others are answered, after the one before them had its tokens.
    pub async fn replies(self) -> Vec<Reply> {
        let first = self.first.await.expect("an answer");
        assert_eq!(first.status, 200, "{}", first.body);
        let mut replies = Vec::new();
        for other in self.others {
            replies.push(other.await.expect("an answer"));
        }
        replies
    }
}

impl Writing {
    pub async fn release(self) {
        self.0.close().await.expect("the lock is free");
    }
}

/// Waits until a statement would write a family that may not be written.
pub async fn until_writing_waits(app: &TestApp) {
    let waiting = "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711 and not granted
        and database = (select oid from pg_database where datname = current_database())";
    while count(app, waiting).await == 0 {
        tokio::task::yield_now().await;
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
