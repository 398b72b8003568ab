//! Owns the words of `signet rls …`.

use clap::Subcommand;

use super::install::InstallArguments;
use super::policy::PolicyArguments;
use super::sync::SyncArguments;
use super::verify::VerifyArguments;

/// What to do with a database downstream.
#[derive(Debug, Clone, Subcommand)]
pub enum RlsCommand {
    /// Install the functions that read a token's claims; again at any time
    Install(InstallArguments),
    /// Write the policies of a table
    Policy(PolicyArguments),
    /// Keep the copy of what `rls install --epoch synced` checks: removals count within a second
    Sync(SyncArguments),
    /// Inspect and attack a database's isolation of tenants, changing nothing; exits with 1 if something is found
    Verify(VerifyArguments),
}
