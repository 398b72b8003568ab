//! HK-04: a hook that keeps failing is left alone, then tried by one question; others do not notice.

use std::time::Duration;

use signet::base::clock::Timestamp;
use signet::hook::breaker::{Breaker, BreakerSettings, Circuit};

const PAUSE: Duration = Duration::from_secs(10);

fn at(seconds: u64) -> Timestamp {
    let begin = Timestamp::from_timestamp(1_800_000_000, 0).expect("a time");
    begin + Duration::from_secs(seconds)
}

fn breaker() -> Breaker {
    Breaker::new(BreakerSettings::default())
}

fn fail(breaker: &Breaker, hook: &str, times: u32, now: Timestamp) {
    for _ in 0..times {
        breaker.enter(hook, now).expect("it is asked").failed(now);
    }
}

#[test]
fn hk_04_the_circuit_opens_after_five_failures_in_a_row() {
    let breaker = breaker();
    fail(&breaker, "claims", 4, at(0));
    breaker.enter("claims", at(0)).expect("asked").succeeded();
    fail(&breaker, "claims", 4, at(0));
    assert_eq!(breaker.circuit("claims"), Circuit::Closed { failures: 4 });
    fail(&breaker, "claims", 1, at(0));
    assert!(breaker.enter("claims", at(0)).is_none());
    assert!(breaker.enter("claims", at(9)).is_none());
    assert!(breaker.enter("other", at(0)).is_some(), "another hook is asked");
}

#[test]
fn hk_04_one_question_tries_whether_the_hook_is_back() {
    let breaker = breaker();
    fail(&breaker, "claims", 5, at(0));
    let trial = breaker.enter("claims", at(10)).expect("the trial");
    assert_eq!(breaker.circuit("claims"), Circuit::HalfOpen);
    assert!(breaker.enter("claims", at(10)).is_none());
    assert!(breaker.enter("claims", at(100)).is_none());
    trial.failed(at(11));
    assert_eq!(
        breaker.circuit("claims"),
        Circuit::Open {
            until: at(11) + PAUSE
        }
    );
    assert!(breaker.enter("claims", at(20)).is_none());
    breaker
        .enter("claims", at(21))
        .expect("the next trial")
        .succeeded();
    assert_eq!(breaker.circuit("claims"), Circuit::Closed { failures: 0 });
}

/// Who asked can leave; then the next one is the trial, and nothing was learned.
#[test]
fn hk_04_a_trial_that_is_given_up_does_not_shut_the_hook_out() {
    let breaker = breaker();
    fail(&breaker, "claims", 5, at(0));
    drop(breaker.enter("claims", at(10)).expect("the trial"));
    drop(breaker.enter("claims", at(10)).expect("another trial"));
    breaker.enter("claims", at(10)).expect("a third").succeeded();
    fail(&breaker, "claims", 4, at(10));
    drop(breaker.enter("claims", at(10)));
    assert_eq!(breaker.circuit("claims"), Circuit::Closed { failures: 4 });
}

/// Answers to questions from before the circuit opened neither close it nor keep it open.
#[test]
fn hk_04_late_answers_do_not_count() {
    let breaker = breaker();
    let [early, late, latest] = [0; 3].map(|second| breaker.enter("claims", at(second)).expect("asked"));
    fail(&breaker, "claims", 5, at(0));
    early.succeeded();
    assert!(breaker.enter("claims", at(1)).is_none());
    let trial = breaker.enter("claims", at(10)).expect("the trial");
    late.succeeded();
    assert_eq!(breaker.circuit("claims"), Circuit::HalfOpen);
    trial.succeeded();
    latest.failed(at(10));
    assert_eq!(breaker.circuit("claims"), Circuit::Closed { failures: 0 });
}

#[test]
fn a_hook_that_was_changed_begins_anew() {
    let breaker = breaker();
    fail(&breaker, "claims", 5, at(0));
    fail(&breaker, "other", 5, at(0));
    breaker.retain(|hook| hook == "other");
    assert!(breaker.enter("claims", at(0)).is_some());
    assert!(breaker.enter("other", at(0)).is_none());
}
