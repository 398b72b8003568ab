//! Owns the way from arguments to a command, and what a failure looks like.

use std::process::ExitCode;

use clap::Parser as _;

use super::arguments::{Arguments, Command};
use super::client::ClientCommand;
use super::{
    backup_epoch, client, consent, database, dev, doctor, hook, kek, keys, mail, migrate, module, operator,
    organization, output, queue, rls, serve, service_key, user, workspace,
};
use crate::config;
use crate::db::told;

/// Runs the command that this process was started with.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&anyhow::Error::from(error).context("no threads can be started")),
    };
    let code = match runtime.block_on(run(arguments)) {
        Ok(code) => code,
        Err(error) => failed(&error),
    };
    // What still waits in a thread of its own, for a line of standard input or for a name server, has nobody to tell.
    runtime.shutdown_background();
    code
}

/// How a shell reports a program that a closed pipe ended: 128 and the number of SIGPIPE.
const PIPE_CLOSED: u8 = 141;

fn failed(error: &anyhow::Error) -> ExitCode {
    // As other programs end: there is nothing to say, and nobody to say it to.
    if error.is::<output::ReaderGone>() {
        return ExitCode::from(PIPE_CLOSED);
    }
    tell(error);
    ExitCode::FAILURE
}

/// Says on standard error what went wrong, and why.
pub(super) fn tell(error: &anyhow::Error) {
    use std::io::Write as _;
    let mut output = std::io::stderr().lock();
    // Nobody is left to tell if this fails too.
    let _ = writeln!(output, "signet: {}", told(error.as_ref()));
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments {
        config: path,
        json,
        command,
    } = arguments;
    let load = || config::load(path.as_deref());
    match command {
        Command::Dev(arguments) => Box::pin(dev::run(arguments)).await?,
        Command::Serve => serve::run(load()?).await?,
        Command::Migrate(arguments) => migrate::run(arguments, load).await?,
        Command::Doctor => return doctor::run(&load()?, json).await,
        Command::Rls(command) => return rls::run(command, json).await,
        Command::Database(command) => database::run(command).await?,
        Command::Client(ClientCommand::Presets { name, markdown }) => {
            output::write(&client::presets(name.as_deref(), markdown)?, json)?;
        }
        Command::Client(command) => {
            let report = client::run(command, &load()?).await?;
            output::write(&report, json)?;
        }
        Command::User(command) => {
            let report = user::run(command, &load()?).await?;
            output::write(&report, json)?;
        }
        Command::Keys(command) => return Box::pin(keys::execute(command, &load()?, json)).await,
        Command::Kek(command) => return Box::pin(kek::execute(command, &load()?, json)).await,
        Command::Hook(command) => return Box::pin(hook::run(command, &load()?, json)).await,
        Command::Organization(command) => {
            let report = organization::run(command, &load()?).await?;
            output::write(&report, json)?;
        }
        Command::Workspace(command) => {
            let config = load()?;
            let mut work = operator::begin(&config).await?;
            let report = workspace::run(command, &mut work, &config.quotas).await?;
            work.commit().await?;
            output::write(&report, json)?;
        }
        Command::Queue(command) => {
            let config = load()?;
            let operator = operator::Operator::open(&config).await?;
            let keyring = operator.keyring(&config).await?;
            let mut work = operator.begin().await?;
            let report = queue::run(command, &mut work, &keyring).await?;
            work.commit().await?;
            output::write(&report, json)?;
        }
        Command::Mail(command) => {
            let report = mail::run(command, &load()?).await?;
            output::write(&report, json)?;
        }
        Command::Module(command) => {
            let mut work = operator::begin(&load()?).await?;
            let report = module::run(command, &mut work).await?;
            work.commit().await?;
            output::write(&report, json)?;
        }
        Command::Consent(command) => {
            let mut work = operator::begin(&load()?).await?;
            let report = consent::run(command, &mut work).await?;
            work.commit().await?;
            output::write(&report, json)?;
        }
        Command::BackupEpoch(command) => {
            let mut work = operator::begin(&load()?).await?;
            let report = backup_epoch::run(command, &mut work).await?;
            work.commit().await?;
            output::write(&report, json)?;
        }
        Command::ServiceKey(command) => {
            let mut work = operator::begin(&load()?).await?;
            let report = service_key::run(command, &mut work).await?;
            work.commit().await?;
            output::write(&report, json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
