//! DB-04, DB-05: the connection of a group is lost under questions about tokens and under codes to issue.

use std::sync::Arc;

use serde_json::Value;
use sqlx::{Connection as _, PgConnection};

use super::scene::within;
use crate::app::{Browser, RelyingParty, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::sql;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};
use crate::race::queue::{ONE_AT_A_TIME, until_writing_waits};
use crate::race::shared::{Shared, authorization, introspection};
use crate::support::database::TestDatabase;
use crate::support::proxy::Proxy;

/// What a question about a token needs, and what a code refers to.
const TOKENS: &str = "lock table auth.revoked_tokens in access exclusive mode";
const CODES: &str = "lock table auth.oauth_authorization_codes in share mode";

/// A person behind a proxy, with bounds like an operator's.
struct Scene {
    app: TestApp,
    door: Arc<RelyingParty>,
    browser: Arc<Browser>,
    proxy: Proxy,
    tokens: Value,
}

impl Scene {
    async fn new() -> Self {
        let database = TestDatabase::new().await;
        let proxy = Proxy::to(&database.url).await;
        let app = TestApp::on_with_groups(proxy.before(&database), ONE_AT_A_TIME, |config| {
            config.database.acquire_timeout_ms = 2_000;
            config.database.statement_timeout_ms = 2_000;
        })
        .await;
        let door = Arc::new(app.relying_party(&a_client("web").create(&app).await));
        let browser = Arc::new(app.browser());
        let person = a_person("ada").create(&app).await;
        let tokens = Self::tokens(&door, &browser, &person).await;
        Self {
            app,
            door,
            browser,
            proxy,
            tokens,
        }
    }

    async fn tokens(door: &RelyingParty, browser: &Browser, person: &TestPerson) -> Value {
        let reply = door.authorize(browser, person, &[]).await;
        let code = reply.parameter("code").expect("a code");
        door.exchange(&code).await.json()
    }

    /// From here on whoever does this waits until the connection ends.
    async fn hold(&self, waiting: &'static str) -> PgConnection {
        sql(&self.app, waiting).await;
        let mut connection = self.app.database.admin().await;
        sqlx::query("select pg_advisory_lock(4711)")
            .execute(&mut connection)
            .await
            .expect("the lock");
        connection
    }
}

/// DB-05: a group of questions whose connection is lost is asked once more, and each is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_05_a_group_of_questions_whose_answer_is_lost_is_asked_once_more() {
    for fail in [Proxy::freeze, Proxy::cut] {
        let scene = Scene::new().await;
        let bob = a_person("bob").create(&scene.app).await;
        let tokens = Scene::tokens(&scene.door, &scene.app.browser(), &bob).await;
        let held = scene
            .hold(
                "create or replace function auth.epoch_is_current(mv text, user_id text, organization_id text) returns boolean
                 language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
                 begin
                     if exists (select from auth.users u where u.id = user_id and u.user_name = 'bob') then
                         perform pg_advisory_xact_lock_shared(4711);
                     end if;
                     return true;
                 end $$",
            )
            .await;
        let first = introspection(&scene.door, &scene.tokens);
        let others = (0..3).map(|_| introspection(&scene.door, &tokens)).collect();
        let mut shared = Shared::queue(&scene.app, TOKENS, first, others).await;
        shared.release().await;
        until_writing_waits(&scene.app).await;
        fail(&scene.proxy);
        held.close().await.expect("the lock is free");
        for reply in within(10, "the answers", shared.replies()).await {
            assert_eq!(reply.json()["active"], true, "{} {}", reply.status, reply.body);
        }
    }
}

/// DB-04: the database says nothing any more. Each is told to come again, in time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_04_questions_that_wait_while_the_database_is_silent_are_told_so() {
    let scene = Scene::new().await;
    let ask = || introspection(&scene.door, &scene.tokens);
    let shared = Shared::queue(&scene.app, TOKENS, ask(), vec![ask(), ask(), ask()]).await;
    scene.proxy.silence();
    for reply in within(10, "every refusal", shared.replies()).await {
        reply.assert_error(503, "temporarily_unavailable");
        assert!(!reply.header("retry-after").is_empty());
    }
}

/// DB-05: a group of codes whose answer is lost is stored once, and each has its code.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn db_05_codes_whose_answer_is_lost_are_stored_once() {
    for fail in [Proxy::freeze, Proxy::cut] {
        let scene = Scene::new().await;
        let held = scene
            .hold(
                "create function public.wait() returns trigger language plpgsql as
                    $$begin perform pg_advisory_xact_lock_shared(4711); return new; end$$;
                 create trigger wait before insert on auth.oauth_authorization_codes for each row
                    when (new.nonce <> 'first') execute function public.wait()",
            )
            .await;
        let ask = |nonce| authorization(&scene.door, &scene.browser, nonce);
        let others = vec![ask("other"), ask("other"), ask("other")];
        let mut shared = Shared::queue(&scene.app, CODES, ask("first"), others).await;
        shared.release().await;
        until_writing_waits(&scene.app).await;
        fail(&scene.proxy);
        held.close().await.expect("the lock is free");
        for reply in within(10, "the answers", shared.replies()).await {
            let code = reply
                .parameter("code")
                .unwrap_or_else(|| panic!("{}", reply.body));
            assert_eq!(scene.door.exchange(&code).await.status, 200);
        }
        // The one that she signed in with, the first one's, and the group's.
        let codes = "select count(*) from auth.oauth_authorization_codes";
        assert_eq!(count(&scene.app, codes).await, 5);
    }
}
