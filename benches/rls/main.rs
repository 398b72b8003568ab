//! `cargo bench --bench rls`: what the kit's policies cost, against the same query with the organization written into it.
//!
//! One table of 1,000,000 rows in 1,000 organizations, on a private PostgreSQL. Both queries run in turns on connections
//! that stay open, so that both meet the same machine; the median counts. Nothing is asserted: a missed bar is printed,
//! and fails the command only with `--check`.
//!
//! `cargo bench --bench rls -- --sync` measures instead how long after its commit a removal is known downstream.

mod measure;
mod report;
mod stage;
mod sync;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;

use measure::Case;
use stage::Stage;
use sync::Ground;

/// Measures what row-level security by the kit costs.
#[derive(Debug, Parser)]
#[command(name = "cargo bench --bench rls --")]
struct Options {
    /// How many rows; the bar is meant for as many as there are by default
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1_000..))]
    rows: u32,
    /// In how many organizations
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    organizations: u32,
    /// How often each pair is measured
    #[arg(long, default_value_t = 2_000)]
    rounds: u32,
    /// Measure the lag of `signet rls sync` instead
    #[arg(long)]
    sync: bool,
    /// With --sync: how many members are removed in a second
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    changes: u32,
    /// With --sync: for how many seconds
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=600))]
    seconds: u32,
    /// Fail if a bar is missed
    #[arg(long)]
    check: bool,
    /// Said by cargo
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    // `cargo test --all-targets` runs this program too, without the flag.
    if !options.bench {
        return ExitCode::SUCCESS;
    }
    match run(&options) {
        Ok(code) => code,
        Err(error) => {
            report::line(&format!("failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = std::env::temp_dir().join(format!("signet-bench-rls-{}", std::process::id()));
    std::fs::create_dir_all(&folder).context("the temporary folder cannot be written")?;
    let outcome = runtime.block_on(async {
        if options.sync {
            synced(options, &folder).await
        } else {
            measured(options, &folder).await
        }
    });
    std::fs::remove_dir_all(&folder).context("the temporary folder cannot be removed")?;
    outcome
}

async fn measured(options: &Options, folder: &std::path::Path) -> anyhow::Result<ExitCode> {
    let stage = Stage::set(folder, options.rows, options.organizations).await?;
    let mut missed = false;
    report::head(&stage, options.rows, options.organizations);
    for case in Case::all() {
        stage.install(case.epoch).await?;
        let outcome = measure::run(&stage, &case, options.rounds).await?;
        missed |= outcome.misses(&case);
        report::row(&case, &outcome);
    }
    for (title, plan) in stage.plans().await? {
        report::line(&format!("\n{title}\n{plan}"));
    }
    stage.stop().await?;
    Ok(if missed && options.check {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn synced(options: &Options, folder: &std::path::Path) -> anyhow::Result<ExitCode> {
    let members = usize::try_from(options.changes * options.seconds)?;
    let ground = Arc::new(Ground::lay(folder, members).await?);
    let lags = sync::measure(Arc::clone(&ground), options.changes).await?;
    let missed = report::lags(&lags);
    if let Some(ground) = Arc::into_inner(ground) {
        ground.leave().await?;
    }
    Ok(if missed && options.check {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
