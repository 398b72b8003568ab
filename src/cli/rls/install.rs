//! `signet rls install`: the kit into a database, or its text for a database administrator.

use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::ensure;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::{output, values};
use crate::rls::kit::{self, Epoch, Installation, Kit};
use crate::rls::{self, Identifier, roles};

/// `signet rls install`
#[derive(Debug, Clone, Args)]
pub struct InstallArguments {
    /// The database, as a role that may create in it; no superuser is needed; @FILE reads the URL from a file
    #[arg(long, value_name = "URL", value_parser = values::database_url, required_unless_present = "print")]
    database: Option<String>,
    /// The schema for the functions; made if need be
    #[arg(long, default_value = "auth", value_parser = Identifier::parse_schema)]
    schema: Identifier,
    /// The claim with the platform role, where `role` is taken by the database's own
    #[arg(long, default_value = "role")]
    role_claim: String,
    /// How removals become known before a token expires: none; local, in the database that signet itself uses;
    /// synced, from the copy that `signet rls sync` keeps
    #[arg(long, value_enum, default_value_t = EpochMode::None)]
    epoch: EpochMode,
    /// How old the copy may be before no token counts
    #[arg(long, default_value = "10s", value_parser = values::duration)]
    max_heartbeat: Duration,
    /// Database roles that may call the functions by name, with commas between them; `public` is everybody
    #[arg(long, value_name = "ROLES", value_delimiter = ',')]
    grant_to: Vec<Identifier>,
    /// The database role of `signet rls sync`, with --epoch synced
    #[arg(long, value_name = "ROLE")]
    sync_role: Option<Identifier>,
    /// Print the statements and do nothing
    #[arg(long)]
    print: bool,
}

/// The words of `--epoch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum EpochMode {
    None,
    Local,
    Synced,
}

impl EpochMode {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Local => "local",
            Self::Synced => "synced",
        }
    }
}

/// What was installed.
#[derive(Debug, Serialize)]
struct InstallReport {
    schema: String,
    epoch: &'static str,
    changed: bool,
}

impl fmt::Display for InstallReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = if self.changed { "installed" } else { "unchanged" };
        write!(
            formatter,
            "schema {}: {done} (epoch: {})",
            self.schema, self.epoch
        )
    }
}

/// Installs or prints.
pub(super) async fn run(arguments: InstallArguments, json: bool) -> anyhow::Result<ExitCode> {
    let mode = arguments.epoch;
    ensure!(
        mode == EpochMode::Synced || arguments.sync_role.is_none(),
        "--sync-role belongs to --epoch synced: nothing is copied otherwise"
    );
    ensure!(
        arguments.max_heartbeat >= Duration::from_secs(5),
        "--max-heartbeat is at least 5s: a copy is as old as the worker's last question, which is answered within two \
         seconds and asked again after it"
    );
    let kit = Kit {
        schema: arguments.schema,
        role_claim: arguments.role_claim,
        epoch: match mode {
            EpochMode::None => Epoch::None,
            EpochMode::Local => Epoch::Local,
            EpochMode::Synced => Epoch::Synced(arguments.max_heartbeat),
        },
        grant_to: arguments.grant_to,
        sync_role: arguments.sync_role,
    };
    match arguments.database {
        Some(url) if !arguments.print => {
            let mut connection = rls::open(&url).await?;
            roles::require(&mut connection, kit.grant_to.iter().chain(&kit.sync_role)).await?;
            let installation = kit::install(&mut connection, &kit).await?;
            let report = InstallReport {
                schema: kit.schema.as_str().to_owned(),
                epoch: mode.name(),
                changed: installation == Installation::Changed,
            };
            output::write(&report, json)?;
        }
        _ => output::line(&format!("begin;\n{}commit;", kit.sql()))?,
    }
    Ok(ExitCode::SUCCESS)
}
