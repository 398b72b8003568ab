//! Owns the way from `signet rls …` to what it does.

use std::process::ExitCode;

use super::arguments::RlsCommand;
use super::{install, policy, sync, verify};

/// Runs a command.
pub async fn run(command: RlsCommand, json: bool) -> anyhow::Result<ExitCode> {
    match command {
        RlsCommand::Install(arguments) => install::run(arguments, json).await,
        RlsCommand::Policy(arguments) => policy::run(arguments, json).await,
        RlsCommand::Sync(arguments) => sync::run(arguments, json).await,
        RlsCommand::Verify(arguments) => verify::run(arguments, json).await,
    }
}
