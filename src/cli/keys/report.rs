//! Owns what `signet keys …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use super::import::Exported;
use super::revoke::RevocationReport;
use super::status::StatusReport;
use super::{rotate, words};
use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::signing::rotation::{Change, ImportUse, Key, Proof, Step, View};

/// The most verifiers of those that nobody listed that a step names.
const SHOWN: usize = 10;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum KeysReport {
    /// Every key.
    List(KeyList),
    /// Everything on keys.
    Status(StatusReport),
    /// What was done, and what comes next.
    Plan(PlanReport),
    /// What a revocation ends.
    Revocation(RevocationReport),
    /// Public keys.
    Exported(Exported),
    /// Whether the log holds.
    Proof(Proven),
}

/// Every key.
#[derive(Debug, Serialize)]
pub struct KeyList {
    /// The oldest first.
    pub keys: Vec<KeyLine>,
}

/// A key.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the key")]
pub struct KeyLine {
    pub kid: String,
    pub alg: &'static str,
    pub rsa_bits: Option<usize>,
    pub state: &'static str,
    pub verify_only: bool,
    pub published_at: Timestamp,
    pub activated_at: Option<Timestamp>,
    pub retiring_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub signatures: u64,
    pub verifications: u64,
    #[serde(skip)]
    since: Timestamp,
}

/// What was done, and what comes next.
#[derive(Debug, Serialize)]
pub struct PlanReport {
    /// What was done.
    pub changes: Vec<String>,
    /// Whether the time to wait was over first.
    pub timed_out: bool,
    /// What comes next.
    pub steps: Vec<StepLine>,
}

/// A step.
#[derive(Debug, Serialize)]
pub struct StepLine {
    /// Of which algorithm.
    pub alg: &'static str,
    /// publish, replace, activate or retire.
    pub step: &'static str,
    /// The key; none if it is yet to be made.
    pub kid: Option<String>,
    /// Not before.
    pub earliest_at: Timestamp,
    /// Why not.
    pub reason: String,
    /// Whether it will be done by itself.
    pub wanted: bool,
    /// Verifiers that would break, and hold it up.
    pub blocked_by: Vec<String>,
    /// Running replicas that do not publish the key, and hold it up.
    pub unpublished_by: Vec<String>,
    /// Verifiers that may break: those that were accepted, and the first of the others.
    pub may_break: Vec<String>,
    /// How many more may break.
    pub more_may_break: usize,
}

/// Whether the log holds.
#[derive(Debug, Serialize)]
pub struct Proven {
    /// Whether everything holds.
    pub sound: bool,
    /// How many entries there are.
    pub entries: usize,
    /// The hash of the last one.
    pub head: Option<String>,
    /// Whether it has the entry with the hash that was asked for.
    pub contains: Option<bool>,
    /// Keys that signed at once because another one was revoked.
    pub emergencies: Vec<String>,
    /// Entries that nobody vouches for, since the key that should have did not open.
    pub unvouched: Vec<i64>,
    /// Keys that were added past the log and taken into it later.
    pub late: Vec<String>,
    /// What does not hold.
    pub findings: Vec<String>,
}

impl KeyList {
    pub(super) fn new(view: &View) -> Self {
        Self {
            keys: view.keys.iter().map(KeyLine::new).collect(),
        }
    }
}

impl KeyLine {
    pub(super) fn new(key: &Key) -> Self {
        Self {
            kid: key.key_id.to_string(),
            alg: key.algorithm.name(),
            rsa_bits: key.rsa_bits(),
            state: key.status.name(),
            verify_only: key.verify_only,
            published_at: key.published_at,
            activated_at: key.activated_at,
            retiring_at: key.retiring_at,
            retired_at: key.retired_at,
            revoked_at: key.revoked_at,
            signatures: key.signatures,
            verifications: key.verifications,
            since: key.since(),
        }
    }
}

impl PlanReport {
    pub(super) fn new(steps: &[Step], changes: &[Change]) -> Self {
        Self {
            changes: changes.iter().map(rotate::told).collect(),
            timed_out: false,
            steps: steps.iter().map(StepLine::new).collect(),
        }
    }
}

impl PlanReport {
    pub(super) fn imported(steps: &[Step], change: &Change, wanted: ImportUse) -> Self {
        let told = match wanted {
            ImportUse::Sign => rotate::told(change),
            ImportUse::Verify(length) => format!(
                "{}: {} is published for {} at least, and signs nothing",
                change.algorithm.name(),
                change.key_id,
                words::length(length)
            ),
        };
        Self {
            changes: vec![told],
            ..Self::new(steps, &[])
        }
    }
}

