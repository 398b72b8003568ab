//! Entries that whoever can write the log might add, and that prove nothing.

use std::time::Duration;

use super::chain;
use super::entry::{ChangeName, Draft, Entry};
use super::verify::prove;
use crate::base::clock::{self, Timestamp};
use crate::base::id::KeyId;
use crate::jose::{PrivateJwk, Signer};
use crate::protocol::algorithm::{Algorithm, RsaBits};
use crate::signing::store::LogRow;

/// A key, and what signs with it.
struct Pair {
    key: PrivateJwk,
    signer: Signer,
}

impl Pair {
    fn new(algorithm: Algorithm) -> Self {
        let key = PrivateJwk::generate(algorithm, RsaBits::default()).unwrap();
        let signer = Signer::new(&key).unwrap();
        Self { key, signer }
    }

    fn id(&self) -> KeyId {
        self.key.public().key_id().clone()
    }

    /// An entry on it.
    fn draft(&self, change: ChangeName) -> Draft {
        Draft::new(change, self.key.public().algorithm(), self.id())
    }

    /// One that introduces it.
    fn joins(&self, change: ChangeName) -> Draft {
        Draft {
            public_key: Some(self.key.public().to_members().into()),
            cache_seconds: Some(360),
            ..self.draft(change)
        }
    }
}

/// A log, written by somebody who has the keys.
#[derive(Default)]
struct Log {
    rows: Vec<LogRow>,
    seconds: u64,
}

impl Log {
    /// A log with a key that signs, and a next one that has been published for long enough.
    fn of(active: &Pair, next: &Pair) -> Self {
        let mut log = Self::default();
        log.add(active.joins(ChangeName::First), None, Some(active));
        log.add(next.joins(ChangeName::Published), Some(active), Some(next));
        log.seconds += 600;
        log
    }

    fn add(&mut self, draft: Draft, outgoing: Option<&Pair>, incoming: Option<&Pair>) {
        let last = self.rows.last();
        let entry = Entry {
            sequence: last.map_or(1, |last| last.sequence + 1),
            previous: last.map(|last| chain::text(&chain::hash(&last.entry))),
            at: clock::after(Timestamp::UNIX_EPOCH, Duration::from_secs(self.seconds)),
            by: "system".to_owned(),
            draft,
        };
        let text = serde_json::to_string(&entry).unwrap();
        let hash = chain::hash(&text);
        let sign = |pair: Option<&Pair>| pair.map(|pair| chain::sign(&pair.signer, &hash).unwrap());
        self.rows.push(LogRow {
            sequence: entry.sequence,
            entry: text,
            hash: hash.as_bytes().to_vec(),
            signed: sign(outgoing),
            countersigned: sign(incoming),
        });
    }

    /// What is wrong with it, the keys aside, which there are none of.
    fn findings(&self) -> Vec<String> {
        let findings = prove(&self.rows, &[], &[]).findings.into_iter();
        let findings = findings.map(|finding| finding.problem);
        findings.filter(|problem| !problem.ends_with("is gone")).collect()
    }

    fn assert_found(&self, expected: &str) {
        let findings = self.findings();
        assert!(
            findings.iter().any(|finding| finding.contains(expected)),
            "{expected}: {findings:#?}"
        );
    }
}

fn pairs() -> [Pair; 3] {
    [Algorithm::ES256; 3].map(Pair::new)
}

fn revoked(key: &Pair, names: &Pair) -> Draft {
    Draft {
        replaces: Some(names.id()),
        ..key.draft(ChangeName::Revoked)
    }
}

fn at_once(key: &Pair, because: &Pair) -> Draft {
    Draft {
        wait_seconds: Some(0),
        emergency: Some(because.id()),
        ..key.draft(ChangeName::Activated)
    }
}

fn activated(key: &Pair, replaces: &Pair, life_seconds: u64) -> Draft {
    Draft {
        wait_seconds: Some(600),
        replaces: Some(replaces.id()),
        life_seconds: Some(life_seconds),
        ..key.draft(ChangeName::Activated)
    }
}

#[test]
fn an_emergency_holds_if_it_cites_the_key_that_signed_and_was_revoked_for_it() {
    let [active, next, _] = &pairs();
    let mut log = Log::of(active, next);
    log.add(revoked(active, next), None, Some(next));
    log.add(at_once(next, active), None, Some(next));
    assert_eq!(log.findings(), [""; 0]);
    assert_eq!(prove(&log.rows, &[], &[]).emergencies, [next.id()]);
}

