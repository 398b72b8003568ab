//! Owns the words of `signet hook …` and what each does.

use std::fmt;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use serde::Serialize;

use super::arguments::ManageHooks;
use super::manage::manage;
use super::preview::{self, PreviewArguments};
use super::replay::{self, ReplayArguments, ShadowArguments};
use super::report::NewSecret;
use super::test::{self, TestArguments};
use super::workbench::Workbench;
use crate::base::entropy::SystemEntropy;
use crate::cli::output;
use crate::config::SignetConfig;
use crate::hook::transport::target::new_secret;

/// What to do with hooks.
#[derive(Debug, Clone, Subcommand)]
pub enum HookCommand {
    /// Register, change, show.
    #[command(flatten)]
    Manage(ManageHooks),
    /// Show what hooks would do to one person's access token; nothing is issued
    Preview(PreviewArguments),
    /// Ask a candidate the events that were kept, and compare
    Replay(ReplayArguments),
    /// Show what shadows said of the events that were kept
    Shadow(ShadowArguments),
    /// Print a new signing secret (whsec_…) for --secret-file and the receiver; nothing is stored
    NewSecret,
    /// Run a folder of events and expected answers; exits with 1 if one differs
    Test(TestArguments),
}

/// Carries out a command.
pub async fn run(command: HookCommand, config: &SignetConfig, json: bool) -> Result<ExitCode> {
    match command {
        HookCommand::Manage(command) => {
            output::write(&manage(command, config).await?, json)?;
            Ok(ExitCode::SUCCESS)
        }
        HookCommand::NewSecret => {
            output::write(&NewSecret::of(&new_secret(&SystemEntropy)), json)?;
            Ok(ExitCode::SUCCESS)
        }
        HookCommand::Test(arguments) => test::run(arguments, config, json).await,
        HookCommand::Preview(arguments) => {
            let mut bench = Workbench::open(config).await?;
            let report = preview::run(arguments, &mut bench).await;
            answered(bench, report, json).await
        }
        HookCommand::Replay(arguments) => {
            let mut bench = Workbench::open(config).await?;
            let report = replay::run(arguments, &mut bench).await;
            answered(bench, report, json).await
        }
        HookCommand::Shadow(arguments) => {
            let mut bench = Workbench::open(config).await?;
            let report = replay::shadow(arguments, &mut bench).await;
            answered(bench, report, json).await
        }
    }
}

async fn answered<T: Serialize + fmt::Display>(
    bench: Workbench,
    report: Result<T>,
    json: bool,
) -> Result<ExitCode> {
    bench.close().await?;
    output::write(&report?, json)?;
    Ok(ExitCode::SUCCESS)
}
