//! Owns the way from `signet keys …` to the database of the configuration, and the exit code.

use std::process::ExitCode;

use anyhow::Result;

use super::arguments::KeysCommand;
use super::report::KeysReport;
use super::run::{KeyDesk, run};
use crate::cli::{operator, output};
use crate::config::SignetConfig;
use crate::kek;

/// Carries out a command, and fails with 1 if the proof does not hold, or if a rotation that was waited for is not
/// done.
pub async fn execute(command: KeysCommand, config: &SignetConfig, json: bool) -> Result<ExitCode> {
    let keyring = operator::keyring(config).await?;
    let desk = KeyDesk {
        config,
        keyring: &keyring,
        begin: async || operator::begin(config).await,
    };
    let report = run(command, &desk).await?;
    let mut work = (desk.begin)().await?;
    kek::write_down_seals(&mut work, &keyring).await?;
    work.commit().await?;
    output::write(&report, json)?;
    let failed = match &report {
        KeysReport::Proof(proof) => !proof.sound,
        KeysReport::Plan(plan) => plan.timed_out,
        _ => false,
    };
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
