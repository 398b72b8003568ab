//! Owns the way between a hook and its row: what is stored in words, and how signing secrets are sealed.

use std::collections::BTreeSet;
use std::time::Duration;

use super::definition::{
    DefinitionError, FunctionName, Hook, Mode, OnFailure, Settings, Target, UnopenedTarget,
};
use crate::base::entropy::Entropy;
use crate::base::id::HookId;
use crate::base::secret::Secret;
use crate::protocol::claims::Output;
use crate::sealing::{self, Context, Keyring, Sealed, SealingError};

const TABLE: &str = "auth.token_hooks";
/// These secrets are nobody's but the server's.
const OWNER: &str = "server";

/// Why a stored hook is not one.
#[derive(Debug, thiserror::Error)]
pub enum StoredHookError {
    /// A word of the row is unknown to this version.
    #[error("the hook {hook} has a {column} that this version does not know")]
    Word {
        /// Its name.
        hook: String,
        /// The column.
        column: &'static str,
    },
    /// The definition breaks a rule.
    #[error("the hook {hook} breaks a rule: {source}")]
    Definition {
        /// Its name.
        hook: String,
        /// Which.
        #[source]
        source: DefinitionError,
    },
    /// Its secrets do not open.
    #[error("the signing secrets of the hook {hook} do not open")]
    Unopened {
        /// Its name.
        hook: String,
        /// Why.
        #[source]
        source: SealingError,
    },
}

/// A row of `auth.token_hooks`.
pub(super) struct Row {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) target: String,
    pub(super) enabled: bool,
    pub(super) position: i32,
    pub(super) mode: String,
    pub(super) outputs: Vec<String>,
    pub(super) overwrite: Vec<String>,
    pub(super) may_raise: Vec<String>,
    pub(super) timeout_ms: i32,
    pub(super) on_failure: String,
    pub(super) secrets_sealed: Option<Vec<u8>>,
    pub(super) kek_id: Option<String>,
    pub(super) shadow: bool,
}

/// Reads a row. Nothing of it is believed that an operator could not have written through the command line.
pub(super) fn open(row: &Row, keyring: &Keyring) -> Result<Hook, StoredHookError> {
    let hook = row.name.clone();
    let word = |column| StoredHookError::Word {
        hook: hook.clone(),
        column,
    };
    let broken = |source| StoredHookError::Definition {
        hook: hook.clone(),
        source,
    };
    let target = match (row.kind.as_str(), &row.secrets_sealed, &row.kek_id) {
        ("sql", None, None) => Target::Sql(FunctionName::parse(&row.target).map_err(broken)?),
        ("http", Some(sealed), Some(kek_id)) => {
            let opened = sealing::open(keyring, &context(&row.id), kek_id, sealed).map_err(|source| {
                StoredHookError::Unopened {
                    hook: hook.clone(),
                    source,
                }
            })?;
            let text = String::from_utf8(opened.to_vec()).map_err(|_| word("secrets_sealed"))?;
            Target::http(&row.target, Secret::new(text)).map_err(broken)?
        }
        _ => return Err(word("kind")),
    };
    let outputs: Option<BTreeSet<_>> = row.outputs.iter().map(|name| Output::parse(name)).collect();
    let settings = Settings {
        target,
        enabled: row.enabled,
        position: row.position,
        mode: Mode::parse(&row.mode).ok_or_else(|| word("mode"))?,
        outputs: outputs.ok_or_else(|| word("outputs"))?,
        overwrite: row.overwrite.iter().cloned().collect(),
        may_raise: row.may_raise.iter().cloned().collect(),
        timeout: Duration::from_millis(u64::try_from(row.timeout_ms).unwrap_or(0)),
        on_failure: OnFailure::parse(&row.on_failure).ok_or_else(|| word("on_failure"))?,
        shadow: row.shadow,
        name: row.name.clone(),
    };
    settings.check().map_err(broken)?;
    Ok(Hook {
        id: HookId::from_text(row.id.clone()),
        settings,
    })
}

/// The hook of a row, or what stands for it where the row cannot be opened: the others are asked all the same, and
/// what this one would have decided fails as its operator wanted.
pub(super) fn open_or_stand_in(row: &Row, keyring: &Keyring) -> Hook {
    open(row, keyring).unwrap_or_else(|error| stand_in(row, &error))
}

/// Whatever of the row this version cannot read is taken as the strictest that it can mean.
fn stand_in(row: &Row, error: &StoredHookError) -> Hook {
    let source = std::error::Error::source(error).map(ToString::to_string);
    let reason = source.map_or_else(|| error.to_string(), |source| format!("{error}: {source}"));
    let outputs: Option<BTreeSet<_>> = row.outputs.iter().map(|name| Output::parse(name)).collect();
    let target = Target::Unopened(UnopenedTarget {
        kind: if row.kind == "sql" { "sql" } else { "http" },
        address: row.target.clone(),
        reason,
    });
    Hook {
        id: HookId::from_text(row.id.clone()),
        settings: Settings {
            enabled: row.enabled,
            position: row.position,
            mode: Mode::parse(&row.mode).unwrap_or(Mode::Merge),
            outputs: outputs
                .filter(|outputs| !outputs.is_empty())
                .unwrap_or_else(|| BTreeSet::from(Output::ALL)),
            on_failure: OnFailure::parse(&row.on_failure).unwrap_or(OnFailure::Closed),
            shadow: row.shadow,
            ..Settings::new(&row.name, target)
        },
    }
}

/// Seals what a target signs with, for the row of this id.
pub(super) fn seal(
    keyring: &Keyring,
    id: &HookId,
    target: &Target,
    entropy: &dyn Entropy,
) -> Result<Option<Sealed>, SealingError> {
    match target {
        Target::Sql(_) | Target::Unopened(_) => Ok(None),
        Target::Http(http) => {
            let plain = http.secrets().expose().as_bytes();
            sealing::seal(keyring, &context(id.as_str()), plain, entropy).map(Some)
        }
    }
}

pub(super) const fn context(row: &str) -> Context<'_> {
    Context {
        table: TABLE,
        column: "secrets_sealed",
        row,
        owner: OWNER,
    }
}
