//! Configuration: one TOML file plus `SIGNET_…` environment variables, one file per section. Unknown keys are
//! refused. It knows what may be set and what is set, not what it does.

mod clients;
mod database;
mod domains;
mod environment;
mod hooks;
mod keys;
mod limits;
mod listen;
mod load;
mod log;
mod mail;
mod modules;
mod pages;
mod password;
mod queue;
mod quotas;
mod reach;
mod sealing;
mod sign_up;
mod signing;
mod tokens;

pub use clients::ClientSettings;
pub use database::DatabaseSettings;
pub use domains::DomainSettings;
pub use environment::postgres_folder;
pub use hooks::HookSettings;
pub use keys::KeySettings;
pub use limits::LimitSettings;
pub use listen::{ForwardedBy, ListenSettings, TlsSettings};
pub use load::{ConfigError, SignetConfig, load, load_environment};
pub use log::{LogFormat, LogSettings};
pub use mail::{Correspondent, MailSettings, MailTransport, SmtpSecurity, SmtpSettings};
pub use modules::{ModuleAllowlist, ModuleSettings, is_module_id};
pub use pages::PageSettings;
pub use password::PasswordSettings;
pub use queue::QueueSettings;
pub use quotas::QuotaSettings;
pub use reach::ReachSetting;
pub use sealing::{SealingSettings, TransitSettings};
pub use sign_up::{SignUpPolicy, SignUpSettings};
pub use signing::SigningSettings;
pub use tokens::{LONGEST_ACCESS_TOKEN, TokenSettings};
