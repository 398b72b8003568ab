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
    /// Keep the copy of what `rls install --epoch synced` checks: a removal counts within a second
    Sync(SyncArguments),
    /// Inspect and attack a database's isolation of tenants; exits with 1 if something is found
    ///
    /// Every attack is undone: it runs in a transaction that is rolled back. Policies, triggers, column defaults and
    /// views run as they would for the application, and what they do outside the database is not undone. Functions with
    /// their owner's rights are called only if all that they run is known to do nothing but answer; the others are
    /// judged by their text and reported as `not-asked`.
    Verify(VerifyArguments),
}
