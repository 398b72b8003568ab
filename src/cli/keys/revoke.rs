//! Owns `signet keys revoke`: what would end, and the end.

use std::fmt;

use anyhow::Result;
use serde::Serialize;

use super::arguments::RevokeArguments;
use super::report::KeysReport;
use super::run::KeyDesk;
use super::{rotate, words};
use crate::base::clock::Timestamp;
use crate::base::id::KeyId;
use crate::db::UnitOfWork;
use crate::signing::key_set::KeyStatus;
use crate::signing::rotation::{self, NewKeys, Pace, Revocation, Rotation};

/// What a revocation ends, or would.
#[derive(Debug, Serialize)]
pub struct RevocationReport {
    /// Whether it was done.
    pub done: bool,
    /// The key.
    pub kid: String,
    /// Its algorithm.
    pub alg: &'static str,
    /// Whether it signed elsewhere only.
    pub verify_only: bool,
    /// What it was.
    pub was: &'static str,
    /// What signs from then on, where it was the key that signs.
    pub successor: Option<String>,
    /// Since when it signed.
    pub tokens_since: Option<Timestamp>,
    /// When the last token that it signed would have expired.
    pub tokens_until: Option<Timestamp>,
    /// When the slowest verifier will have noticed.
    pub noticed_at: Timestamp,
    /// What was done.
    pub changes: Vec<String>,
    /// What is wrong with the log, where it was revoked all the same.
    pub warning: Option<String>,
}

pub(super) async fn revoke<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &RevokeArguments,
    desk: &KeyDesk<'_, F>,
) -> Result<KeysReport> {
    let (view, policy) = desk.look().await?;
    let rotation = Rotation {
        keyring: desk.keyring,
        policy: &policy,
    };
    let key_id = KeyId::from_text(arguments.kid.as_str());
    let preview = rotation::preview_revocation(&view, rotation, &key_id)?;
    let mut report = RevocationReport::new(&preview);
    if arguments.plan {
        return Ok(KeysReport::Revocation(report));
    }
    let new = match preview.key.status {
        KeyStatus::Active => NewKeys::of(&[preview.key.algorithm], policy.rsa_bits, Pace::AtOnce).await?,
        _ => NewKeys::default(),
    };
    let mut work = (desk.begin)().await?;
    let ended = rotation::revoke(&mut work, rotation, &key_id, new).await?;
    work.commit().await?;
    report.done = true;
    report.warning = ended.log.map(|problem| problem.to_string());
    report.changes = ended.changes.iter().map(rotate::told).collect();
    Ok(KeysReport::Revocation(report))
}

impl RevocationReport {
    fn new(preview: &Revocation) -> Self {
        let key = &preview.key;
        Self {
            done: false,
            kid: key.key_id.to_string(),
            alg: key.algorithm.name(),
            verify_only: key.verify_only,
            was: key.status.name(),
            successor: preview.successor.as_ref().map(ToString::to_string),
            tokens_since: key.activated_at,
            tokens_until: preview.tokens_until,
            noticed_at: preview.noticed_at,
            changes: Vec::new(),
            warning: None,
        }
    }
}

impl fmt::Display for RevocationReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.done {
            writeln!(formatter, "{}", self.changes.join("\n"))?;
        } else {
            writeln!(
                formatter,
                "{} ({}, {}) would be revoked",
                self.kid, self.alg, self.was
            )?;
            match &self.successor {
                Some(successor) => writeln!(formatter, "signs from then on: {successor}")?,
                None if self.was == "active" => writeln!(formatter, "signs from then on: a new key")?,
                None => {}
            }
        }
        match (self.tokens_since, self.tokens_until) {
            (Some(since), Some(until)) => writeln!(
                formatter,
                "ends: every access token and ID token that it signed since {}; the last would have lived until {}",
                words::moment(since),
                words::moment(until)
            )?,
            _ if self.verify_only => writeln!(
                formatter,
                "ends: every token that another provider signed with it"
            )?,
            _ => writeln!(
                formatter,
                "ends: no token, since it has signed none that is still valid"
            )?,
        }
        writeln!(
            formatter,
            "stays: every session and refresh token, whose next refresh is signed by another key"
        )?;
        if let Some(warning) = &self.warning {
            writeln!(formatter, "warning: {warning}")?;
        }
        write!(
            formatter,
            "noticed: at our own endpoints within 10 s; by the slowest verifier by {}",
            words::moment(self.noticed_at)
        )
    }
}
