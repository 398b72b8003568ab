//! What fails is tried again with growing delays, and given up in the end.

use std::time::Duration;

use clap::Parser;
use serde_json::Value;
use signet::cli::queue::{self, QueueCommand};
use sqlx::Row as _;

use super::rules::{DEAD, JOBS};
use crate::app::TestApp;
use crate::attack::evidence::{count, events};
use crate::fixtures::actor::operator;
use crate::fixtures::mail::{a_notice, a_reset, an_invitation, mailed};
use crate::support::mailbox::Manner;

#[derive(Parser)]
#[command(no_binary_name = true)]
struct Words {
    #[command(subcommand)]
    command: QueueCommand,
}

/// What a command of an operator answers, or why it refuses.
pub async fn try_say(app: &TestApp, words: &str) -> Result<Value, String> {
    let command = Words::try_parse_from(words.split(' '))
        .map_err(|error| error.to_string())?
        .command;
    let mut work = app.work_as(&operator()).await;
    let report = queue::run(command, &mut work, app.app.keyring()).await;
    work.commit().await.expect("committed");
    let report = report.map_err(|error| format!("{error:#}"))?;
    Ok(serde_json::to_value(&report).expect("JSON"))
}

/// What it answers.
pub async fn say(app: &TestApp, words: &str) -> Value {
    try_say(app, words)
        .await
        .unwrap_or_else(|error| panic!("{words}: {error}"))
}

/// Seconds until the one job is tried again.
async fn delay(app: &TestApp) -> i64 {
    let row = sqlx::query("select ceil(extract(epoch from next_attempt_at))::bigint from auth.queue")
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("a row");
    row.get::<i64, _>(0) - signet::base::clock::Clock::now(&*app.clock).timestamp()
}

/// A server that is away for hours delays mail; it is tried the more seldom the longer, and arrives once.
#[tokio::test]
async fn a_mail_waits_for_a_server_that_is_away() {
    let app = TestApp::new().await;
    app.mailbox().set(Manner::Busy);
    mailed(&app, "ada@example.test", a_notice(&app)).await;
    let mut delays = Vec::new();
    for _ in 0..12 {
        assert_eq!(app.run_queue().await, 1);
        let delay = delay(&app).await;
        app.clock.advance(Duration::from_secs(delay.unsigned_abs() - 1));
        assert_eq!(app.run_queue().await, 0, "not before");
        app.clock.advance(Duration::from_secs(1));
        delays.push(delay);
    }
    assert!((5..=10).contains(&delays[0]), "{delays:?}");
    assert!(
        delays.iter().all(|delay| (5..=1800).contains(delay)),
        "{delays:?}"
    );
    assert!(delays[7] > 4 * delays[2], "{delays:?}");
    assert!(delays[11] >= 900, "{delays:?}");
    let told = app.app.delayed_mail().expect("it is told");
    assert!(told.contains("mail is delayed"), "{told}");
    app.mailbox().set(Manner::Takes);
    assert_eq!(app.run_queue().await, 1);
    assert_eq!(app.mailbox().count_to("ada@example.test"), 1);
    assert_eq!(app.app.delayed_mail(), None);
}

/// After a day it is given up, says why, and can be replayed with all of its attempts.
#[tokio::test]
async fn what_failed_for_a_day_is_given_up_and_can_be_replayed() {
    let app = TestApp::new().await;
    app.mailbox().set(Manner::Busy);
    mailed(&app, "ada@example.test", a_notice(&app)).await;
    let mut attempts = 0;
    while count(&app, DEAD).await == 0 {
        attempts += app.run_queue().await;
        app.clock.advance(Duration::from_mins(31));
        assert!(attempts <= 60, "{attempts}");
    }
    assert!((40..=60).contains(&attempts), "{attempts}");
    assert_eq!(app.run_queue().await, 0);
    let dead = say(&app, "list --dead --kind mail").await;
    let job = &dead["jobs"][0];
    assert_eq!(job["last_error"], "451 4.3.2 busy", "{job}");
    assert_eq!(job["about"], "account_deleted to ada@example.test (en)");
    let id = job["job_id"].as_str().expect("an id");
    assert_eq!(
        say(&app, &format!("show {id}")).await["attempts"],
        job["attempts"]
    );
    say(&app, &format!("replay {id}")).await;
    app.mailbox().set(Manner::Takes);
    assert_eq!(app.run_queue().await, 1);
    assert_eq!(app.mailbox().count_to("ada@example.test"), 1);
    assert_eq!(events(&app, "QUEUE_REPLAYED").await, 1);
    let refused = try_say(&app, &format!("replay {id}"))
        .await
        .expect_err("it is gone");
    assert!(refused.contains("no job"), "{refused}");
}