impl StepLine {
    pub(super) fn new(step: &Step) -> Self {
        let may_break = step.accepted.iter().chain(step.warned_of.iter().take(SHOWN));
        Self {
            alg: step.algorithm.name(),
            step: words::action(step.kind),
            kid: step.key_id.as_ref().map(ToString::to_string),
            earliest_at: step.earliest,
            reason: step.reason.clone(),
            wanted: step.wanted,
            blocked_by: step.blocked_by.clone(),
            unpublished_by: step.unpublished_by.clone(),
            may_break: may_break.cloned().collect(),
            more_may_break: step.warned_of.len().saturating_sub(SHOWN),
        }
    }
}

impl Proven {
    pub(super) fn new(proof: Proof, asked: Option<String>) -> Self {
        let head = proof.head().map(str::to_owned);
        let contains = asked.as_ref().map(|hash| proof.hashes.contains(hash));
        let found = proof.findings.into_iter();
        let mut findings: Vec<String> = found
            .map(|finding| match finding.sequence {
                Some(sequence) => format!("entry {sequence}: {}", finding.problem),
                None => finding.problem,
            })
            .collect();
        if let (Some(hash), Some(false)) = (asked, contains) {
            findings.push(format!(
                "no entry has the hash {hash}: the log was written anew, or the database was restored from a backup that \
                 is older than it"
            ));
        }
        Self {
            sound: findings.is_empty(),
            entries: proof.entries,
            head,
            contains,
            emergencies: proof.emergencies.iter().map(ToString::to_string).collect(),
            unvouched: proof.unvouched,
            late: proof.late.iter().map(ToString::to_string).collect(),
            findings,
        }
    }
}

/// A table of keys.
pub(super) fn key_table(formatter: &mut fmt::Formatter<'_>, keys: &[KeyLine]) -> fmt::Result {
    let told: Vec<[String; 6]> = keys.iter().map(KeyLine::cells).collect();
    let rows = told.iter().map(|cells| cells.each_ref().map(String::as_str));
    let head = ["KID", "ALG", "STATE", "SINCE", "SIGNED", "VERIFIED"];
    layout::table(formatter, head, rows)
}

impl KeyLine {
    fn cells(&self) -> [String; 6] {
        let state = if self.verify_only {
            format!("{} (verifies only)", self.state)
        } else {
            self.state.to_owned()
        };
        let alg = match self.rsa_bits {
            Some(bits) => format!("{}, {bits} bits", self.alg),
            None => self.alg.to_owned(),
        };
        [
            self.kid.clone(),
            alg,
            state,
            words::moment(self.since),
            self.signatures.to_string(),
            self.verifications.to_string(),
        ]
    }
}

impl fmt::Display for StepLine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kid = self.kid.as_deref().unwrap_or("the key that is yet to be made");
        let when = words::moment(self.earliest_at);
        let wanted = if self.wanted { "" } else { ", if asked for" };
        write!(
            formatter,
            "{} {} {kid} at {when}{wanted}: {}",
            self.alg, self.step, self.reason
        )?;
        for name in &self.blocked_by {
            write!(formatter, "; held up by {name}, which has not fetched it")?;
        }
        for name in &self.unpublished_by {
            write!(
                formatter,
                "; held up by the replica {name}, which does not publish it"
            )?;
        }
        for name in &self.may_break {
            write!(formatter, "; may break: {name}")?;
        }
        if self.more_may_break > 0 {
            write!(formatter, "; and {} more", self.more_may_break)?;
        }
        Ok(())
    }
}

impl fmt::Display for KeysReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(list) => key_table(formatter, &list.keys),
            Self::Status(status) => status.fmt(formatter),
            Self::Plan(plan) => plan.fmt(formatter),
            Self::Revocation(revocation) => revocation.fmt(formatter),
            Self::Exported(exported) => exported.fmt(formatter),
            Self::Proof(proof) => proof.fmt(formatter),
        }
    }
}

impl fmt::Display for PlanReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let steps = self.steps.iter().map(ToString::to_string);
        let lines: Vec<String> = self.changes.iter().cloned().chain(steps).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl fmt::Display for Proven {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(formatter, "FAIL  {finding}")?;
        }
        for kid in &self.emergencies {
            writeln!(
                formatter,
                "note  {kid} signed at once, because the key before it was revoked"
            )?;
        }
        for sequence in &self.unvouched {
            writeln!(
                formatter,
                "note  entry {sequence} is signed by nobody: the key that should have signed it did not open"
            )?;
        }
        for kid in &self.late {
            writeln!(
                formatter,
                "note  {kid} was added past the log, as a server of an older version does, and taken into it later"
            )?;
        }
        let Some(head) = &self.head else {
            return formatter.write_str("no entries: nothing is proven");
        };
        let verdict = match (self.sound, self.emergencies.is_empty() && self.late.is_empty()) {
            (true, true) => "every key was published for long enough before it signed",
            (true, false) => "every key but those noted was published for long enough before it signed",
            (false, _) => "this log proves nothing",
        };
        write!(
            formatter,
            "{} entries, the last is {head}: {verdict}",
            self.entries
        )
    }
}
