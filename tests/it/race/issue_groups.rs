//! Authorization requests of people who are signed in that come at once share their statements, and nobody can tell.

use std::sync::Arc;

use super::queue::ONE_AT_A_TIME;
use super::shared::{Shared, authorization, together};
use super::together::until_many_wait;
use crate::app::relying_party::claims;
use crate::app::{Browser, RelyingParty, TestApp};
use crate::attack::evidence::count;
use crate::attack::holdings::{sql, text, wait};
use crate::fixtures::person::TestPerson;
use crate::fixtures::{a_client, a_person};

/// Whoever looks up a session needs it.
const SESSIONS: &str = "lock table auth.sessions in access exclusive mode";
/// Whoever stores a code needs it.
const CODES: &str = "lock table auth.oauth_authorization_codes in share mode";
/// How many transactions stored codes.
const TRANSACTIONS: &str =
    "select count(distinct xmin::text) from auth.oauth_authorization_codes where redeemed_at is null";

/// People who are signed in, each in their own browser, at a client that asks for no consent.
struct Scene {
    app: TestApp,
    door: Arc<RelyingParty>,
    people: Vec<(TestPerson, Arc<Browser>)>,
}

impl Scene {
    async fn new(people: usize) -> Self {
        let app = TestApp::with_groups(ONE_AT_A_TIME).await;
        let client = a_client("web").create(&app).await;
        let door = Arc::new(app.relying_party(&client));
        let mut signed_in = Vec::new();
        for number in 0..people {
            let person = a_person(&format!("person-{number}")).create(&app).await;
            let browser = Arc::new(app.browser());
            let reply = door.authorize(&browser, &person, &[]).await;
            door.exchange(&reply.parameter("code").expect("a code")).await;
            signed_in.push((person, browser));
        }
        Self {
            app,
            door,
            people: signed_in,
        }
    }

    fn asking(&self, at: usize) -> super::shared::Asking {
        authorization(&self.door, &self.people[at].1, "nonce")
    }

    /// Everybody but the first, while whose request is under way.
    async fn all(&self, locks: &str) -> Vec<crate::app::Reply> {
        let others = (1..self.people.len()).map(|at| self.asking(at)).collect();
        together(&self.app, locks, self.asking(0), others).await
    }
}

/// Sixteen who wait are looked up in one statement: whose session lives is given a code of their own, who is signed out or
/// has none is asked to sign in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_looked_up_together_are_each_found_as_alone() {
    let scene = Scene::new(17).await;
    sql(
        &scene.app,
        "update auth.sessions s set revoked_at = now(), revoked_reason = 'logout'
         from auth.users u where u.id = s.user_id and u.user_name in ('person-1', 'person-2')",
    )
    .await;
    let replies = scene.all(SESSIONS).await;
    for (at, reply) in (1..17).zip(&replies) {
        assert_eq!(reply.status, 303, "{}", reply.body);
        if at <= 2 {
            assert!(
                reply.location().path().ends_with("/login"),
                "{}",
                reply.location()
            );
            continue;
        }
        let tokens = scene
            .door
            .exchange(&reply.parameter("code").expect("a code"))
            .await;
        let said = claims(text(&tokens.json(), "access_token"));
        assert_eq!(said["sub"], scene.people[at].0.id.as_str());
    }
}

/// What is looked up together slides too, each session once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_that_are_looked_up_together_slide() {
    let scene = Scene::new(4).await;
    wait(&scene.app, 600);
    let replies = scene.all(SESSIONS).await;
    assert!(replies.iter().all(|reply| reply.parameter("code").is_some()));
    let active = "select count(*) from auth.sessions
        where last_activity_at - created_at between interval '599 seconds' and interval '700 seconds'
          and idle_expires_at = last_activity_at + interval '7 days'";
    assert_eq!(count(&scene.app, active).await, 4);
}

/// Codes that wait are stored in one transaction, and each is its own person's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_wait_are_issued_in_one_transaction() {
    let scene = Scene::new(17).await;
    let replies = scene.all(CODES).await;
    // The first one's own, and the group's.
    assert_eq!(count(&scene.app, TRANSACTIONS).await, 2);
    for ((person, _), reply) in scene.people[1..].iter().zip(&replies) {
        let code = reply.parameter("code").expect("a code");
        let tokens = scene.door.exchange(&code).await;
        assert_eq!(tokens.status, 200, "{}", tokens.body);
        let said = claims(text(&tokens.json(), "access_token"));
        assert_eq!(said["sub"], person.id.as_str());
    }
}

/// What the database refuses was not done: each code is stored alone, and the one that cannot be fails alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_that_breaks_the_statement_harms_nobody_elses() {
    let scene = Scene::new(4).await;
    sql(
        &scene.app,
        "create function public.refuse() returns trigger language plpgsql as $$
         begin
             if exists (select from auth.users u where u.id = new.user_id and u.user_name = 'person-1') then
                 raise exception 'this row cannot be written';
             end if;
             return new;
         end $$;
         create trigger refuse before insert on auth.oauth_authorization_codes
         for each row execute function public.refuse()",
    )
    .await;
    let replies = scene.all(CODES).await;
    assert_eq!(replies[0].status, 500);
    for reply in &replies[1..] {
        assert!(
            reply.parameter("code").is_some(),
            "{} {}",
            reply.status,
            reply.body
        );
    }
}

/// What a code refers to, and somebody else holds, is waited for by that code alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_code_refers_to_is_waited_for_by_that_code_alone() {
    let scene = Scene::new(4).await;
    let others = (1..4).map(|at| scene.asking(at)).collect();
    let mut shared = Shared::queue(&scene.app, CODES, scene.asking(0), others).await;
    let mut lock = super::queue::held(
        &scene.app,
        "select from auth.users where user_name = 'person-1' for update",
    )
    .await;
    shared.release().await;
    let late = shared.others.remove(0);
    for reply in shared.replies().await {
        assert!(
            reply.parameter("code").is_some(),
            "{} {}",
            reply.status,
            reply.body
        );
    }
    until_many_wait(&scene.app, 1).await;
    assert!(!late.is_finished());
    super::queue::released(&mut lock).await;
    let reply = late.await.expect("an answer");
    assert!(
        reply.parameter("code").is_some(),
        "{} {}",
        reply.status,
        reply.body
    );
}
