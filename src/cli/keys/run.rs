//! Owns what `signet keys …` does, each command in transactions of its own.

use anyhow::Result;

use super::arguments::KeysCommand;
use super::report::{KeyList, KeysReport, Proven};
use super::{import, revoke, rotate, status};
use crate::app::rotation_state;
use crate::config::SignetConfig;
use crate::db::UnitOfWork;
use crate::sealing::Keyring;
use crate::signing::rotation::{self, Policy, View};

/// What commands on keys work with.
pub struct KeyDesk<'a, F> {
    /// The configuration of the server.
    pub config: &'a SignetConfig,
    /// Its key-encryption keys.
    pub keyring: &'a Keyring,
    /// Begins a transaction of the operator's.
    pub begin: F,
}

impl<F: AsyncFn() -> Result<UnitOfWork>> KeyDesk<'_, F> {
    /// What there is now, and the rules for it: those of running servers where this configuration's are looser.
    pub(super) async fn look(&self) -> Result<(View, Policy)> {
        let mut work = (self.begin)().await?;
        let now = work.now();
        let (view, policy) = rotation_state(work.connection()?, self.config, now).await?;
        work.commit().await?;
        Ok((view, policy))
    }

    /// In which points running servers are stricter than this configuration.
    pub(super) fn looser_than(&self, held: &Policy) -> Vec<String> {
        Policy::new(self.config, None).looser_than(held)
    }
}

/// Carries out a command.
pub async fn run<F: AsyncFn() -> Result<UnitOfWork>>(
    command: KeysCommand,
    desk: &KeyDesk<'_, F>,
) -> Result<KeysReport> {
    match command {
        KeysCommand::List => Ok(KeysReport::List(KeyList::new(&desk.look().await?.0))),
        KeysCommand::Status => status::show(desk).await,
        KeysCommand::Rotate(arguments) => rotate::rotate(&arguments, desk).await,
        KeysCommand::Revoke(arguments) => revoke::revoke(&arguments, desk).await,
        KeysCommand::Import(arguments) => import::import(&arguments, desk).await,
        KeysCommand::ExportPublic(arguments) => import::export(&arguments, desk).await,
        KeysCommand::Verify(arguments) => {
            let mut work = (desk.begin)().await?;
            let proof = rotation::verify(&mut work).await?;
            work.commit().await?;
            Ok(KeysReport::Proof(Proven::new(proof, arguments.contains)))
        }
    }
}
