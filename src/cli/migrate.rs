//! `signet migrate`: the database and its roles as an administrator; schema and the list of modules as the owner.
//! `serve` never migrates.

use clap::Args;
use sqlx::{Connection as _, PgConnection};

use super::{output, schema, values};
use crate::config::{ConfigError, SignetConfig};
use crate::db::{bootstrap, connect, migrate};
use crate::tenancy::module;

/// `signet migrate`
#[derive(Debug, Args)]
pub(super) struct MigrateArguments {
    /// Make the database that this URL ends with, if need be, and the roles and their rights, as the administrator that
    /// it names; nothing else is done, and no configuration is needed. @FILE reads the URL from a file.
    #[arg(long, value_name = "ADMIN_URL", value_parser = values::database_url)]
    bootstrap: Option<String>,
    /// Print the statements that make roles and rights in this database, for an administrator to run, and do nothing
    /// [default: the database that --bootstrap or the configuration names, else signet].
    #[arg(long, value_name = "DATABASE", num_args = 0..=1)]
    #[expect(
        clippy::option_option,
        reason = "how the command line says an option whose value may be left out"
    )]
    print: Option<Option<String>>,
}

/// Does one of three: prints what an administrator has to run, runs it, or migrates as `signet_owner` and publishes the
/// configured list of modules.
pub(super) async fn run(
    arguments: MigrateArguments,
    load: impl Fn() -> Result<SignetConfig, ConfigError>,
) -> anyhow::Result<()> {
    match (arguments.print, arguments.bootstrap) {
        (Some(Some(database)), _) => print(&database),
        (Some(None), Some(admin_url)) => print(&named(&admin_url)?),
        (Some(None), None) => print(&configured(&load()?)?),
        (None, Some(admin_url)) => make_roles(&admin_url).await,
        (None, None) => migrate(&load()?).await,
    }
}

fn print(database: &str) -> anyhow::Result<()> {
    let quoted = bootstrap::quote(database);
    output::line(&format!(
        "-- For an administrator, in the database {quoted}. If there is none, first: create database {quoted} encoding \
         'UTF8' template template0;"
    ))?;
    for statement in bootstrap::statements(database) {
        output::line(&format!("{statement};"))?;
    }
    Ok(())
}

fn named(url: &str) -> anyhow::Result<String> {
    Ok(connect::options(url)?
        .get_database()
        .unwrap_or(DATABASE)
        .to_owned())
}

/// What a database is called unless somebody says otherwise.
const DATABASE: &str = "signet";

fn configured(config: &SignetConfig) -> anyhow::Result<String> {
    match config.database.owner_url().or_else(|_| config.database.app_url()) {
        Ok(url) => named(&url),
        Err(ConfigError::Missing { .. }) => Ok(DATABASE.to_owned()),
        Err(error) => Err(error.into()),
    }
}

async fn make_roles(admin_url: &str) -> anyhow::Result<()> {
    let done = bootstrap::run(admin_url).await?;
    let made = if done.made { "was made" } else { "is there" };
    output::line(&format!(
        "database: {} {made}\n\
         roles: {} are there\n\
         next: give those that will log in a password (\\password in psql), name their URLs in signet.toml, then run \
         `signet migrate`",
        done.database,
        bootstrap::ROLES.join(", ")
    ))
}

async fn migrate(config: &SignetConfig) -> anyhow::Result<()> {
    let owner_url = config.database.owner_url()?;
    migrate::run(&owner_url).await.map_err(schema::advise)?;
    let mut connection = PgConnection::connect(&owner_url).await?;
    module::publish(&mut connection, &config.modules.allowlist).await?;
    connection.close().await?;
    output::line(&format!("schema: at version {}", schema::newest()))
}
