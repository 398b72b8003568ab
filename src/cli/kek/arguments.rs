//! Owns the words of `signet kek …`.

use std::time::Duration;

use clap::{Args, Subcommand};

use crate::cli::values;

/// What to do with key-encryption keys.
#[derive(Debug, Clone, Subcommand)]
pub enum KekCommand {
    /// Make a key of this configuration known; it opens from now on, and seals nothing yet
    Add {
        /// Its id in the configuration
        id: String,
    },
    /// Let a key seal everything that is sealed from now on, once every running replica holds it
    Activate(ActivateArguments),
    /// Seal every row by the active key, while everything goes on; it can be broken off and run again at any time
    Rekey(RekeyArguments),
    /// Show which key seals, how many rows need which key, and which replica holds which keys
    Status,
    /// List every key that there ever was, or those that a backup may need
    History(HistoryArguments),
    /// Remove a key that no row needs and no replica seals with; afterwards it can be taken out of the configuration
    Remove(RemoveArguments),
}

/// `signet kek activate`
#[derive(Debug, Clone, Args)]
pub struct ActivateArguments {
    /// Its id
    pub id: String,
    /// Stay until every running replica holds it, and afterwards until each seals with it; exits with 1 if they do not in
    /// time
    #[arg(long)]
    pub wait: bool,
    /// How long to stay at most
    #[arg(long, default_value = "5m", value_parser = values::duration)]
    pub timeout: Duration,
}

/// `signet kek rekey`
#[derive(Debug, Clone, Args)]
pub struct RekeyArguments {
    /// Show how many rows of which table it would seal anew, and change nothing
    #[arg(long)]
    pub plan: bool,
    /// The most rows of one transaction
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(i64).range(1..=5000))]
    pub batch: i64,
}

/// `signet kek remove`
#[derive(Debug, Clone, Args)]
pub struct RemoveArguments {
    /// Its id
    pub id: String,
    /// Show what keeps it from being removed, and change nothing; exits with 1 if something does
    #[arg(long)]
    pub plan: bool,
}

/// `signet kek history`
#[derive(Debug, Clone, Args)]
pub struct HistoryArguments {
    /// Only the key of this id or fingerprint, or those that a backup of this day (2026-11-30) may need
    #[arg(long = "match", value_name = "ID|FINGERPRINT|DAY")]
    pub wanted: Option<String>,
}
