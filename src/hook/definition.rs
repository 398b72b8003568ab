//! Owns what an operator says of a hook: how it is reached, when it is asked, what its answer may do. Every rule of a
//! definition stands here; the database repeats them as checks. It does not know how a hook is asked.

use std::collections::BTreeSet;
use std::time::Duration;

use super::transport::target::{HttpTarget, TargetError};
use crate::base::id::HookId;
use crate::base::secret::Secret;
use crate::protocol::claims::{self, Output};

/// The shortest and the longest time that a hook may be given.
pub const TIMEOUTS: std::ops::RangeInclusive<Duration> = Duration::from_millis(50)..=Duration::from_secs(5);
/// The claims of membership that a policy can free. Not `org_id`: the epoch of a token counts for the true one.
pub const RAISABLE: [&str; 3] = ["role", "tier", "org_role"];
/// The longest identifier that PostgreSQL keeps whole.
const LONGEST_IDENTIFIER: usize = 63;
const LONGEST_URL: usize = 2048;

/// Why a definition is refused. Each names its field first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DefinitionError {
    /// The name.
    #[error("name: 1 to 63 of a-z 0-9 _ -, beginning with a letter or digit")]
    Name,
    /// The function's name.
    #[error("target: an SQL hook is schema.function, plain identifiers of at most 63 characters")]
    Function,
    /// The URL.
    #[error(
        "target: an HTTP hook is an https URL without user, password or fragment (http is for loopback only)"
    )]
    Url,
    /// HTTP without a secret.
    #[error("secret: an HTTP hook needs at least one signing secret (whsec_…); no request goes out unsigned")]
    Unsigned,
    /// A secret of another form.
    #[error("secret: one to four of whsec_ and the base64 of 24 to 64 bytes, separated by spaces")]
    Secret,
    /// SQL with a secret.
    #[error("secret: an SQL hook has no signing secret")]
    NeedlessSecret,
    /// No output, or an unknown one.
    #[error("outputs: at least one of access_token, id_token, userinfo")]
    Outputs,
    /// A locked claim among those that may be overwritten.
    #[error("overwrite: {0} is a claim that the protocol decides")]
    OverwriteLocked(String),
    /// A claim of membership that no policy frees.
    #[error("may_raise: {0} is none of role, tier, org_role")]
    Raise(String),
    /// The time.
    #[error("timeout: 50 to 5000 milliseconds")]
    Timeout,
}

/// A function by its two names, each a plain identifier.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FunctionName {
    schema: String,
    name: String,
}

impl FunctionName {
    /// Reads `schema.function`.
    pub fn parse(text: &str) -> Result<Self, DefinitionError> {
        match text.split_once('.') {
            Some((schema, name)) if is_identifier(schema) && is_identifier(name) => Ok(Self {
                schema: schema.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(DefinitionError::Function),
        }
    }

    /// The schema.
    #[must_use]
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The function's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name as SQL writes it. No character of an identifier needs escaping inside the quotes.
    #[must_use]
    pub fn quoted(&self) -> String {
        format!("\"{}\".\"{}\"", self.schema, self.name)
    }
}

impl std::fmt::Display for FunctionName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.schema, self.name)
    }
}

fn is_identifier(text: &str) -> bool {
    text.len() <= LONGEST_IDENTIFIER
        && text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_')
}

/// How a hook is reached.
#[derive(Debug, Clone)]
pub enum Target {
    /// A function, called as `signet_hook` with the event as its one argument.
    Sql(FunctionName),
    /// A URL that the event is posted to, with its signing secrets.
    Http(HttpTarget),
    /// None: the stored row cannot be opened. It fails whatever the hook decides, and nobody is asked.
    Unopened(UnopenedTarget),
}

/// What is known of a hook whose row cannot be opened.
#[derive(Debug, Clone)]
pub struct UnopenedTarget {
    /// `sql` or `http`.
    pub kind: &'static str,
    /// The function or URL, as the row says it.
    pub address: String,
    /// Why it cannot be opened.
    pub reason: String,
}

