//! Owns the rules of a rotation: which step is next for a key, when it is safe at the earliest, and who would break. It
//! knows no database: what is planned follows from what was read.

use std::time::Duration;

use super::key::Key;
use super::policy::Policy;
use super::verifier::Verifier;
use super::view::View;
use crate::base::clock::{self, Timestamp};
use crate::base::id::KeyId;
use crate::protocol::algorithm::Algorithm;
use crate::signing::key_set::KeyStatus;

/// What happens to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepKind {
    /// A new key joins the set, and signs nothing yet.
    Publish,
    /// The next key ends, which has signed nothing, and one of the size that is wanted now is published.
    Replace,
    /// The next key signs, and the active one signs no more.
    Activate,
    /// A key that signs no more leaves the set.
    Retire,
}

/// A step, and when it is safe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which keys.
    pub algorithm: Algorithm,
    /// What happens.
    pub kind: StepKind,
    /// To which key; none if it is yet to be made.
    pub key_id: Option<KeyId>,
    /// Not before.
    pub earliest: Timestamp,
    /// Not before, had every replica published the key all along.
    pub planned: Timestamp,
    /// Why not before.
    pub reason: String,
    /// How long the key has been published by then at least, where the step is that it signs.
    pub wait: Duration,
    /// Whether somebody wants it: a request, or the schedule. What nobody wants only shows what would be.
    pub wanted: bool,
    /// Listed verifiers that have not seen the key: they would break, and hold the step up.
    pub blocked_by: Vec<String>,
    /// Running replicas that do not publish the key: they hold the step up.
    pub unpublished_by: Vec<String>,
    /// Named ones of which whoever asked has accepted that they may break.
    pub accepted: Vec<String>,
    /// Those that may break and hold nothing up, since they are not listed.
    pub warned_of: Vec<String>,
}

impl Step {
    /// Whether it can be done now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.wanted && self.is_clear() && now >= self.earliest
    }

    /// Whether only verifiers or replicas hold it up.
    #[must_use]
    pub fn is_held_up(&self, now: Timestamp) -> bool {
        self.wanted && !self.is_clear() && now >= self.planned
    }

    fn is_clear(&self) -> bool {
        self.blocked_by.is_empty() && self.unpublished_by.is_empty()
    }
}

/// The steps of an algorithm's keys from now on, in their order.
#[must_use]
pub fn plan(view: &View, policy: &Policy, algorithm: Algorithm) -> Vec<Step> {
    let mut steps: Vec<Step> = view
        .of(algorithm)
        .filter(|key| key.status == KeyStatus::Retiring)
        .map(|key| {
            let wait = policy.after_signing(key.life);
            // Nobody noted since when: it may have signed until now.
            let since = key.retiring_at.unwrap_or(view.now);
            let signed = clock::after(since, wait.length);
            let (earliest, reason) = match key.keep_until.filter(|until| *until > signed) {
                Some(until) => (until, "it was imported to be kept until then".to_owned()),
                None => (signed, wait.reason),
            };
            let step = Step::new(algorithm, StepKind::Retire, Some(&key.key_id), earliest, reason);
            Step { wanted: true, ..step }
        })
        .collect();
    if !policy.offered.contains(&algorithm) {
        return steps;
    }
    let found = view.find(algorithm, KeyStatus::Next);
    let replace = found.and_then(|next| replacement(view, policy, next));
    let next = found.filter(|_| replace.is_none());
    if let Some(replace) = replace {
        steps.push(replace);
    } else if next.is_none() {
        let reason = "a next key stands ready beside the active one".to_owned();
        let step = Step::new(algorithm, StepKind::Publish, None, view.now, reason);
        steps.push(Step { wanted: true, ..step });
    }
    let activate = activation(view, policy, algorithm, next);
    if let Some(active) = view.find(algorithm, KeyStatus::Active) {
        let wait = policy.after_signing(active.life);
        let earliest = clock::after(activate.earliest.max(view.now), wait.length);
        let retire = Step::new(
            algorithm,
            StepKind::Retire,
            Some(&active.key_id),
            earliest,
            wait.reason,
        );
        steps.push(activate);
        steps.push(retire);
    } else {
        steps.push(activate);
    }
    steps
}

/// The steps of every algorithm.
#[must_use]
pub fn steps(view: &View, policy: &Policy) -> Vec<Step> {
    let algorithms = Algorithm::ALL.into_iter();
    algorithms
        .flat_map(|algorithm| plan(view, policy, algorithm))
        .collect()
}

