//! Owns `signet keys import` and `signet keys export-public`.

use std::fmt;

use anyhow::{Context as _, Result, ensure};
use serde::Serialize;
use serde_json::{Value, json};

use super::arguments::{ExportArguments, ImportArguments};
use super::report::{KeysReport, PlanReport};
use super::rotate::steps_of;
use super::run::KeyDesk;
use crate::cli::values;
use crate::db::UnitOfWork;
use crate::jose::{ImportedKey, PublicJwk};
use crate::signing::rotation::{self, ImportUse, Key, Rotation};

/// A public key, or the whole set.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Exported {
    /// JSON.
    Json(Value),
    /// PEM.
    Pem {
        /// The text.
        pem: String,
    },
}

impl fmt::Display for Exported {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(json) => write!(formatter, "{json:#}"),
            Self::Pem { pem } => formatter.write_str(pem),
        }
    }
}

pub(super) async fn import<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &ImportArguments,
    desk: &KeyDesk<'_, F>,
) -> Result<KeysReport> {
    let file = zeroize::Zeroizing::new(values::text_from(&arguments.file)?);
    let key = ImportedKey::read(&file, arguments.kid.as_deref(), arguments.alg)
        .with_context(|| arguments.file.display().to_string())?;
    let wanted = if arguments.verify_only {
        ImportUse::Verify(arguments.keep)
    } else {
        ImportUse::Sign
    };
    let (_, policy) = desk.look().await?;
    let rotation = Rotation {
        keyring: desk.keyring,
        policy: &policy,
    };
    let mut work = (desk.begin)().await?;
    let change = rotation::import(&mut work, rotation, key, wanted).await?;
    work.commit().await?;
    let (view, policy) = desk.look().await?;
    let steps = steps_of(&view, &policy, &[change.algorithm]);
    Ok(KeysReport::Plan(PlanReport::imported(&steps, &change, wanted)))
}

pub(super) async fn export<F: AsyncFn() -> Result<UnitOfWork>>(
    arguments: &ExportArguments,
    desk: &KeyDesk<'_, F>,
) -> Result<KeysReport> {
    let (view, _) = desk.look().await?;
    let Some(kid) = &arguments.kid else {
        let published = view.keys.iter().filter(|key| key.status.is_published());
        let keys: Vec<&Value> = published.map(|key| &key.public_key).collect();
        return Ok(KeysReport::Exported(Exported::Json(json!({ "keys": keys }))));
    };
    let key = view.keys.iter().find(|key| key.key_id.as_str() == kid);
    ensure!(
        key.is_some(),
        "there is no key {kid}: `signet keys list` shows them"
    );
    let exported = match (key, arguments.pem) {
        (Some(key), true) => Exported::Pem { pem: pem(key)? },
        (Some(key), false) => Exported::Json(key.public_key.clone()),
        (None, _) => Exported::Json(Value::Null),
    };
    Ok(KeysReport::Exported(exported))
}

fn pem(key: &Key) -> Result<String> {
    let members = key.public_key.as_object().context("the key is no JWK")?;
    Ok(PublicJwk::from_members(members)?.to_pem()?)
}