impl Target {
    /// Reads an HTTP target.
    pub fn http(url: &str, secrets: Secret) -> Result<Self, DefinitionError> {
        if url.len() > LONGEST_URL {
            return Err(DefinitionError::Url);
        }
        match HttpTarget::new(url, secrets) {
            Ok(target) => Ok(Self::Http(target)),
            Err(TargetError::NoSecret) => Err(DefinitionError::Unsigned),
            Err(TargetError::MalformedSecret | TargetError::TooManySecrets) => Err(DefinitionError::Secret),
            Err(_) => Err(DefinitionError::Url),
        }
    }

    /// `sql` or `http`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unopened(unopened) => unopened.kind,
            Self::Sql(_) => "sql",
            Self::Http(_) => "http",
        }
    }

    /// The target as it is stored and shown.
    #[must_use]
    pub fn address(&self) -> String {
        match self {
            Self::Sql(function) => function.to_string(),
            Self::Http(target) => target.url().to_string(),
            Self::Unopened(unopened) => unopened.address.clone(),
        }
    }
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Claims to add.
    Merge,
    /// The whole set, in the contract of Supabase's custom access token hook.
    Replace,
}

impl Mode {
    /// The name that is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Replace => "replace",
        }
    }

    /// The mode of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Merge, Self::Replace]
            .into_iter()
            .find(|mode| mode.name() == name)
    }
}

/// What follows when a hook fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnFailure {
    /// No token.
    Closed,
    /// A token without what the hook would have said.
    BuiltIn,
}

impl OnFailure {
    /// The name that is stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::BuiltIn => "built_in",
        }
    }

    /// The reaction of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Closed, Self::BuiltIn]
            .into_iter()
            .find(|reaction| reaction.name() == name)
    }
}

/// Everything that an operator sets of a hook.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What people call it; labels of metrics and lines of logs say it.
    pub name: String,
    /// How it is reached.
    pub target: Target,
    /// Whether it is asked.
    pub enabled: bool,
    /// Hooks are asked in this order, then by name.
    pub position: i32,
    /// What its answer is.
    pub mode: Mode,
    /// For which outputs it is asked, once for each.
    pub outputs: BTreeSet<Output>,
    /// Claims that stand already and that its answer may change all the same.
    pub overwrite: BTreeSet<String>,
    /// Claims of membership that its answer may set beyond membership.
    pub may_raise: BTreeSet<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// What follows when it fails.
    pub on_failure: OnFailure,
    /// A candidate: asked beside the others, compared, never deciding.
    pub shadow: bool,
}

impl Settings {
    /// The usual settings of a new hook: disabled, additive, access token only, one second, closed.
    #[must_use]
    pub fn new(name: &str, target: Target) -> Self {
        Self {
            name: name.to_owned(),
            target,
            enabled: false,
            position: 0,
            mode: Mode::Merge,
            outputs: BTreeSet::from([Output::AccessToken]),
            overwrite: BTreeSet::new(),
            may_raise: BTreeSet::new(),
            timeout: Duration::from_secs(1),
            on_failure: OnFailure::Closed,
            shadow: false,
        }
    }

    /// Checks what the types leave open.
    pub fn check(&self) -> Result<(), DefinitionError> {
        let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit();
        let named = self.name.len() <= LONGEST_IDENTIFIER
            && self.name.starts_with(plain)
            && self.name.chars().all(|char| plain(char) || "_-".contains(char));
        if !named {
            return Err(DefinitionError::Name);
        }
        if self.outputs.is_empty() {
            return Err(DefinitionError::Outputs);
        }
        if let Some(locked) = self.overwrite.iter().find(|name| claims::is_locked(name)) {
            return Err(DefinitionError::OverwriteLocked(locked.clone()));
        }
        if let Some(other) = self
            .may_raise
            .iter()
            .find(|name| !RAISABLE.contains(&name.as_str()))
        {
            return Err(DefinitionError::Raise(other.clone()));
        }
        if !TIMEOUTS.contains(&self.timeout) {
            return Err(DefinitionError::Timeout);
        }
        Ok(())
    }
}

/// A registered hook.
#[derive(Debug, Clone)]
pub struct Hook {
    /// Its id.
    pub id: HookId,
    /// What its operator set.
    pub settings: Settings,
}

impl Hook {
    /// A hook that no row knows, for dry runs.
    #[must_use]
    pub fn unregistered(settings: Settings) -> Self {
        let id = HookId::from_text("unregistered");
        Self { id, settings }
    }
}
