//! `signet database prepare`: a private, migrated database for building and testing; it ends with its caller.

use std::path::PathBuf;

use clap::Subcommand;

use super::{output, schema};
use crate::dev::database;
use crate::dev::postgres::{Cluster, Settings};
use crate::server::signals::StopSignals;

/// `signet database`
#[derive(Debug, Subcommand)]
pub(super) enum DatabaseCommand {
    /// Start a private PostgreSQL, migrate it, print the owner's URL, and keep it until standard input ends or SIGTERM comes.
    Prepare {
        /// The folder for the cluster; made if need be.
        #[arg(long)]
        data_dir: PathBuf,
    },
}

/// Runs the command. However it ends, its PostgreSQL ends first.
pub(super) async fn run(command: DatabaseCommand) -> anyhow::Result<()> {
    let DatabaseCommand::Prepare { data_dir } = command;
    let mut stop = StopSignals::listen()?;
    std::fs::create_dir_all(&data_dir)?;
    let settings = Settings {
        data_dir: std::path::absolute(data_dir)?,
        binaries: None,
        fsync: false,
        shared: false,
    };
    let cluster = tokio::select! {
        started = Cluster::start(&settings) => started?,
        _ = stop.requested() => return Ok(()),
    };
    let kept = tokio::select! {
        kept = keep(&cluster) => kept,
        _ = stop.requested() => Ok(()),
    };
    cluster.stop().await?;
    kept
}

/// Prepares the database, says where it is, and waits until standard input ends.
async fn keep(cluster: &Cluster) -> anyhow::Result<()> {
    database::prepare(cluster, "signet")
        .await
        .map_err(schema::advise)?;
    output::line(&cluster.url("signet_owner", "signet"))?;
    // What cannot be read any more has ended too.
    let _ = tokio::io::copy(&mut tokio::io::stdin(), &mut tokio::io::sink()).await;
    Ok(())
}