/// An address that is refused for good is not tried again; that is noted against it.
#[tokio::test]
async fn a_refused_address_is_given_up_at_once_and_noted() {
    let app = TestApp::new().await;
    app.mailbox().set(Manner::Refuses);
    mailed(&app, "Gone@example.test", a_notice(&app)).await;
    assert_eq!(app.run_queue().await, 1);
    assert_eq!(count(&app, DEAD).await, 1);
    assert_eq!(events(&app, "MAIL_BOUNCED").await, 1);
    let mut work = app.work().await;
    let bounce = signet::mail::bounce::find(&mut work, "gone@example.test").await;
    work.commit().await.expect("committed");
    let bounce = bounce.expect("the database answers").expect("a bounce");
    assert_eq!(
        (bounce.reason.as_str(), bounce.times),
        ("550 5.1.1 no such user", 1)
    );
    assert_eq!(app.app.delayed_mail(), None, "the server answers");
}

/// A link that leads nowhere any more is not sent.
#[tokio::test]
async fn a_mail_whose_link_has_expired_is_given_up() {
    let app = TestApp::new().await;
    mailed(&app, "ada@example.test", a_reset(&app)).await;
    app.clock.advance(Duration::from_hours(1));
    assert_eq!(app.run_queue().await, 1);
    assert_eq!(app.mailbox().all().len(), 0);
    let dead = say(&app, "list --dead").await;
    let why = dead["jobs"][0]["last_error"].as_str().expect("text");
    assert!(why.contains("expired"), "{why}");
    assert_eq!(
        events(&app, "MAIL_BOUNCED").await,
        0,
        "the address is not to blame"
    );
}

/// Everything of a kind can be replayed, but for what a later job has made pointless; anything can be dropped.
#[tokio::test]
async fn dead_letters_are_replayed_together_and_dropped_one_by_one() {
    let app = TestApp::new().await;
    app.mailbox().set(Manner::Refuses);
    for to in ["a@example.test", "b@example.test"] {
        mailed(&app, to, a_notice(&app)).await;
    }
    for _ in 0..2 {
        mailed(&app, "c@example.test", an_invitation(&app, "one")).await;
        app.run_queue().await;
        app.clock.advance(Duration::from_secs(1));
    }
    assert_eq!(count(&app, DEAD).await, 4);
    assert!(
        try_say(&app, "replay --all-dead").await.is_err(),
        "of which kind?"
    );
    let dead = say(&app, "list --dead").await;
    let first = dead["jobs"][0]["job_id"].as_str().expect("an id").to_owned();
    assert_eq!(say(&app, &format!("drop {first}")).await["jobs"], 1);
    assert_eq!(say(&app, "replay --all-dead --kind mail").await["jobs"], 2);
    assert_eq!(count(&app, DEAD).await, 1, "the older of the two invitations");
    app.mailbox().set(Manner::Takes);
    assert_eq!(app.run_queue().await, 2);
    assert_eq!(count(&app, JOBS).await, 1);
    assert_eq!(events(&app, "QUEUE_DROPPED").await, 1);
    let page = say(&app, &format!("list --dead --after {first} --limit 1")).await;
    assert_eq!(page["jobs"].as_array().map(Vec::len), Some(1));
}
