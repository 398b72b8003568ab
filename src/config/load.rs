//! Owns where configuration comes from: `--config`, else `SIGNET_CONFIG`, else `./signet.toml` if there is one; then
//! the environment, in which `SIGNET_DATABASE__URL` is the key `database.url`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::ConfigBuilder;
use config::builder::DefaultState;
use serde::{Deserialize, Serialize};

use super::environment;
use super::{
    ClientSettings, DatabaseSettings, DomainSettings, HookSettings, KeySettings, LimitSettings,
    ListenSettings, LogSettings, MailSettings, ModuleAllowlist, ModuleSettings, PageSettings,
    PasswordSettings, QueueSettings, QuotaSettings, SealingSettings, SignUpSettings, SigningSettings,
    TlsSettings, TokenSettings,
};

/// Everything that can be set.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignetConfig {
    /// The issuer identifier: the exact text of `iss`, and the base of every URL.
    pub issuer: String,
    /// Addresses.
    pub listen: ListenSettings,
    /// TLS of our own, when no proxy ends it.
    pub tls: TlsSettings,
    /// PostgreSQL.
    pub database: DatabaseSettings,
    /// Key-encryption keys.
    pub sealing: SealingSettings,
    /// Algorithms.
    pub signing: SigningSettings,
    /// When signing keys change.
    pub keys: KeySettings,
    /// Lifetimes and claims.
    pub tokens: TokenSettings,
    /// What comes with a new person.
    pub sign_up: SignUpSettings,
    /// Which modules each type of organization has.
    pub modules: ModuleSettings,
    /// What pages and mails have in common.
    pub pages: PageSettings,
    /// What all clients share.
    pub clients: ClientSettings,
    /// What all of the operators' hooks share.
    pub hooks: HookSettings,
    /// Password hashing.
    pub password: PasswordSettings,
    /// Lockout and rates.
    pub limits: LimitSettings,
    /// How much one person or one organization may have.
    pub quotas: QuotaSettings,
    /// How organizations prove their domains.
    pub domains: DomainSettings,
    /// Mail to people.
    pub mail: MailSettings,
    /// Work that waits.
    pub queue: QueueSettings,
    /// Logs.
    pub log: LogSettings,
}

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read as configuration.
    #[error("the configuration cannot be read: {0}")]
    Unreadable(#[from] config::ConfigError),
    /// A variable of the environment sets nothing.
    #[error("the variable {name} is no setting: {because}")]
    UnknownVariable {
        /// Its name.
        name: String,
        /// What is wrong with it.
        because: String,
    },
    /// A variable's value is not what its key holds.
    #[error("the variable {name} cannot be read: {source}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong with it.
        source: Box<config::ConfigError>,
    },
    /// A variable that holds a secret is not there.
    #[error("{key} names {name}, which the environment does not hold as text")]
    SecretVariable {
        /// The configuration key.
        key: &'static str,
        /// Its name.
        name: String,
    },
    /// A file that holds a secret cannot be read.
    #[error("{key} names {path}, which cannot be read")]
    SecretFile {
        /// The configuration key.
        key: &'static str,
        /// The path that it names.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A value that must be there is not.
    #[error("{key} is not set: {advice}")]
    Missing {
        /// The configuration key.
        key: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// A value is outside its range.
    #[error("{key} is out of range: {advice}")]
    OutOfRange {
        /// The configuration key.
        key: &'static str,
        /// What is allowed.
        advice: &'static str,
    },
}

/// Reads the configuration. Values that need each other are checked here, so that nothing starts with half of them.
pub fn load(path: Option<&Path>) -> Result<SignetConfig, ConfigError> {
    let mut variables = environment::variables()?;
    let named = variables.remove("SIGNET_CONFIG").map(PathBuf::from);
    let mut builder = config::Config::builder();
    builder = match path.map(Path::to_path_buf).or(named) {
        Some(path) => builder.add_source(config::File::from(path).format(config::FileFormat::Toml)),
        None => {
            builder.add_source(config::File::new("signet.toml", config::FileFormat::Toml).required(false))
        }
    };
    finish(builder, variables)
}

/// Reads the environment alone, over other defaults than usual: keys with their values. Files, and what names one, are
/// left aside.
pub fn load_environment(defaults: &[(&str, &str)]) -> Result<SignetConfig, ConfigError> {
    let mut variables = environment::variables()?;
    variables.remove("SIGNET_CONFIG");
    let mut builder = config::Config::builder();
    for (key, value) in defaults {
        builder = builder.set_default(key, *value)?;
    }
    finish(builder, variables)
}

/// Puts the environment over what was gathered, and checks all of it.
fn finish(
    builder: ConfigBuilder<DefaultState>,
    variables: HashMap<String, String>,
) -> Result<SignetConfig, ConfigError> {
    environment::check(&variables)?;
    let names: Vec<String> = variables.keys().cloned().collect();
    let mut environment = config::Environment::with_prefix("SIGNET")
        .prefix_separator("_")
        .separator("__")
        .try_parsing(true)
        .list_separator(",")
        .with_list_parse_key("sealing.kek_files")
        .with_list_parse_key("sealing.kek_variables")
        .with_list_parse_key("sealing.lost_keks")
        .with_list_parse_key("sealing.transit.keys")
        .with_list_parse_key("signing.algorithms")
        .with_list_parse_key("signing.also_published")
        .with_list_parse_key("keys.verifiers")
        .with_list_parse_key("listen.trusted_proxies")
        .with_list_parse_key("domains.dns_servers")
        .with_list_parse_key("domains.public_mail")
        .source(Some(variables));
    for key in ModuleAllowlist::KEYS {
        environment = environment.with_list_parse_key(key);
    }
    let settings: SignetConfig = builder
        .add_source(environment)
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(|error| environment::blame(error, names.iter()))?;
    settings.database.check()?;
    settings.sealing.check()?;
    settings.signing.check()?;
    settings.keys.check()?;
    settings.tokens.check()?;
    settings.modules.check()?;
    settings.sign_up.check()?;
    settings.password.check()?;
    settings.hooks.check()?;
    settings.mail.check()?;
    settings.queue.check()?;
    Ok(settings)
}
