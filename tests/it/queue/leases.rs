//! One replica at a time, and another one when it is lost.

use std::collections::BTreeSet;
use std::time::Duration;

use signet::jobs::queue::Worker;
use tokio_util::sync::CancellationToken;

use super::rules::JOBS;
use crate::app::TestApp;
use crate::attack::evidence::count;
use crate::fixtures::mail::{a_notice, mailed};
use crate::support::mailbox::Manner;

/// Longer than an attempt is waited for.
const LEASE: Duration = Duration::from_secs(91);

/// A worker that is killed in the middle of a job: nobody else begins it while it may still be at work, and somebody does
/// afterwards.
#[tokio::test]
async fn what_a_lost_replica_had_begun_another_does_once_its_lease_has_ended() {
    let app = TestApp::new().await;
    let other = app.replica().await;
    app.mailbox().set(Manner::Hangs);
    mailed(&app, "ada@example.test", a_notice(&app)).await;
    let mut worker = Worker::new(app.app.clone());
    assert_eq!(worker.round().await.expect("a round").begun, 1);
    app.mailbox().begun(1).await;
    drop(worker);
    assert_eq!(other.run_queue().await, 0, "it may still be at work");
    app.clock.advance(LEASE);
    assert_eq!(other.run_queue().await, 1);
    assert_eq!(other.mailbox().count_to("ada@example.test"), 1);
    assert_eq!(count(&app, JOBS).await, 0);
}

/// Whoever comes back after their lease has ended settles nothing: the job is another's by then. A second copy has the id
/// of the first.
#[tokio::test]
async fn who_is_late_settles_nothing() {
    let app = TestApp::new().await;
    let other = app.replica().await;
    app.mailbox().set(Manner::Hangs);
    other.mailbox().set(Manner::Busy);
    mailed(&app, "ada@example.test", a_notice(&app)).await;
    let mut late = Worker::new(app.app.clone());
    late.round().await.expect("a round");
    app.mailbox().begun(1).await;
    app.clock.advance(LEASE);
    assert_eq!(other.run_queue().await, 1, "it fails there");
    app.mailbox().let_go(1);
    late.finish(Duration::from_secs(30)).await;
    assert_eq!(count(&app, JOBS).await, 1, "it waits for its next attempt");
    other.mailbox().set(Manner::Takes);
    app.clock.advance(LEASE);
    assert_eq!(other.run_queue().await, 1);
    let id = |app: &TestApp| app.mailbox().last_to("ada@example.test").id;
    assert_eq!(id(&app), id(&other), "a second copy can be told");
}

/// Two replicas that look at the same moment share the work, and do each job once.
#[tokio::test]
async fn two_workers_share_the_work() {
    let app = TestApp::new().await;
    let other = app.replica().await;
    for number in 0..40 {
        mailed(&app, &format!("a{number}@example.test"), a_notice(&app)).await;
    }
    let (one, two) = tokio::join!(app.run_queue(), other.run_queue());
    assert_eq!(one + two, 40, "{one} and {two}");
    let letters = [app.mailbox().all(), other.mailbox().all()].concat();
    let addresses: BTreeSet<&str> = letters.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!((letters.len(), addresses.len()), (40, 40));
}

/// A server that hangs has so much of its kind under way, and no more; nobody who asks for a mail waits for it.
#[tokio::test]
async fn a_lane_has_so_much_under_way_at_once() {
    let app = TestApp::new().await;
    app.mailbox().set(Manner::Hangs);
    for number in 0..6 {
        mailed(&app, &format!("a{number}@example.test"), a_notice(&app)).await;
    }
    let mut worker = Worker::new(app.app.clone());
    let first = worker.round().await.expect("a round");
    assert_eq!((first.begun, first.full), (4, true));
    let second = worker.round().await.expect("a round");
    assert_eq!((second.begun, second.full), (0, true));
    mailed(&app, "later@example.test", a_notice(&app)).await;
    app.mailbox().let_go(7);
    worker.finish(Duration::from_secs(30)).await;
    assert_eq!(app.run_queue().await, 3);
    assert_eq!(app.mailbox().all().len(), 7);
}

/// The worker of `signet serve` is woken by a commit of its own process, and ends what is under way when it stops.
#[tokio::test]
async fn a_commit_wakes_the_worker_and_a_stop_waits_for_what_is_under_way() {
    let app = TestApp::new().await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(signet::jobs::queue::run(app.app.clone(), stop.clone()));
    app.mailbox().set(Manner::Hangs);
    mailed(&app, "ada@example.test", a_notice(&app)).await;
    app.mailbox().begun(1).await;
    stop.cancel();
    app.mailbox().let_go(1);
    running.await.expect("it ends");
    assert_eq!(app.mailbox().count_to("ada@example.test"), 1);
    assert_eq!(count(&app, JOBS).await, 0);
}
