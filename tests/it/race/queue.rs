//! Token requests that wait for their turn: somebody holds a lock that the one before them needs.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use signet::db::groups::GroupSettings;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use tokio::task::JoinHandle;

use super::codes::presented;
use super::together::until_somebody_waits;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::text;

/// One statement at a time, so that a request that waits for a lock holds up all others.
pub const ONE_AT_A_TIME: GroupSettings = GroupSettings {
    at_once: 1,
    at_most: 1,
    smallest: 2,
    largest: 16,
    patience: None,
};

/// A token request that can be sent.
#[derive(Clone)]
pub struct Request {
    door: Arc<RelyingParty>,
    fields: Vec<(&'static str, String)>,
}

/// The one turn, which a request has that a lock holds up.
pub struct Turn {
    first: Request,
    lock: PgConnection,
}

/// Requests under way.
pub struct Queued {
    /// The one that has the turn.
    pub first: JoinHandle<Reply>,
    /// Who wait for theirs.
    pub others: Vec<JoinHandle<Reply>>,
}

/// A lock that everybody waits for who writes a grant.
pub struct Writing(PgConnection);

impl Request {
    fn of(door: &Arc<RelyingParty>, fields: &[(&'static str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| (*name, (*value).to_owned()));
        Self {
            door: Arc::clone(door),
            fields: fields.collect(),
        }
    }

    /// The exchange of a code with the right verifier.
    pub fn exchange(door: &Arc<RelyingParty>, code: &str) -> Self {
        Self::of(door, &presented(&door.client, code))
    }

    /// The use of a refresh token.
    pub fn refresh(door: &Arc<RelyingParty>, tokens: &Value) -> Self {
        let token = text(tokens, "refresh_token");
        Self::of(door, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// The same with another value of a parameter.
    pub fn with(self, name: &'static str, value: &str) -> Self {
        let mut request = self.without(name);
        request.fields.push((name, value.to_owned()));
        request
    }

    /// The same without a parameter.
    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(present, _)| *present != name);
        self
    }

    /// What it is answered.
    pub async fn reply(&self) -> Reply {
        let fields: Vec<(&str, &str)> = self
            .fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        self.door.token(&fields).await
    }

    /// Sends it, and does not wait for the answer.
    pub fn sent(&self) -> JoinHandle<Reply> {
        let request = self.clone();
        tokio::spawn(async move { request.reply().await })
    }
}

impl Turn {
    /// Of a request that waits for what this statement locks.
    pub async fn of(app: &TestApp, first: Request, locks: &str) -> Self {
        let lock = held(app, locks).await;
        Self { first, lock }
    }

    /// Sends the requests at once while the one turn is taken; comes back once all of them wait for it.
    pub async fn queue(&self, app: &TestApp, requests: &[Request]) -> Queued {
        let first = self.first.sent();
        until_somebody_waits(app).await;
        let others = requests.iter().map(Request::sent).collect();
        until_waiting(app, requests.len()).await;
        Queued { first, others }
    }

    /// Lets go of the lock, so that the others have their turn.
    pub async fn release(&mut self) {
        released(&mut self.lock).await;
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
    /// From here on whoever writes another grant than this one waits until this is released.
    pub async fn hold(app: &TestApp, but: &str) -> Self {
        let mut connection = app.database.admin().await;
        let held = format!(
            "create function public.wait() returns trigger language plpgsql as
                $$begin perform pg_advisory_xact_lock_shared(4711); return new; end$$;
             create trigger wait before insert or update on auth.oauth_grants for each row
                when (new.id <> '{but}') execute function public.wait();
             select pg_advisory_lock(4711)"
        );
        run(&mut connection, &held).await;
        Self(connection)
    }

    pub async fn release(self) {
        self.0.close().await.expect("the lock is free");
    }
}

/// A transaction that holds what this statement locks.
pub async fn held(app: &TestApp, locks: &str) -> PgConnection {
    let mut connection = app.database.admin().await;
    run(&mut connection, "begin").await;
    run(&mut connection, locks).await;
    connection
}

/// Lets go of what a transaction holds.
pub async fn released(lock: &mut PgConnection) {
    run(lock, "rollback").await;
}

async fn run(connection: &mut PgConnection, statements: &str) {
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
        .execute(connection)
        .await
        .unwrap_or_else(|error| panic!("{error}: {statements}"));
}

/// From here on the database refuses to write one grant.
pub async fn refuse_to_write(app: &TestApp, grant: &str) {
    let broken = format!(
        "create function public.refuse() returns trigger language plpgsql as
            $$begin raise exception 'this row cannot be written'; end$$;
         create trigger refuse before insert or update on auth.oauth_grants for each row
            when (new.id = '{grant}') execute function public.refuse()"
    );
    run(&mut app.database.admin().await, &broken).await;
}

/// Waits until this many requests wait for their turn.
pub async fn until_waiting(app: &TestApp, requests: usize) {
    let wait = async {
        while app.app.waiting_requests() != requests {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(25), wait)
        .await
        .expect("so many wait");
}

/// Waits until a statement would write a grant that may not be written.
pub async fn until_writing_waits(app: &TestApp) {
    let waiting = "select count(*) from pg_locks where locktype = 'advisory' and objid = 4711 and not granted
        and database = (select oid from pg_database where datname = current_database())";
    while count(app, waiting).await == 0 {
        tokio::task::yield_now().await;
    }
}
