//! Codes that are exchanged at once become one statement, and nobody can tell.

use std::sync::Arc;

use serde_json::Value;

use super::code_scene::{CodeScene, REPLAYED, a_code, grant_of};
use super::families::grant_id;
use super::queue::{Request, held, refuse_to_write, released, until_writing_waits};
use super::together::until_many_wait;
use crate::app::relying_party::claims;
use crate::attack::evidence::{count, events};
use crate::attack::holdings::{assert_dead, assert_live, refreshed, text};
use crate::fixtures::a_client;
use crate::support::captured_log::Captured;

/// How many transactions wrote grants last.
const TRANSACTIONS: &str = "select count(distinct xmin::text) from auth.oauth_grants";

/// Sixteen that wait are one statement, and each is given its own person's tokens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn codes_that_wait_are_redeemed_in_one_transaction() {
    let scene = CodeScene::new(16).await;
    let exchanges = scene.exchanges();
    let (scene, replies) = scene.all_in_one_group(&exchanges).await;
    // The first one's own, and the group's.
    assert_eq!(count(&scene.app, TRANSACTIONS).await, 2);
    for ((person, code), reply) in scene.people.iter().zip(&scene.codes).zip(&replies) {
        assert_eq!(reply.status, 200, "{}", reply.body);
        let tokens = reply.json();
        assert_eq!(claims(text(&tokens, "access_token"))["sub"], person.id.as_str());
        assert_eq!(grant_id(&tokens), grant_of(&scene.app, code).await);
    }
}

/// RC-01: a code is in a group once. One of its two presentations wins, and since the other is the code's own client,
/// what the winner got is revoked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_01_one_code_twice_in_the_queue_is_redeemed_once_and_ends() {
    let scene = CodeScene::new(2).await;
    let exchanges = scene.exchanges();
    let presented = [exchanges[0].clone(), exchanges[1].clone(), exchanges[0].clone()];
    let (scene, replies) = scene.all_in_one_group(&presented).await;
    let (won, lost) = if replies[0].status == 200 {
        (&replies[0], &replies[2])
    } else {
        (&replies[2], &replies[0])
    };
    assert_eq!(won.status, 200, "{}", won.body);
    lost.assert_error(400, "invalid_grant");
    assert_dead(&scene.door, &won.json()).await;
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 1);
    assert_eq!(replies[1].status, 200, "{}", replies[1].body);
    assert_live(&scene.door, &replies[1].json()).await;
}

/// RC-05: a client that is being edited or deleted, or a person or session that is, is waited for by its own code alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rc_05_what_a_grant_refers_to_is_waited_for_by_its_own_code_alone() {
    let mut scene = CodeScene::new(5).await;
    let (app, people) = (&scene.app, &scene.people);
    let other = Arc::new(app.relying_party(&a_client("other").create(app).await));
    let of_other = a_code(app, &other.client, &people[2]).await;
    let mut exchanges = scene.exchanges();
    exchanges[2] = Request::exchange(&other, &of_other);
    let queued = scene.queue(&exchanges).await;
    let (person, session) = (&people[0].id, &people[1].id);
    let locks = format!(
        "select from auth.users where id = '{person}' for update;
         select from auth.sessions where user_id = '{session}' for update;
         select from auth.oauth_applications where client_id = 'other' for update"
    );
    let mut lock = held(app, &locks).await;
    scene.release().await;
    let mut waiting = queued.others;
    for served in waiting.split_off(3) {
        let reply = served.await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    until_many_wait(&scene.app, 3).await;
    assert!(waiting.iter().all(|request| !request.is_finished()));
    released(&mut lock).await;
    for late in waiting {
        let reply = late.await.expect("an answer");
        assert_eq!(reply.status, 200, "{}", reply.body);
    }
    assert_eq!(queued.first.await.expect("an answer").status, 200);
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
}

/// What the database refuses was not done: each code goes alone, and the one whose row it is fails alone. The log says
/// whose codes they were, and why.
#[tokio::test]
async fn a_row_that_breaks_the_statement_harms_nobody_elses_code() {
    let (log, _guard) = Captured::start();
    let scene = CodeScene::new(3).await;
    let other = Arc::new(
        scene
            .app
            .relying_party(&a_client("other").create(&scene.app).await),
    );
    let of_other = a_code(&scene.app, &other.client, &scene.people[2]).await;
    let mut exchanges = scene.exchanges();
    exchanges[2] = Request::exchange(&other, &of_other);
    refuse_to_write(&scene.app, &grant_of(&scene.app, &scene.codes[0]).await).await;
    let (scene, replies) = scene.all_in_one_group(&exchanges).await;
    replies[0].assert_error(500, "server_error");
    for (door, reply) in [(&scene.door, &replies[1]), (&other, &replies[2])] {
        assert_eq!(reply.status, 200, "{}", reply.body);
        refreshed(door, &reply.json()).await;
    }
    assert_eq!(events(&scene.app, "CODE_REPLAYED").await, 0);
    let text = log.text();
    let line = text.lines().find(|line| line.contains("failed together"));
    let line: Value = serde_json::from_str(line.expect("a line")).expect("JSON");
    let fields = &line["fields"];
    assert_eq!(
        fields["message"],
        "code redemptions failed together; each goes alone"
    );
    assert_eq!(fields["clients"], "other web");
    let why = fields["error"].as_str().expect("a cause");
    assert!(why.contains("this row cannot be written"), "{why}");
}

/// A client goes away while its group is under way: the others have their tokens, and its code is spent. Presented again
/// it ends its grant, as after any answer that nobody took.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_misses_the_answer_of_a_group_has_spent_its_code() {
    let mut scene = CodeScene::new(3).await;
    let exchanges = scene.exchanges();
    let writing = scene.hold_writing().await;
    let mut queued = scene.queue(&exchanges).await;
    scene.release().await;
    until_writing_waits(&scene.app).await;
    let gone = queued.others.remove(0);
    gone.abort();
    assert!(gone.await.is_err_and(|error| error.is_cancelled()));
    writing.release().await;
    for reply in queued.replies().await {
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_live(&scene.door, &reply.json()).await;
    }
    assert_eq!(count(&scene.app, REPLAYED).await, 0);
    exchanges[0].reply().await.assert_error(400, "invalid_grant");
    assert_eq!(count(&scene.app, REPLAYED).await, 1);
}
