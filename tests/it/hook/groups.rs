//! Hooks and groups: what hooks are asked about is read for many at once, and each is answered for its own person.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sqlx::Connection as _;

use crate::app::relying_party::claims;
use crate::app::{RelyingParty, Reply, TestApp};
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{refreshed, text};
use crate::fixtures::hook::functions;
use crate::fixtures::organization::TestOrganization;
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_hook, a_person, an_organization};
use crate::race::code_scene::a_code;
use crate::race::queue::{ONE_AT_A_TIME, Request, Turn};
use crate::support::statements::Statements;

/// A hook that refuses viewers, says what it was told of everybody else, and of admins only once a lock is free.
const JUDGE: &str = r#"
    create function hooks.judges(event jsonb) returns jsonb language plpgsql stable as $$ begin
        if event #>> '{org,role}' = 'viewer' then
            return '{"error": {"http_code": 403, "message": "no"}}';
        end if;
        if event #>> '{org,role}' = 'admin' then
            perform pg_advisory_xact_lock_shared(4711);
        end if;
        return jsonb_build_object('claims', jsonb_build_object(
            'told', event ->> 'user_id', 'told_role', event #>> '{org,role}'));
    end $$"#;

/// What holds up whoever reads codes, or grants.
const CODES: &str = "lock table auth.oauth_authorization_codes in access exclusive mode";
const GRANTS: &str = "lock table auth.oauth_grants in access exclusive mode";

/// Members of one organization at one client, and one more, whose request has the turn.
struct Scene {
    app: TestApp,
    door: Arc<RelyingParty>,
    acme: TestOrganization,
    people: Vec<TestPerson>,
    first: TestPerson,
}

impl Scene {
    /// One person for each role.
    async fn of(roles: &[&str]) -> Self {
        let app = TestApp::with_groups(ONE_AT_A_TIME).await;
        functions(&app, JUDGE).await;
        let door = Arc::new(app.relying_party(&a_client("web").create(&app).await));
        let first = a_person("first").create(&app).await;
        let acme = an_organization(&app, "acme", &first, None).await;
        let mut people = Vec::new();
        for (number, role) in roles.iter().enumerate() {
            let person = a_person(&format!("person-{number}")).create(&app).await;
            acme.add(&app, &person, role).await;
            people.push(person);
        }
        Self {
            app,
            door,
            acme,
            people,
            first,
        }
    }

    /// From here on the hook is asked.
    async fn ask(&self) {
        a_hook("judges")
            .within(Duration::from_secs(5))
            .create(&self.app)
            .await;
    }

    async fn exchange(&self, person: &TestPerson) -> Request {
        Request::exchange(&self.door, &a_code(&self.app, &self.door.client, person).await)
    }

    async fn exchanges(&self) -> Vec<Request> {
        let mut exchanges = Vec::new();
        for person in &self.people {
            exchanges.push(self.exchange(person).await);
        }
        exchanges
    }

    async fn becomes(&self, person: &TestPerson, role: &str) {
        sqlx::query("update auth.members set role = $1 where user_id = $2 and organization_id = $3")
            .bind(role)
            .bind(person.id.as_str())
            .bind(self.acme.id.as_str())
            .execute(&mut self.app.database.admin().await)
            .await
            .expect("a role");
    }

    /// Sends the requests while one turn is taken, and lets them be prepared once all of them wait for it.
    async fn in_one_group(&self, first: Request, locks: &str, requests: &[Request]) -> Vec<Reply> {
        let mut turn = Turn::of(&self.app, first, locks).await;
        let queued = turn.queue(&self.app, requests).await;
        turn.release().await;
        queued.replies().await
    }

    /// Its person's tokens, about whom the hook was asked.
    fn assert_told(&self, person: &TestPerson, role: &str, reply: &Reply) -> Value {
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = reply.json();
        let said = claims(text(&tokens, "access_token"));
        assert_eq!(
            (&said["sub"], &said["told"]),
            (&json!(person.id), &json!(person.id))
        );
        assert_eq!(
            (&said["org_role"], &said["told_role"]),
            (&json!(role), &json!(role))
        );
        assert_eq!(said["org_id"], json!(self.acme.id));
        tokens
    }
}

/// Waits until a hook waits for the lock.
async fn until_it_thinks(app: &TestApp) {
    let waiting = "select count(*) from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())";
    while count(app, waiting).await == 0 {}
}

/// The statements that read several requests' grants.
fn preparations(sent: &[String]) -> usize {
    let groups = sent
        .iter()
        .filter(|text| text.contains("with ordinality as asked"));
    groups
        .filter(|text| {
            !text.contains("update auth.oauth_grants") && !text.contains("insert into auth.oauth_grants")
        })
        .count()
}

/// Whoever waits to be prepared is prepared in one statement, and the hook is told of each what is true of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_wait_are_prepared_together_and_each_is_asked_about_its_own_person() {
    let roles = ["member", "owner", "member", "owner", "member", "owner"];
    let scene = Scene::of(&roles).await;
    let (first, exchanges) = (scene.exchange(&scene.first).await, scene.exchanges().await);
    scene.ask().await;
    let mut statements = Statements::of(&scene.app.database).await;
    let work = scene.in_one_group(first, CODES, &exchanges);
    let (replies, sent) = statements.during(work).await;
    assert_eq!(preparations(&sent), 1, "{}", sent.join("\n"));
    for ((person, role), reply) in scene.people.iter().zip(roles).zip(&replies) {
        let tokens = scene.assert_told(person, role, reply);
        refreshed(&scene.door, &tokens).await;
    }
}

/// A hook refuses one of a group: that one has no tokens and keeps its code; the others have theirs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whom_a_hook_refuses_is_refused_alone() {
    let roles = ["member", "viewer", "member", "owner"];
    let scene = Scene::of(&roles).await;
    let (first, exchanges) = (scene.exchange(&scene.first).await, scene.exchanges().await);
    scene.ask().await;
    let replies = scene.in_one_group(first, CODES, &exchanges).await;
    replies[1].assert_error(400, "invalid_grant");
    for served in [0, 2, 3] {
        scene.assert_told(&scene.people[served], roles[served], &replies[served]);
    }
    scene.becomes(&scene.people[1], "member").await;
    let reply = exchanges[1].reply().await;
    scene.assert_told(&scene.people[1], "member", &reply);
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
}

