//! What comes into the queue, and what stands there.

use std::time::Duration;

use signet::jobs::cleanup;
use signet::jobs::queue::Worker;
use signet::lifecycle::send_mail::MailAsked;
use sqlx::Row as _;

use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::mail::{a_notice, a_reset, an_invitation, ask, mailed};
use crate::kek::desk::{FIRST, SECOND, an_app, another, changed_to, needs, of_lines, say};
use crate::support::captured_log::Captured;
use crate::support::mailbox::{Manner, link};

pub const JOBS: &str = "select count(*) from auth.queue";
pub const DEAD: &str = "select count(*) from auth.queue where dead_at is not null";

/// Both happen or neither: what a transaction asked for is sent once it is committed, and never if it is taken back.
#[tokio::test]
async fn a_mail_leaves_after_its_transaction_and_not_without() {
    let app = TestApp::new().await;
    let mut work = app.work().await;
    ask(&app, &mut work, "ada@example.test", a_reset(&app)).await;
    assert_eq!(app.run_queue().await, 0, "not committed yet");
    work.rollback().await.expect("taken back");
    assert_eq!(app.run_queue().await, 0);
    mailed(&app, "ada@example.test", a_reset(&app)).await;
    assert_eq!(app.run_queue().await, 1);
    let letter = app.mailbox().last_to("ada@example.test");
    assert_eq!(
        link(&letter),
        format!("{}/account/reset?token=SECRET", app.issuer)
    );
    assert_eq!(count(&app, JOBS).await, 0, "what is done is gone");
}

/// Neither the address nor the link stands in the row, nor in a log.
#[tokio::test]
async fn what_a_job_carries_is_sealed() {
    let app = TestApp::new().await;
    let (logged, _guard) = Captured::start();
    mailed(&app, "ada@example.test", a_reset(&app)).await;
    let row = sqlx::query("select to_jsonb(q)::text, payload_sealed from auth.queue q")
        .fetch_one(&mut app.database.admin().await)
        .await
        .expect("a row");
    let (text, sealed): (String, Vec<u8>) = (row.get(0), row.get(1));
    for secret in ["SECRET", "ada@example"] {
        assert!(!text.contains(secret), "{text}");
        let bytes = secret.as_bytes();
        assert!(sealed.windows(bytes.len()).all(|window| window != bytes));
    }
    app.mailbox().set(Manner::Refuses);
    assert_eq!(app.run_queue().await, 1);
    let log = logged.text();
    assert!(log.contains("a job is given up"), "{log}");
    assert!(!log.contains("SECRET") && !log.contains("ada@"), "{log}");
}

/// VA-04: a job that waits while the key-encryption key is changed is done with the new one.
#[tokio::test]
async fn a_job_survives_a_change_of_the_key_that_seals_it() {
    let app = an_app(&[FIRST]).await;
    mailed(&app, "ada@example.test", a_reset(&app)).await;
    let moving = another(&app, |config| config.sealing = of_lines(&[FIRST, SECOND])).await;
    assert!(needs(&say(&moving, "status").await).contains(&"test-1 auth.queue".to_owned()));
    changed_to(&moving, "test-2").await;
    say(&moving, "remove test-1").await;
    let alone = another(&app, |config| config.sealing = of_lines(&[SECOND])).await;
    assert_eq!(alone.run_queue().await, 1);
    assert!(
        alone
            .mailbox()
            .last_to("ada@example.test")
            .text
            .contains("SECRET")
    );
}

/// Of mails about the same invitation only the latest is sent: the links of the others are dead by then. It is so also
/// while one of them is on its way.
#[tokio::test]
async fn a_later_job_about_the_same_takes_the_place_of_one_that_waits() {
    let app = TestApp::new().await;
    mailed(&app, "bob@example.test", an_invitation(&app, "one")).await;
    app.mailbox().set(Manner::Hangs);
    let mut worker = Worker::new(app.app.clone());
    worker.round().await.expect("a round");
    app.mailbox().begun(1).await;
    mailed(&app, "bob@example.test", an_invitation(&app, "one")).await;
    mailed(&app, "bob@example.test", an_invitation(&app, "other")).await;
    assert_eq!(count(&app, JOBS).await, 2);
    app.mailbox().set(Manner::Takes);
    app.mailbox().let_go(1);
    worker.finish(Duration::from_secs(30)).await;
    assert_eq!(
        count(&app, JOBS).await,
        2,
        "the late end of the first settles nothing"
    );
    assert_eq!(app.run_queue().await, 2);
    assert_eq!(app.mailbox().count_to("bob@example.test"), 3);
}

/// More than the queue holds is dropped, and whoever asked is answered all the same.
#[tokio::test]
async fn the_queue_holds_so_much_and_no_more() {
    let app = TestApp::with(|config| config.queue.most_waiting = 2).await;
    for to in ["a@example.test", "b@example.test"] {
        let asked = mailed(&app, to, a_notice(&app)).await;
        assert!(matches!(asked, MailAsked::Waits(_)), "{asked:?}");
    }
    assert_eq!(
        mailed(&app, "c@example.test", a_notice(&app)).await,
        MailAsked::Dropped
    );
    assert_eq!(app.run_queue().await, 2);
    let asked = mailed(&app, "c@example.test", a_notice(&app)).await;
    assert!(matches!(asked, MailAsked::Waits(_)), "{asked:?}");
}

/// What was given up is kept for a while, and so many of it at most; what waits stays.
#[tokio::test]
async fn dead_letters_come_to_an_end() {
    let app = TestApp::with(|config| config.queue.keep_dead = 3).await;
    app.mailbox().set(Manner::Refuses);
    for number in 0..5 {
        mailed(&app, &format!("a{number}@example.test"), a_notice(&app)).await;
        app.clock.advance(Duration::from_secs(1));
        app.run_queue().await;
    }
    mailed(&app, "waits@example.test", a_notice(&app)).await;
    assert_eq!(count(&app, DEAD).await, 5);
    cleanup::sweep(&app.app).await.expect("clean");
    assert_eq!((count(&app, DEAD).await, count(&app, JOBS).await), (3, 4));
    app.clock.advance(Duration::from_hours(30 * 24));
    cleanup::sweep(&app.app).await.expect("clean");
    assert_eq!((count(&app, DEAD).await, count(&app, JOBS).await), (0, 1));
    for table in [
        "select count(*) from auth.mail_counts",
        "select count(*) from auth.mail_bounces",
    ] {
        app.clock.advance(Duration::from_hours(61 * 24));
        cleanup::sweep(&app.app).await.expect("clean");
        assert_eq!(count(&app, table).await, 0, "{table}");
    }
}
