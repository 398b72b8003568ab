//! Owns what `signet queue …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::queue::Waiting;
use crate::sealing::Keyring;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum QueueReport {
    /// Several jobs.
    Jobs(JobList),
    /// One.
    Job(JobReport),
    /// What was done.
    Changed(QueueChanged),
}

/// Several jobs.
#[derive(Debug, Serialize)]
pub struct JobList {
    /// The oldest first.
    pub jobs: Vec<JobReport>,
}

/// A job.
#[derive(Debug, Serialize)]
pub struct JobReport {
    /// Its id.
    pub job_id: String,
    /// Its kind.
    pub kind: &'static str,
    /// What it is, without a secret.
    pub about: String,
    /// What it is about, where a later job takes its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// When it was added, or replayed last.
    pub queued_at: Timestamp,
    /// How many times it was begun.
    pub attempts: i32,
    /// When it is tried again, or, while a replica has it, until when that is waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_attempt_at: Option<Timestamp>,
    /// The replica that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub leased_by: Option<String>,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it was given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dead_at: Option<Timestamp>,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct QueueChanged {
    /// In a word.
    pub done: &'static str,
    /// With how many.
    pub jobs: u64,
}

impl JobReport {
    pub(super) fn new(job: &Waiting, keyring: &Keyring) -> Self {
        Self {
            job_id: job.id.to_string(),
            kind: job.kind.name(),
            about: job.told(keyring),
            key: job.key.clone(),
            queued_at: job.queued_at,
            attempts: job.attempts,
            next_attempt_at: job.dead_at.is_none().then_some(job.next_attempt_at),
            leased_by: job.leased_by.clone(),
            last_error: job.last_error.clone(),
            dead_at: job.dead_at,
        }
    }

    fn cells(&self) -> [String; 6] {
        let next = match (self.dead_at, self.next_attempt_at) {
            (Some(at), _) => format!("given up at {at}"),
            (None, Some(at)) if self.leased_by.is_some() => format!("under way until {at}"),
            (None, Some(at)) => at.to_string(),
            (None, None) => String::new(),
        };
        [
            self.job_id.clone(),
            self.kind.to_owned(),
            self.about.clone(),
            self.attempts.to_string(),
            next,
            self.last_error.clone().unwrap_or_default(),
        ]
    }
}

impl fmt::Display for QueueReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Jobs(list) => {
                let told: Vec<[String; 6]> = list.jobs.iter().map(JobReport::cells).collect();
                let rows = told.iter().map(|cells| cells.each_ref().map(String::as_str));
                let heads = ["JOB", "KIND", "ABOUT", "ATTEMPTS", "NEXT", "LAST ERROR"];
                layout::table(formatter, heads, rows)
            }
            Self::Job(job) => layout::lines(formatter, job),
            Self::Changed(changed) => write!(formatter, "{}: {}", changed.done, changed.jobs),
        }
    }
}
