//! Owns the words of `signet queue …`.

use clap::{ArgGroup, Args, Subcommand};

use crate::cli::values;
use crate::queue::JobKind;

/// What to do with the queue.
#[derive(Debug, Clone, Subcommand)]
pub enum QueueCommand {
    /// List what waits to be done, or was given up, the oldest first
    List(ListArguments),
    /// Show one job: what it is, how often it was tried, and why it failed; no secret is shown
    Show {
        /// Its id
        id: String,
    },
    /// Let what was given up be tried anew
    Replay(ReplayArguments),
    /// Take a job out of the queue: it is never done
    Drop {
        /// Its id
        id: String,
    },
}

/// `signet queue list`
#[derive(Debug, Clone, Args)]
pub struct ListArguments {
    /// What was given up, instead of what waits
    #[arg(long)]
    pub dead: bool,
    /// Only of this kind
    #[arg(long, value_parser = values::one_of(JobKind::ALL.map(JobKind::name), JobKind::parse))]
    pub kind: Option<JobKind>,
    /// Begin after this id
    #[arg(long)]
    pub after: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    pub limit: u16,
}

/// `signet queue replay`
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("which").args(["id", "all_dead"]).required(true))]
pub struct ReplayArguments {
    /// Its id
    pub id: Option<String>,
    /// Everything of a kind that was given up
    #[arg(long, requires = "kind")]
    pub all_dead: bool,
    /// Of which kind
    #[arg(long, requires = "all_dead", value_parser = values::one_of(JobKind::ALL.map(JobKind::name), JobKind::parse))]
    pub kind: Option<JobKind>,
}