/// Contracts section 4: one person's role changes while a hook thinks about it: it is asked once more about that one, and
/// the others have their tokens meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whose_role_changes_between_preparing_and_completing_is_asked_about_anew() {
    let roles = ["member", "admin", "member", "owner"];
    let scene = Scene::of(&roles).await;
    let (first, exchanges) = (scene.exchange(&scene.first).await, scene.exchanges().await);
    scene.ask().await;
    let mut held = scene.app.database.admin().await;
    sqlx::query("select pg_advisory_lock(4711)")
        .execute(&mut held)
        .await
        .expect("a lock");
    let mut turn = Turn::of(&scene.app, first, CODES).await;
    let mut queued = turn.queue(&scene.app, &exchanges).await;
    turn.release().await;
    until_it_thinks(&scene.app).await;
    let thinking = queued.others.remove(1);
    for (served, reply) in [0, 2, 3].into_iter().zip(queued.replies().await) {
        scene.assert_told(&scene.people[served], roles[served], &reply);
    }
    assert!(!thinking.is_finished());
    scene.becomes(&scene.people[1], "member").await;
    held.close().await.expect("the lock is free");
    let reply = thinking.await.expect("an answer");
    scene.assert_told(&scene.people[1], "member", &reply);
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
}

/// RT-02: among refreshes that are prepared together a lost reply is given once more, after the hook was asked about it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rt_02_a_lost_reply_in_a_prepared_group_is_given_once_more() {
    let roles = ["member", "owner", "member", "owner"];
    let scene = Scene::of(&roles).await;
    let (door, app) = (&scene.door, &scene.app);
    let first = door.tokens(app, &scene.first, &[]).await;
    let mut families = Vec::new();
    for person in &scene.people {
        families.push(door.tokens(app, person, &[]).await);
    }
    let successor = refreshed(door, &families[2]).await;
    scene.ask().await;
    let requests: Vec<Request> = families
        .iter()
        .map(|tokens| Request::refresh(door, tokens))
        .collect();
    let mut statements = Statements::of(&app.database).await;
    let work = scene.in_one_group(Request::refresh(door, &first), GRANTS, &requests);
    let (replies, sent) = statements.during(work).await;
    assert_eq!(preparations(&sent), 1, "{}", sent.join("\n"));
    for ((person, role), reply) in scene.people.iter().zip(roles).zip(&replies) {
        scene.assert_told(person, role, reply);
    }
    let again = replies[2].json();
    assert_eq!(text(&again, "refresh_token"), text(&successor, "refresh_token"));
    assert_eq!(events(app, "REFRESH_REPLAYED").await, 1);
    assert_eq!(events(app, "REFRESH_REUSED").await, 0);
    for reply in &replies {
        refreshed(door, &reply.json()).await;
    }
}
