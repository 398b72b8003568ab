//! Owns the words of `signet rls …`.

use clap::Subcommand;

use super::install::InstallArguments;
use super::policy::PolicyArguments;
use super::verify::VerifyArguments;

/// What to do with a database downstream.
#[derive(Debug, Clone, Subcommand)]
pub enum RlsCommand {
    /// Install the functions that read a token's claims; again at any time
    Install(InstallArguments),
    /// Write the policies of a table
    Policy(PolicyArguments),
    /// Inspect and attack a database's isolation of tenants, changing nothing; exits with 1 if something is found
    Verify(VerifyArguments),
}
