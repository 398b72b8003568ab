//! `signet rls verify`: exits with 0 if nothing worse than a notice was found, with 1 if something was, with 2 if it
//! could not run.

use std::process::ExitCode;

use clap::Args;

use crate::cli::{output, run as program, values};
use crate::rls::verify::{self, Accepted, Locking, Paint, Pattern, Settings};

/// Something was found.
const FOUND: u8 = 1;
/// Nothing can be said.
const COULD_NOT_RUN: u8 = 2;

/// `signet rls verify`
#[derive(Debug, Clone, Args)]
pub struct VerifyArguments {
    /// The database, as its tables' owner; @FILE reads the URL from a file
    #[arg(long, value_name = "postgres://owner@host/name", value_parser = values::database_url)]
    database: String,
    /// The schema of the kit's functions
    #[arg(long, default_value = "auth", value_parser = verify::name)]
    schema: String,
    /// The column that says whose a row is
    #[arg(long, default_value = "org_id", value_name = "COLUMN", value_parser = verify::name)]
    tenant_column: String,
    /// Tables that count though they have no such column: schema.table, with * for any letters
    #[arg(long, value_delimiter = ',', value_name = "PATTERN,…")]
    tables: Vec<Pattern>,
    /// The roles to examine; every role that holds rights on the tables if left out
    #[arg(long = "as", value_delimiter = ',', value_name = "ROLE,…", value_parser = verify::name)]
    roles: Vec<String>,
    /// Roles of the organizations' own, besides owner, admin, member and viewer
    #[arg(long, value_delimiter = ',', value_name = "ROLE,…")]
    org_roles: Vec<String>,
    /// Findings that are meant so: code, or code:schema.table
    #[arg(long, value_delimiter = ',', value_name = "CODE,…")]
    accept: Vec<Accepted>,
    /// Lock the tables meanwhile, so that more can be checked: only for a database that nobody uses
    #[arg(long)]
    exclusive: bool,
}

/// Verifies, and reports.
pub(super) async fn run(arguments: VerifyArguments, json: bool) -> anyhow::Result<ExitCode> {
    let settings = Settings {
        schema: arguments.schema,
        tenant_column: arguments.tenant_column,
        tables: arguments.tables,
        roles: arguments.roles,
        org_roles: arguments.org_roles,
        accepted: arguments.accept,
        locking: if arguments.exclusive {
            Locking::Exclusive
        } else {
            Locking::Gentle
        },
    };
    let report = match verify::run(&arguments.database, &settings).await {
        Ok(report) => report,
        Err(error) => {
            program::tell(&error.into());
            return Ok(ExitCode::from(COULD_NOT_RUN));
        }
    };
    if json {
        output::line(&serde_json::to_string_pretty(&report)?)?;
    } else {
        let paint = if output::is_for_eyes() {
            Paint::Coloured
        } else {
            Paint::Plain
        };
        output::line(&report.told(paint))?;
    }
    Ok(if report.is_untested() {
        ExitCode::from(COULD_NOT_RUN)
    } else if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FOUND)
    })
}
