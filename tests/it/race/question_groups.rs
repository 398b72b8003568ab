//! Questions about access tokens that come at once are one statement, and nobody can tell.

use std::sync::Arc;

use serde_json::{Value, json};

use super::families::grant_id;
use super::queue::ONE_AT_A_TIME;
use super::shared::{Asking, Shared, introspection, together, userinfo};
use crate::app::relying_party::claims;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::holdings::{sql, text};
use crate::fixtures::{a_client, a_person};

/// Whoever asks about a token needs it.
const LOCKS: &str = "lock table auth.revoked_tokens in access exclusive mode";

/// People, each with a token of one client's; asked about one statement at a time.
struct Scene {
    app: TestApp,
    door: Arc<RelyingParty>,
    tokens: Vec<Value>,
}

impl Scene {
    async fn new(people: usize) -> Self {
        let app = TestApp::with_groups(ONE_AT_A_TIME).await;
        let client = a_client("web").create(&app).await;
        let door = Arc::new(app.relying_party(&client));
        let mut tokens = Vec::new();
        for number in 0..people {
            let person = a_person(&format!("person-{number}")).create(&app).await;
            tokens.push(door.tokens(&app, &person, &[]).await);
        }
        Self { app, door, tokens }
    }

    /// Asks about the first token, and while that question is under way about all of them.
    async fn ask(&self, ask: fn(&Arc<RelyingParty>, &Value) -> Asking) -> Vec<Reply> {
        let first = ask(&self.door, &self.tokens[0]);
        let others = self.tokens.iter().map(|tokens| ask(&self.door, tokens)).collect();
        together(&self.app, LOCKS, first, others).await
    }

    /// Ends a token, the grant of another, the session of a third, and lets a fourth one's person be banned.
    async fn end_four(&self) {
        let [revoked, ended, signed_out, banned] = [0, 1, 2, 3].map(|at| &self.tokens[at]);
        for (tokens, kind) in [(revoked, "access_token"), (ended, "refresh_token")] {
            self.door
                .post("/oauth2/revoke", &[("token", text(tokens, kind))])
                .await;
        }
        let mut admin = self.app.database.admin().await;
        for (statement, tokens) in [
            (
                "update auth.sessions set revoked_at = now(), revoked_reason = 'logout' where id = $1",
                signed_out,
            ),
            (
                "update auth.users set status = 'banned' where id = (select user_id from auth.sessions where id = $1)",
                banned,
            ),
        ] {
            let session = claims(text(tokens, "access_token"));
            sqlx::query(statement)
                .bind(session["sid"].as_str())
                .execute(&mut admin)
                .await
                .expect("it ends");
        }
    }
}

/// Sixteen questions that wait are one statement: each person hears of themselves, of the dead nobody hears.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_are_told_who_they_are_as_each_of_them_alone() {
    let scene = Scene::new(16).await;
    scene.end_four().await;
    let replies = scene.ask(userinfo).await;
    for (at, (reply, tokens)) in replies.iter().zip(&scene.tokens).enumerate() {
        if at < 4 {
            assert_eq!(reply.status, 401, "{at}: {}", reply.body);
            assert!(
                reply
                    .header("www-authenticate")
                    .contains("error=\"invalid_token\"")
            );
        } else {
            assert_eq!(reply.status, 200, "{at}: {}", reply.body);
            let said = claims(text(tokens, "access_token"));
            assert_eq!(reply.json()["sub"], said["sub"]);
        }
        let alone = scene.door.userinfo(text(tokens, "access_token")).await;
        assert_eq!((reply.status, &reply.body), (alone.status, &alone.body));
    }
}

/// The same of introspection, which says nothing of the dead but that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_tokens_are_introspected_as_each_of_them_alone() {
    let scene = Scene::new(16).await;
    scene.end_four().await;
    let replies = scene.ask(introspection).await;
    for (at, (reply, tokens)) in replies.iter().zip(&scene.tokens).enumerate() {
        let told = reply.json();
        if at < 4 {
            assert_eq!(told, json!({"active": false}), "{at}");
        } else {
            assert_eq!(told["active"], true, "{at}: {told}");
            assert_eq!(told["grant_id"], grant_id(tokens), "each has its own");
        }
        assert_eq!(told, scene.door.introspect(text(tokens, "access_token")).await);
    }
}

/// A token that several ask about is answered to all of them: reading it takes nothing from anybody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_many_ask_about_is_answered_to_each() {
    let mut scene = Scene::new(1).await;
    scene.tokens = vec![scene.tokens[0].clone(); 5];
    for ask in [userinfo, introspection] {
        for reply in scene.ask(ask).await {
            assert_eq!(reply.status, 200, "{}", reply.body);
        }
    }
}

/// A row that the database fails at is its own question's failure: the others are asked once more, each alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_breaks_the_statement_harms_nobody_elses_question() {
    let scene = Scene::new(3).await;
    sql(
        &scene.app,
        "create or replace function auth.epoch_is_current(mv text, user_id text, organization_id text) returns boolean
         language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
         begin
             if exists (select from auth.users u where u.id = user_id and u.user_name = 'person-1') then
                 raise exception 'this row cannot be read';
             end if;
             return true;
         end $$;
         update auth.users set epoch = epoch + 1",
    )
    .await;
    for ask in [userinfo, introspection] {
        let replies = scene.ask(ask).await;
        let statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
        assert_eq!(statuses, [200, 500, 200, 200], "{}", replies[1].body);
    }
}

/// Whoever goes away while it waits gives its place up; the others hear what they asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_while_it_waits_takes_nobody_along() {
    let scene = Scene::new(3).await;
    let ask = |at: usize| userinfo(&scene.door, &scene.tokens[at]);
    let mut shared = Shared::queue(&scene.app, LOCKS, ask(0), vec![ask(0), ask(1), ask(2)]).await;
    shared.others.remove(1).abort();
    super::queue::until_waiting(&scene.app, 2).await;
    shared.release().await;
    for reply in shared.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
}
