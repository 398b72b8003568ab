//! `signet rls sync`: keeps a database's copy of the cut-offs current until it is stopped.

use std::fmt;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::cli::{output, run as program, values};
use crate::protocol::issuer::Issuer;
use crate::rls::Identifier;
use crate::rls::sync::{self, Database, Progress, Source};
use crate::server::signals;

/// `signet rls sync`
#[derive(Debug, Clone, Args)]
pub struct SyncArguments {
    /// Where signet is
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// A file with a service key that has the scope epoch:read; it is read anew each time
    #[arg(long, value_name = "FILE")]
    service_key_file: PathBuf,
    /// The database, directly and not through a pooler, as the role that `rls install --sync-role` named; @FILE reads
    /// the URL from a file
    #[arg(long, value_name = "URL", value_parser = values::database_url)]
    database: String,
    /// The schema of the kit
    #[arg(long, default_value = "auth", value_parser = Identifier::parse_schema)]
    schema: Identifier,
    /// Copy everything once and end
    #[arg(long)]
    once: bool,
    /// Tell of each change how long ago it was made
    #[arg(long)]
    print_lag: bool,
}

/// One line of what happens.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Told {
    StandingBy,
    Copied { cutoffs: usize },
    Applied { cutoffs: usize, lag_ms: u128 },
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandingBy => write!(formatter, "another worker keeps this copy; standing by"),
            Self::Copied { cutoffs } => write!(formatter, "copied: {cutoffs} cut-offs"),
            Self::Applied { cutoffs, lag_ms } => {
                write!(formatter, "applied: {cutoffs} cut-offs, made {lag_ms} ms ago")
            }
        }
    }
}

/// Copies until stopped, or once.
pub(super) async fn run(arguments: SyncArguments, json: bool) -> anyhow::Result<ExitCode> {
    let source = Source::new(Issuer::parse(&arguments.issuer)?, arguments.service_key_file);
    let database = Database {
        url: arguments.database,
        schema: arguments.schema,
    };
    if arguments.once {
        let progress = sync::once(&source, &database).await?;
        told(progress, json, false)?;
        return Ok(ExitCode::SUCCESS);
    }
    let stop = CancellationToken::new();
    let signal = signals::stop_requested();
    let print_lag = arguments.print_lag;
    let work = sync::run(&source, &database, stop.clone(), |progress| {
        if let Err(error) = told(progress, json, !print_lag) {
            // Nobody reads any more; the copy is kept all the same.
            tracing::debug!(error = %error, "nothing can be told");
        }
    });
    tokio::select! {
        () = work => {}
        signal = signal => { signal?; }
    }
    stop.cancel();
    Ok(ExitCode::SUCCESS)
}

fn told(progress: Progress, json: bool, quiet: bool) -> anyhow::Result<()> {
    let told = match progress {
        Progress::StandingBy => Told::StandingBy,
        Progress::Copied { cutoffs } => Told::Copied { cutoffs },
        Progress::Applied { .. } if quiet => return Ok(()),
        Progress::Applied { cutoffs, lag } => Told::Applied {
            cutoffs,
            lag_ms: lag.as_millis(),
        },
        Progress::Failed { error, pause } => {
            program::tell(&anyhow::Error::from(error).context(again(pause)));
            return Ok(());
        }
    };
    if json {
        output::line(&serde_json::to_string(&told)?)
    } else {
        output::line(&told.to_string())
    }
}

fn again(pause: Duration) -> String {
    format!("nothing was copied; trying again in {} ms", pause.as_millis())
}
