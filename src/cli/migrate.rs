//! `signet migrate`: roles as an administrator, schema and the list of modules as the owner. `serve` never migrates.

use clap::Args;
use sqlx::{Connection as _, PgConnection};

use super::{output, schema};
use crate::config::SignetConfig;
use crate::db::{bootstrap, migrate, pool};
use crate::tenancy::module;

/// `signet migrate`
#[derive(Debug, Args)]
pub(super) struct MigrateArguments {
    /// First make the roles and rights, as the administrator that this URL names.
    #[arg(long, value_name = "ADMIN_URL")]
    bootstrap: Option<String>,
    /// Print the statements that make roles and rights, for a database administrator to run, and do nothing.
    #[arg(long)]
    print: bool,
}

/// Makes roles if asked, then migrates as `signet_owner` and publishes the configured list of modules.
pub(super) async fn run(arguments: MigrateArguments, config: &SignetConfig) -> anyhow::Result<()> {
    if arguments.print {
        let url = config
            .database
            .owner_url()
            .or_else(|_| config.database.app_url())?;
        let options = pool::options(&url)?;
        for statement in bootstrap::statements(options.get_database().unwrap_or("signet")) {
            output::line(&format!("{statement};"))?;
        }
        return Ok(());
    }
    if let Some(admin_url) = arguments.bootstrap {
        bootstrap::run(&admin_url).await?;
        output::line(
            "roles: signet_owner, signet_app, signet_hook, signet_maintenance are there; give each a password",
        )?;
    }
    let owner_url = config.database.owner_url()?;
    migrate::run(&owner_url).await.map_err(schema::advise)?;
    let mut connection = PgConnection::connect(&owner_url).await?;
    module::service::publish(&mut connection, &config.modules.allowlist).await?;
    connection.close().await?;
    output::line(&format!("schema: at version {}", schema::newest()))
}
