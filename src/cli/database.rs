//! `signet database prepare`: a private, migrated database for building and testing; it ends with its caller.

use std::path::PathBuf;

use clap::Subcommand;
use tokio::io::AsyncReadExt as _;

use super::output;
use crate::dev::database;
use crate::dev::postgres::{Cluster, Settings};
use crate::server::signals;

/// `signet database`
#[derive(Debug, Subcommand)]
pub(super) enum DatabaseCommand {
    /// Start a private PostgreSQL, migrate it, print the owner's URL, and keep it until standard input ends.
    Prepare {
        /// The folder for the cluster; made if need be.
        #[arg(long)]
        data_dir: PathBuf,
    },
}

/// Runs the command.
pub(super) async fn run(command: DatabaseCommand) -> anyhow::Result<()> {
    let DatabaseCommand::Prepare { data_dir } = command;
    std::fs::create_dir_all(&data_dir)?;
    let settings = Settings {
        data_dir: std::path::absolute(data_dir)?,
        binaries: None,
        fsync: false,
        shared: false,
    };
    let cluster = Cluster::start(&settings).await?;
    database::prepare(&cluster, "signet").await?;
    output::line(&cluster.url("signet_owner", "signet"))?;
    let mut rest = Vec::new();
    tokio::select! {
        _ = async { tokio::io::stdin().read_to_end(&mut rest).await } => {}
        _ = signals::stop_requested() => {}
    }
    cluster.stop().await?;
    Ok(())
}