/// That a next key is made anew: it was made here with another size than is wanted now. What an operator brought stays.
fn replacement(view: &View, policy: &Policy, next: &Key) -> Option<Step> {
    let wanted = policy.rsa_bits.get();
    let bits = next.rsa_bits()?;
    if usize::try_from(wanted).is_ok_and(|wanted| wanted == bits)
        || !next.is_made_here()
        || !view.wants_size(wanted)
    {
        return None;
    }
    let reason =
        format!("signing.rsa_bits is {wanted}, and the next key, which has signed nothing, has {bits}");
    let (algorithm, key_id) = (next.algorithm, Some(&next.key_id));
    let step = Step::new(algorithm, StepKind::Replace, key_id, view.now, reason);
    Some(Step { wanted: true, ..step })
}

fn activation(view: &View, policy: &Policy, algorithm: Algorithm, next: Option<&Key>) -> Step {
    let active = view.find(algorithm, KeyStatus::Active);
    let published_at = next.map_or(view.now, |key| view.known_since(key));
    let cache = next.map_or(view.kept_for, |key| key.cache);
    let slowest = view.slowest_refresh(&policy.verifiers);
    let wait = if active.is_none() && !view.has_signed(algorithm) {
        policy.until_noticed(cache, slowest)
    } else {
        policy.before_signing(cache, slowest)
    };
    let safe = clock::after(published_at, wait.length);
    let request = view.request(algorithm);
    let (wanted, earliest) = wanted(view, policy, algorithm, safe);
    let reason = if earliest > safe {
        "keys.rotate_every_days".to_owned()
    } else {
        let mut reason = format!(
            "published {} before: {}",
            super::policy::told(wait.length),
            wait.reason
        );
        if next.is_some_and(|key| published_at > key.published_at) {
            reason.push_str(", since every replica has it in its key set");
        }
        reason
    };
    let missed = |verifier: &&Verifier| verifier.has_missed(published_at);
    let accepted_names = request.map_or(&[][..], |request| &request.accepted);
    let called = |verifiers: Vec<&Verifier>| verifiers.into_iter().map(|one| one.name.clone()).collect();
    let missing: Vec<&Verifier> = view.verifiers.iter().filter(missed).collect();
    let (accepted, others): (Vec<&Verifier>, Vec<&Verifier>) = missing
        .into_iter()
        .partition(|verifier| verifier.named && accepted_names.contains(&verifier.name));
    let (blocking, others): (Vec<&Verifier>, Vec<&Verifier>) = others
        .into_iter()
        .partition(|verifier| verifier.is_listed(&policy.verifiers));
    let recent = others.into_iter().filter(|verifier| verifier.is_recent(view.now));
    // A listed one that was never seen may keep a set from before anybody was measured.
    let is_known = |name: &String| view.verifiers.iter().any(|one| one.named && one.name == *name);
    let unseen = policy.verifiers.iter().filter(|name| !is_known(name)).cloned();
    let (let_break, unseen): (Vec<String>, Vec<String>) =
        unseen.partition(|name| accepted_names.contains(name));
    let key_id = next.map(|key| &key.key_id);
    let all_along = next.map_or(published_at, |key| key.published_at);
    let (_, planned) = self::wanted(view, policy, algorithm, clock::after(all_along, wait.length));
    Step {
        planned,
        wait: wait.length,
        wanted,
        blocked_by: [called(blocking), unseen].concat(),
        unpublished_by: key_id.map_or_else(Vec::new, |key_id| view.not_published_by(key_id)),
        accepted: [called(accepted), let_break].concat(),
        warned_of: called(recent.collect()),
        ..Step::new(algorithm, StepKind::Activate, key_id, earliest, reason)
    }
}

/// Whether somebody wants a next key to sign, and when at the earliest: not before it is safe.
fn wanted(view: &View, policy: &Policy, algorithm: Algorithm, safe: Timestamp) -> (bool, Timestamp) {
    let active = view.find(algorithm, KeyStatus::Active);
    let scheduled = active.zip(policy.rotate_every);
    let scheduled = scheduled.map(|(active, every)| clock::after(active.since(), every));
    match (view.request(algorithm), active, scheduled) {
        // Where nothing signs, whatever is published does as soon as it is safe.
        (Some(_), _, _) | (None, None, _) => (true, safe),
        (None, Some(_), Some(due)) => (true, due.max(safe)),
        (None, Some(_), None) => (false, safe),
    }
}

impl Step {
    fn new(
        algorithm: Algorithm,
        kind: StepKind,
        key_id: Option<&KeyId>,
        earliest: Timestamp,
        reason: String,
    ) -> Self {
        Self {
            algorithm,
            kind,
            key_id: key_id.cloned(),
            earliest,
            planned: earliest,
            reason,
            wait: Duration::ZERO,
            wanted: false,
            blocked_by: Vec::new(),
            unpublished_by: Vec::new(),
            accepted: Vec::new(),
            warned_of: Vec::new(),
        }
    }
}
