//! Owns the words of `signet rls …`.

use clap::Subcommand;

use super::verify::VerifyArguments;

/// What to do with a database downstream.
#[derive(Debug, Clone, Subcommand)]
pub enum RlsCommand {
    /// Inspect and attack a database's isolation of tenants, changing nothing; exits with 1 if something is found
    Verify(VerifyArguments),
}
