//! Owns the way from `signet rls …` to what it does.

use std::process::ExitCode;

use super::arguments::RlsCommand;
use super::verify;

/// Runs a command.
pub async fn run(command: RlsCommand, json: bool) -> anyhow::Result<ExitCode> {
    match command {
        RlsCommand::Verify(arguments) => verify::run(arguments, json).await,
    }
}
