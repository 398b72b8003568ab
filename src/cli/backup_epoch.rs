//! `signet backup-epoch …`: what a restored backup must not bring back. It prints nothing: a report is returned.

use std::fmt;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::db::UnitOfWork;
use crate::lifecycle::backup_epoch::{self, COUNTED_TO, Living};

/// What to do after a restore.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum BackupEpochCommand {
    /// End every session, code, refresh token and invitation from before: the database was restored
    Bump(BumpArguments),
    /// Say that the database was moved, or its standby promoted, and that nothing of it is missing: nothing ends
    Keep,
}

/// `signet backup-epoch bump`
#[derive(Debug, Clone, Copy, Args)]
pub struct BumpArguments {
    /// Show what would end; change nothing
    #[arg(long, conflicts_with = "yes")]
    pub plan: bool,
    /// Do it: without this, say only what would end
    #[arg(long)]
    pub yes: bool,
}

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum BackupEpochReport {
    /// What ended, or would.
    Bump(BumpReport),
    /// Nothing did.
    Kept {
        /// The epoch that goes on.
        epoch: i64,
    },
}

/// What an epoch ends.
#[derive(Debug, Serialize)]
pub struct BumpReport {
    /// Whether it was done.
    pub done: bool,
    /// The epoch from now on; without having done it, the one that there is.
    pub epoch: i64,
    /// Sessions of people.
    pub sessions: i64,
    /// Grants with a refresh token.
    pub grants: i64,
    /// Opaque access tokens.
    pub reference_tokens: i64,
    /// Invitations that nobody has answered.
    pub invitations: i64,
    /// How far each was counted: this number means so many or more.
    pub counted_to: i64,
}

/// Carries out a command.
pub async fn run(command: BackupEpochCommand, work: &mut UnitOfWork) -> Result<BackupEpochReport> {
    let BackupEpochCommand::Bump(BumpArguments { plan, yes }) = command else {
        let kept = backup_epoch::keep(work).await?;
        return Ok(BackupEpochReport::Kept { epoch: kept.0 });
    };
    let living = backup_epoch::preview(work).await?;
    let mut report = BumpReport::new(living, work.epoch().0);
    if plan {
        return Ok(BackupEpochReport::Bump(report));
    }
    if !yes {
        bail!(
            "{} would end, and people would sign in anew. To do it: signet backup-epoch bump --yes",
            report.counted()
        );
    }
    report.epoch = backup_epoch::begin(work).await?.0;
    report.done = true;
    Ok(BackupEpochReport::Bump(report))
}

impl BumpReport {
    const fn new(living: Living, epoch: i64) -> Self {
        Self {
            done: false,
            epoch,
            sessions: living.sessions,
            grants: living.grants,
            reference_tokens: living.reference_tokens,
            invitations: living.invitations,
            counted_to: COUNTED_TO,
        }
    }

    fn counted(&self) -> String {
        [
            (self.sessions, "sessions"),
            (self.grants, "grants with a refresh token"),
            (self.reference_tokens, "opaque access tokens"),
            (self.invitations, "invitations"),
        ]
        .map(|(number, what)| {
            let more = if number < COUNTED_TO { "" } else { " or more" };
            format!("{number}{more} {what}")
        })
        .join(", ")
    }
}

impl fmt::Display for BackupEpochReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kept { epoch } => write!(
                formatter,
                "the database is where it should be; epoch {epoch} goes on, and nothing ended"
            ),
            Self::Bump(report) => write!(
                formatter,
                "{}: {}\nand besides: codes, requests that wait for their person, and access tokens as far as this \
                 server is asked\nstays: who there is, what they consented to, clients and their secrets, service keys, \
                 signing keys\nepoch: {}",
                if report.done { "ended" } else { "would end" },
                report.counted(),
                report.epoch,
            ),
        }
    }
}
