//! Owns what `signet kek …` does, each command in transactions of its own.

use anyhow::Result;

use super::arguments::KekCommand;
use super::report::{Done, KekReport};
use super::{activate, history, rekey, remove, status};
use crate::base::id::DataKeyId;
use crate::db::UnitOfWork;
use crate::kek::{self, View};
use crate::sealing::{KekSource, Keyring, data_key};

/// What commands on key-encryption keys work with.
pub struct KekDesk<'a, F> {
    /// The keys of the configuration.
    pub keyring: &'a Keyring,
    /// Begins a transaction of the operator's.
    pub begin: F,
}

impl<F: AsyncFn() -> Result<UnitOfWork>> KekDesk<'_, F> {
    /// What there is now.
    pub(super) async fn look(&self) -> Result<View> {
        let mut work = (self.begin)().await?;
        let now = work.now();
        let view = View::read(work.connection()?, now).await?;
        work.commit().await?;
        Ok(view)
    }
}

/// Carries out a command.
pub async fn run<F: AsyncFn() -> Result<UnitOfWork>>(
    command: KekCommand,
    desk: &KekDesk<'_, F>,
) -> Result<KekReport> {
    match command {
        KekCommand::Add { id } => add(&id, desk).await,
        KekCommand::Activate(arguments) => activate::activate(&arguments, desk).await,
        KekCommand::Rekey(arguments) => rekey::rekey(&arguments, desk).await,
        KekCommand::Status => status::show(desk).await,
        KekCommand::History(arguments) => history::show(&arguments, desk).await,
        KekCommand::Remove(arguments) => remove::remove(&arguments, desk).await,
    }
}

async fn add<F: AsyncFn() -> Result<UnitOfWork>>(id: &str, desk: &KekDesk<'_, F>) -> Result<KekReport> {
    let mut work = (desk.begin)().await?;
    let new_id = DataKeyId::new(work.now(), work.entropy());
    let wrapped = data_key::wrapped_keys(work.connection()?).await?;
    work.commit().await?;
    let lacks = !wrapped.iter().any(|row| row.kek_id == id);
    let new = if lacks && desk.keyring.source(id) == Some(KekSource::Transit) {
        Some(data_key::make(desk.keyring, id, new_id).await?)
    } else {
        None
    };
    let mut work = (desk.begin)().await?;
    let added = kek::add(&mut work, desk.keyring, id, new.as_ref()).await?;
    work.commit().await?;
    let mut changes: Vec<String> = added.adopted.iter().map(|id| adopted(id)).collect();
    changes.push(format!(
        "{id} ({}, {}) is known",
        added.kek.fingerprint,
        added.kek.source.name()
    ));
    let next = if added.active {
        format!("nothing: {id} is what seals already")
    } else {
        format!("give it to every replica, then `signet kek activate {id}`")
    };
    Ok(KekReport::Done(Done {
        changes,
        timed_out: false,
        next,
    }))
}

fn adopted(id: &str) -> String {
    format!("{id} was in use and is known from now on")
}