#[test]
fn an_emergency_that_cites_another_revocation_is_found() {
    let unfounded = "was not revoked for it";
    let [active, next, third] = &pairs();
    // Nothing was revoked.
    let mut log = Log::of(active, next);
    log.add(at_once(next, active), None, Some(next));
    log.assert_found(unfounded);
    // The revocation names another key.
    let mut log = Log::of(active, next);
    log.add(third.joins(ChangeName::Published), Some(active), Some(third));
    log.add(revoked(active, third), None, Some(third));
    log.add(at_once(next, active), None, Some(next));
    log.assert_found(unfounded);
    // The revoked key never signed.
    let mut log = Log::of(active, next);
    log.add(third.joins(ChangeName::Published), Some(active), Some(third));
    log.add(revoked(third, next), None, Some(next));
    log.add(at_once(next, third), None, Some(next));
    log.assert_found(unfounded);
    // It was cited before.
    let mut log = Log::of(active, next);
    log.add(revoked(active, next), None, Some(next));
    log.add(at_once(next, active), None, Some(next));
    log.add(third.joins(ChangeName::Published), Some(next), Some(third));
    log.add(at_once(third, active), None, Some(third));
    log.assert_found(unfounded);
}

#[test]
fn an_emergency_of_another_algorithm_is_found() {
    let [active, next, _] = &pairs();
    let [other, spare] = [Algorithm::EdDsa; 2].map(Pair::new);
    let mut log = Log::default();
    log.add(active.joins(ChangeName::First), None, Some(active));
    log.add(other.joins(ChangeName::First), None, Some(&other));
    log.add(next.joins(ChangeName::Published), Some(active), Some(next));
    log.add(spare.joins(ChangeName::Published), Some(&other), Some(&spare));
    log.add(revoked(&other, next), None, Some(next));
    log.add(at_once(next, &other), None, Some(next));
    log.assert_found("was not revoked for it");
}

#[test]
fn a_key_that_joins_in_an_emergency_that_does_not_follow_is_found() {
    let [active, next, third] = &pairs();
    let mut log = Log::of(active, next);
    let joins = Draft {
        emergency: Some(active.id()),
        ..third.joins(ChangeName::Published)
    };
    log.add(joins.clone(), None, Some(third));
    log.assert_found("which it was not for it");
    let joins = Draft {
        emergency: Some(next.id()),
        ..joins
    };
    let mut log = Log::of(active, next);
    log.add(joins, None, Some(third));
    log.assert_found("of a key that does not sign");
}

#[test]
fn an_entry_says_nothing_that_only_others_may_say() {
    let [active, next, third] = &pairs();
    let mut log = Log::of(active, next);
    // It would introduce a key that signs at once.
    let introduces = Draft {
        public_key: Some(third.key.public().to_members().into()),
        ..activated(third, active, 0)
    };
    log.add(introduces, Some(active), Some(third));
    log.assert_found("a public key stands in an entry that may not say it");
    let mut log = Log::of(active, next);
    let backdated = Draft {
        published_at: Some(Timestamp::UNIX_EPOCH),
        ..third.joins(ChangeName::Published)
    };
    log.add(backdated, Some(active), Some(third));
    log.assert_found("a time of publication stands in an entry");
    let mut log = Log::of(active, next);
    let excused = Draft {
        emergency: Some(active.id()),
        ..active.draft(ChangeName::Retired)
    };
    log.add(excused, None, None);
    log.assert_found("an emergency stands in an entry");
}

#[test]
fn a_key_that_leaves_the_set_while_something_lives_that_it_signed_is_found() {
    let [active, next, _] = &pairs();
    for (stayed, says, holds) in [(3600, 3600, true), (3599, 3600, false), (3600, 7200, false)] {
        let mut log = Log::of(active, next);
        log.add(activated(next, active, 3600), Some(active), Some(next));
        log.seconds += stayed;
        let retired = Draft {
            life_seconds: Some(says),
            ..active.draft(ChangeName::Retired)
        };
        log.add(retired, Some(next), None);
        if holds {
            assert_eq!(log.findings(), [""; 0]);
        } else {
            log.assert_found("left the set before");
        }
    }
}

#[test]
fn a_key_that_was_absent_from_a_set_counts_as_published_since() {
    let [active, next, _] = &pairs();
    let since = |seconds| Some(clock::after(Timestamp::UNIX_EPOCH, Duration::from_secs(seconds)));
    let mut log = Log::of(active, next);
    let early = Draft {
        absent_until: since(300),
        ..activated(next, active, 0)
    };
    log.add(early.clone(), Some(active), Some(next));
    log.assert_found("was published for 300 s, and 600 s were needed");
    let mut log = Log::of(active, next);
    log.seconds += 300;
    log.add(early, Some(active), Some(next));
    assert_eq!(log.findings(), [""; 0]);
}

#[test]
fn a_key_that_is_published_anew_waits_anew() {
    let [active, next, _] = &pairs();
    for (waits, holds) in [(599, false), (600, true)] {
        let mut log = Log::of(active, next);
        let anew = Draft {
            cache_seconds: Some(360),
            ..next.draft(ChangeName::Republished)
        };
        log.add(anew, Some(active), Some(next));
        log.seconds += waits;
        log.add(activated(next, active, 0), Some(active), Some(next));
        assert_eq!(log.findings().is_empty(), holds, "{:#?}", log.findings());
    }
}
