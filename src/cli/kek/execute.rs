//! Owns the way from `signet kek …` to the database of the configuration, and the exit code.

use std::process::ExitCode;

use anyhow::Result;

use super::arguments::KekCommand;
use super::report::KekReport;
use super::run::{KekDesk, run};
use crate::cli::{operator, output};
use crate::config::SignetConfig;

/// Carries out a command; exits with 1 if something that was asked for is not done.
pub async fn execute(command: KekCommand, config: &SignetConfig, json: bool) -> Result<ExitCode> {
    let operator = operator::Operator::open(config).await?;
    let keyring = operator.keyring(config).await?;
    let desk = KekDesk {
        keyring: &keyring,
        begin: async || operator.begin().await,
    };
    let report = run(command, &desk).await?;
    output::write(&report, json)?;
    let failed = match &report {
        KekReport::Rekey(rekey) => rekey.remaining > 0,
        KekReport::Done(done) => done.timed_out,
        KekReport::History(history) => history.keks.is_empty(),
        KekReport::Removal(removal) => removal.is_held_up(),
        KekReport::Status(_) | KekReport::Plan(_) => false,
    };
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
