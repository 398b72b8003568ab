//! Owns the command line's grammar.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use super::backup_epoch::BackupEpochCommand;
use super::client::ClientCommand;
use super::consent::ConsentCommand;
use super::database::DatabaseCommand;
use super::dev::DevArguments;
use super::hook::HookCommand;
use super::kek::KekCommand;
use super::keys::KeysCommand;
use super::mail::MailCommand;
use super::migrate::MigrateArguments;
use super::module::ModuleCommand;
use super::organization::OrganizationCommand;
use super::queue::QueueCommand;
use super::rls::RlsCommand;
use super::service_key::ServiceKeyCommand;
use super::user::UserCommand;
use super::workspace::WorkspaceCommand;

/// An OpenID Connect provider and token issuer whose claims a database can trust.
#[derive(Debug, Parser)]
#[command(name = "signet", version = env!("PROGRAM_VERSION"), about)]
pub(super) struct Arguments {
    /// The configuration file; `SIGNET_CONFIG` names it too. Default: ./signet.toml, if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Answer in JSON, for scripts.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Run everything on this machine: a private PostgreSQL, the server, and a demo application to click through.
    Dev(DevArguments),
    /// Run the server.
    Serve,
    /// Bring the database to this version's schema; with --bootstrap make the database and its roles instead.
    Migrate(MigrateArguments),
    /// Check configuration, database, keys and addresses; exits with 1 if something is wrong.
    Doctor,
    /// Register and manage clients and resources.
    #[command(subcommand)]
    Client(ClientCommand),
    /// Make and manage accounts.
    #[command(subcommand)]
    User(UserCommand),
    /// Make and manage organizations.
    #[command(subcommand, name = "org")]
    Organization(OrganizationCommand),
    /// Make and manage workspaces inside an organization
    #[command(subcommand)]
    Workspace(WorkspaceCommand),
    /// Say what a role may do with the modules of an organization
    #[command(subcommand)]
    Module(ModuleCommand),
    /// Show and withdraw what people allowed applications.
    #[command(subcommand)]
    Consent(ConsentCommand),
    /// Make and end keys of services that speak to the internal API.
    #[command(subcommand)]
    ServiceKey(ServiceKeyCommand),
    /// Show, rotate, revoke and verify the keys that sign tokens.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// After a restore: end everything that the backup has brought back.
    #[command(subcommand)]
    BackupEpoch(BackupEpochCommand),
    /// Change the key-encryption keys, which seal what is secret in the database.
    #[command(subcommand)]
    Kek(KekCommand),
    /// Register and manage hooks, which add claims to tokens.
    #[command(subcommand)]
    Hook(HookCommand),
    /// Show what waits to be done, and settle what was given up.
    #[command(subcommand)]
    Queue(QueueCommand),
    /// Look at mails, try whether they leave, and see what an address got.
    #[command(subcommand)]
    Mail(MailCommand),
    /// Isolate tenants in a database downstream by the token's claims.
    #[command(subcommand)]
    Rls(RlsCommand),
    /// Databases for building and testing.
    #[command(subcommand, hide = true)]
    Database(DatabaseCommand),
}
