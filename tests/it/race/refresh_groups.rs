//! Refreshes that come at once become one statement, and nobody can tell.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use signet::grant::refresh_groups::GroupSettings;
use sqlx::PgConnection;

use super::together::until_somebody_waits;
use crate::app::relying_party::claims;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{ada, assert_dead, assert_live, refreshed, text, wait};
use crate::fixtures::a_client;

/// One statement at a time, so that a request that waits for a lock holds up all others.
const ONE_AT_A_TIME: GroupSettings = GroupSettings {
    at_once: 1,
    smallest: 2,
    largest: 16,
};

/// Refresh families of one person and client, and one more that somebody else has locked.
struct Scene {
    app: TestApp,
    door: Arc<RelyingParty>,
    families: Vec<Value>,
    locked: Value,
    lock: PgConnection,
}

impl Scene {
    async fn new(families: usize) -> Self {
        let app = TestApp::with_groups(ONE_AT_A_TIME).await;
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

    /// Presents the tokens at once while the one turn is taken, and lets them go once all of them wait for it.
    async fn all_in_one_group(mut self, presented: &[&Value]) -> (Self, Vec<Reply>) {
        let refresh = |tokens: &Value| {
            let (door, token) = (Arc::clone(&self.door), text(tokens, "refresh_token").to_owned());
            async move { door.refresh(&token, &[]).await }
        };
        let first = tokio::spawn(refresh(&self.locked));
        until_somebody_waits(&self.app).await;
        let others: Vec<_> = presented
            .iter()
            .map(|tokens| tokio::spawn(refresh(tokens)))
            .collect();
        let groups = self.app.app.grant_services().refresh_groups;
        let all_wait = async {
            while groups.waiting() < presented.len() {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(25), all_wait)
            .await
            .expect("all of them wait");
        sqlx::raw_sql("rollback")
            .execute(&mut self.lock)
            .await
            .expect("the lock is free");
        assert_eq!(first.await.expect("an answer").status, 200);
        let mut replies = Vec::new();
        for other in others {
            replies.push(other.await.expect("an answer"));
        }
        (self, replies)
    }
}

fn grant_id(tokens: &Value) -> String {
    let claims = claims(text(tokens, "access_token"));
    claims["grant_id"].as_str().expect("a grant").to_owned()
}

/// How many transactions wrote families last.
const TRANSACTIONS: &str = "select count(distinct xmin::text) from auth.oauth_grants";

/// Whoever asks beside one whose grant has ended, one whose token was used long before and one whose reply was lost is
/// answered as if they had asked alone, and so are these.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_are_answered_as_each_of_them_alone() {
    let scene = Scene::new(16).await;
    let (app, door) = (&scene.app, &scene.door);
    let families = scene.families.clone();
    let (dead, reused, lost) = (&families[0], &families[1], &families[2]);
    door.post("/oauth2/revoke", &[("token", text(dead, "refresh_token"))])
        .await;
    let copied = refreshed(door, reused).await;
    wait(app, 31);
    let successor = refreshed(door, lost).await;
    let (scene, replies) = scene.all_in_one_group(&families.iter().collect::<Vec<_>>()).await;
    let (app, door) = (&scene.app, &scene.door);

    replies[0].assert_error(400, "invalid_grant");
    replies[1].assert_error(400, "invalid_grant");
    assert_dead(door, &copied).await;
    assert_eq!(events(app, "REFRESH_REUSED").await, 1);
    assert_eq!(replies[2].status, 200, "{}", replies[2].body);
    let again = replies[2].json();
    assert_eq!(text(&again, "refresh_token"), text(&successor, "refresh_token"));
    assert_eq!(events(app, "REFRESH_REPLAYED").await, 1);
    for (family, reply) in families.iter().zip(&replies).skip(3) {
        assert_eq!(reply.status, 200, "{}", reply.body);
        let next = reply.json();
        assert_eq!(grant_id(family), grant_id(&next), "each has its own");
        assert_live(door, &next).await;
        refreshed(door, &next).await;
    }
}

/// What waits is one statement.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_is_rotated_in_one_transaction() {
    let scene = Scene::new(16).await;
    let families = scene.families.clone();
    let (scene, replies) = scene.all_in_one_group(&families.iter().collect::<Vec<_>>()).await;
    for reply in &replies {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    // The first one's own, and the group's.
    assert_eq!(count(&scene.app, TRANSACTIONS).await, 2);
}

/// RC-02: a family is in a group once; who presents the same token at the same time is given the same successor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_02_one_token_twice_in_the_queue_has_one_successor() {
    let scene = Scene::new(2).await;
    let families = scene.families.clone();
    let presented = [&families[0], &families[1], &families[0], &families[0]];
    let (scene, replies) = scene.all_in_one_group(&presented).await;
    let tokens: Vec<Value> = replies.iter().map(Reply::json).collect();
    for other in [2, 3] {
        assert_eq!(
            text(&tokens[0], "refresh_token"),
            text(&tokens[other], "refresh_token")
        );
    }
    assert_eq!(events(&scene.app, "REFRESH_REPLAYED").await, 2);
    assert_eq!(events(&scene.app, "REFRESH_REUSED").await, 0);
    refreshed(&scene.door, &tokens[1]).await;
}

/// A statement that fails for one row is repeated for each alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_breaks_the_statement_harms_nobody_elses_refresh() {
    let scene = Scene::new(3).await;
    let families = scene.families.clone();
    let broken = format!(
        "create function public.refuse() returns trigger language plpgsql as
            $$begin raise exception 'this row cannot be written'; end$$;
         create trigger refuse before update on auth.oauth_grants for each row
            when (new.id = '{}') execute function public.refuse()",
        grant_id(&families[0]),
    );
    let mut connection = scene.app.database.admin().await;
    sqlx::raw_sql(sqlx::AssertSqlSafe(broken))
        .execute(&mut connection)
        .await
        .unwrap();
    let (scene, replies) = scene.all_in_one_group(&families.iter().collect::<Vec<_>>()).await;
    replies[0].assert_error(500, "server_error");
    for reply in &replies[1..] {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    refreshed(&scene.door, &replies[1].json()).await;
}
