//! Owns what operators do with hooks. Each function writes in its caller's transaction and leaves an event; every
//! replica asks the new hooks when that commits.

use super::definition::{DefinitionError, Hook, Settings, Target};
use super::sealed_keys;
use super::store::{self, WriteError};
use crate::audit::{self, HookEvent};
use crate::base::id::{HookId, UserId};
use crate::db::{DatabaseError, UnitOfWork};
use crate::sealing::{Keyring, SealingError};

/// Why a hook was not made, changed or read.
#[derive(Debug, thiserror::Error)]
pub enum HookServiceError {
    /// The definition breaks a rule; the error names the field.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// Another hook has this name.
    #[error("name: there already is a hook {0}")]
    AlreadyExists(String),
    /// No such hook.
    #[error("there is no hook {0:?}; `signet hook list` shows every one")]
    Unknown(String),
    /// Its row cannot be opened, so that it can only be disabled, removed, or given a new secret.
    #[error(
        "the hook {0} cannot be opened here: load the key-encryption key that sealed it, give it a new secret, or \
         disable it"
    )]
    Unopened(String),
    /// Signing secrets could not be sealed.
    #[error("the signing secrets could not be sealed")]
    Sealing(#[from] SealingError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// Makes a hook.
pub async fn add(
    work: &mut UnitOfWork,
    keyring: &Keyring,
    settings: Settings,
) -> Result<Hook, HookServiceError> {
    settings.check()?;
    let id = HookId::new(work.now(), work.entropy());
    let sealed = sealed_keys::seal(keyring, &id, &settings.target, work.entropy())?;
    let now = work.now();
    store::insert(work.connection()?, &id, &settings, sealed.as_ref(), now)
        .await
        .map_err(|error| written(error, &settings))?;
    record(work, &settings).await?;
    Ok(Hook { id, settings })
}

/// Forgets what was kept of a person's questions.
pub async fn forget(work: &mut UnitOfWork, user: &UserId) -> Result<(), DatabaseError> {
    store::events::forget(work.connection()?, user).await
}

/// The hook of a name or id; one whose row cannot be opened too, so that it can be looked at and disabled.
pub async fn find(
    work: &mut UnitOfWork,
    keyring: &Keyring,
    reference: &str,
) -> Result<Hook, HookServiceError> {
    let unknown = || HookServiceError::Unknown(reference.to_owned());
    if reference.contains('\0') {
        return Err(unknown());
    }
    let row = store::find(work.connection()?, reference)
        .await?
        .ok_or_else(unknown)?;
    Ok(sealed_keys::open_or_stand_in(&row, keyring))
}

/// Every hook in the order in which they are asked.
pub async fn list(work: &mut UnitOfWork, keyring: &Keyring) -> Result<Vec<Hook>, HookServiceError> {
    let rows = store::all(work.connection()?).await?;
    let hooks = rows.iter().map(|row| sealed_keys::open_or_stand_in(row, keyring));
    Ok(hooks.collect())
}

/// Gives a hook other settings.
pub async fn change(work: &mut UnitOfWork, keyring: &Keyring, hook: &Hook) -> Result<(), HookServiceError> {
    let Hook { id, settings } = hook;
    if let Target::Unopened(_) = settings.target {
        return disable_unopened(work, hook).await;
    }
    settings.check()?;
    let sealed = sealed_keys::seal(keyring, id, &settings.target, work.entropy())?;
    let now = work.now();
    let changed = store::update(work.connection()?, id, settings, sealed.as_ref(), now)
        .await
        .map_err(|error| written(error, settings))?;
    if !changed {
        return Err(HookServiceError::Unknown(settings.name.clone()));
    }
    record(work, settings).await
}

/// A disablement counts whatever cannot be opened; anything else would write what nobody has read.
async fn disable_unopened(work: &mut UnitOfWork, hook: &Hook) -> Result<(), HookServiceError> {
    let Hook { id, settings } = hook;
    let now = work.now();
    if settings.enabled {
        return Err(HookServiceError::Unopened(settings.name.clone()));
    }
    if !store::disable(work.connection()?, id, now).await? {
        return Err(HookServiceError::Unknown(settings.name.clone()));
    }
    record(work, settings).await
}

/// Removes a hook.
pub async fn remove(work: &mut UnitOfWork, hook: &Hook) -> Result<(), HookServiceError> {
    if !store::delete(work.connection()?, &hook.id).await? {
        return Err(HookServiceError::Unknown(hook.settings.name.clone()));
    }
    record(work, &hook.settings).await
}

async fn record(work: &mut UnitOfWork, settings: &Settings) -> Result<(), HookServiceError> {
    let hook = settings.name.clone();
    Ok(audit::record(work, HookEvent::Changed { hook }).await?)
}

fn written(error: WriteError, settings: &Settings) -> HookServiceError {
    match error {
        WriteError::Taken => HookServiceError::AlreadyExists(settings.name.clone()),
        WriteError::Database(error) => error.into(),
    }
}
