//! Owns the grammar of the command line.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::ArgPredicate;
use clap::{Parser, Subcommand};

use crate::beside::Peer;
use crate::rows::RowName;

/// Drives a server over loopback and compares every figure with the floors of this machine, measured in the same run.
#[derive(Debug, Parser)]
#[command(name = "cargo bench --bench load --", args_conflicts_with_subcommands = true)]
pub(crate) struct Options {
    /// How long each of the measured runs of a row takes
    #[arg(long, default_value = "2", value_name = "SECONDS", value_parser = seconds)]
    pub(crate) seconds: Duration,
    /// How many measured runs a row has; the median counts
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(crate) runs: u32,
    /// How many connections ask at the same time
    #[arg(long, default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) connections: u32,
    /// Only these rows, separated by commas
    #[arg(long, value_enum, value_delimiter = ',')]
    pub(crate) rows: Vec<RowName>,
    /// The PostgreSQL to run: a folder that has its programs, in itself or in its `bin` [default: what `SIGNET_POSTGRES`
    /// names, or what the system has]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) postgres: Option<PathBuf>,
    /// Fill the database with so many people beforehand [default: a tenth of the families]
    #[arg(long, value_name = "NUMBER", conflicts_with = "issuer", value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    pub(crate) people: Option<u32>,
    /// Fill it with so many refresh families, which are those that the rows of refresh then take
    #[arg(long, value_name = "NUMBER", conflicts_with = "issuer", value_parser = clap::value_parser!(u32).range(1_000..=100_000_000))]
    pub(crate) families: Option<u32>,
    /// Measure instead whether people notice clean-up: 500 refreshes a second while so many rows are over
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["issuer", "rows", "beside"], value_parser = clap::value_parser!(u32).range(1_000..=100_000_000))]
    pub(crate) expired: Option<u32>,
    /// Measure this product too, in turns with ours: on the same PostgreSQL, installed by its package manager
    #[arg(long, value_enum, value_name = "PEER", conflicts_with = "issuer")]
    pub(crate) beside: Option<Peer>,
    /// How many processes the peer has [default: one for each processor]
    #[arg(long, value_name = "NUMBER", requires = "beside", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(crate) beside_processes: Option<u32>,
    /// Write everything that was measured as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
    /// Write the tables as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) markdown: Option<PathBuf>,
    /// Drive this server instead of one of our own: over http, with its limits on logins per address off
    #[arg(long, value_name = "URL", requires = "database_url")]
    pub(crate) issuer: Option<String>,
    /// That server's database, in which clients and people are made
    #[arg(long, value_name = "URL", requires = "issuer")]
    pub(crate) database_url: Option<String>,
    /// The same database as a superuser, to count statements
    #[arg(long, value_name = "URL", requires = "issuer")]
    pub(crate) admin_url: Option<String>,
    /// That server's process, to measure processors and memory
    #[arg(long, requires = "issuer")]
    pub(crate) pid: Option<u32>,
    /// The log filter of our own server; `info` writes a line per request
    #[arg(long, default_value = "warn")]
    pub(crate) log: String,
    /// End after so many seconds, with what there is; 600 of them with a peer beside, 3600 with a filled database
    #[arg(
        long,
        default_value = "300",
        default_value_ifs([
            ("families", ArgPredicate::IsPresent, "3600"),
            ("people", ArgPredicate::IsPresent, "3600"),
            ("beside", ArgPredicate::IsPresent, "600"),
        ]),
        value_name = "SECONDS",
        value_parser = seconds
    )]
    pub(crate) limit: Duration,
    /// Fail if a row is not ahead of the best peer
    #[arg(long)]
    pub(crate) check: bool,
    /// Said by cargo
    #[arg(long, hide = true)]
    pub(crate) bench: bool,
    /// What this program does as a child of itself
    #[command(subcommand)]
    pub(crate) child: Option<Child>,
}

impl Options {
    /// The rows to run, in the order of the report.
    pub(crate) fn chosen(&self) -> Vec<RowName> {
        // Hooks are registered by commands, which need the configuration of a server of our own.
        let possible = |row: &RowName| self.issuer.is_none() || row.hook().is_none();
        let wanted = |row: &RowName| possible(row) && (self.rows.is_empty() || self.rows.contains(row));
        RowName::ALL.into_iter().filter(wanted).collect()
    }
}

/// A floor that needs a process of its own, so that it shares the machine as the server does.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Child {
    /// Answers every request with nothing
    #[command(hide = true)]
    EmptyAnswers,
    /// Answers every request as a hook that adds two claims
    #[command(hide = true)]
    HookAnswers,
    /// Asks PostgreSQL for as much as it can do
    #[command(hide = true)]
    DatabaseFloor {
        /// The folder and port of the socket: `/folder/.s.PGSQL.5432`
        #[arg(long)]
        socket: PathBuf,
        /// The statement, with one parameter of four bytes
        #[arg(long)]
        statement: String,
        /// How many connections
        #[arg(long)]
        connections: u32,
        /// How long
        #[arg(long, value_parser = seconds)]
        seconds: Duration,
    },
}

/// Where a child listens, as it says on its standard output.
pub(crate) fn address(line: &str) -> anyhow::Result<SocketAddr> {
    Ok(line.trim().parse()?)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    if (0.05..=3600.0).contains(&number) {
        Ok(Duration::from_secs_f64(number))
    } else {
        Err("0.05 to 3600 seconds".to_owned())
    }
}
