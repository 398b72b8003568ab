//! Owns where key-encryption keys are: in files, in variables of the environment, or with a Transit engine (OpenBao,
//! Vault).

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::{Host, Url};
use zeroize::Zeroizing;

use super::reach::ReachSetting;
use super::{ConfigError, environment};
use crate::base::reach::Reach;

/// `[sealing]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SealingSettings {
    /// Files of lines `id:base64 of 32 bytes`. Every line opens. The key that `signet kek activate` named last seals;
    /// until there was one, the first line of the first file.
    pub kek_files: Vec<PathBuf>,
    /// Names of variables of the environment that hold such lines. They do not begin with `SIGNET_`, since those are
    /// settings.
    pub kek_variables: Vec<String>,
    /// Ids of keys that nobody has any more: a server starts without them, although rows need them.
    pub lost_keks: Vec<String>,
    /// A Transit engine.
    pub transit: TransitSettings,
}

/// `[sealing.transit]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TransitSettings {
    /// Where OpenBao or Vault is: `https://bao.example.com:8200`, or http on this machine.
    pub address: String,
    /// Where the engine is mounted.
    pub mount: String,
    /// Its keys as `id:name of the key in Transit`.
    pub keys: Vec<String>,
    /// A file that holds the token; read before each request, so that it can be replaced.
    pub token_file: PathBuf,
    /// Which addresses it may have.
    pub reach: ReachSetting,
    /// How long one answer may take, in milliseconds.
    pub timeout_ms: u64,
    /// How long a data key is held once Transit has unwrapped it, in seconds: so long Transit may be away. What it
    /// sealed does not open any more afterwards.
    pub hold_seconds: u64,
}

impl Default for TransitSettings {
    fn default() -> Self {
        Self {
            address: String::new(),
            mount: "transit".to_owned(),
            keys: Vec::new(),
            token_file: PathBuf::new(),
            reach: ReachSetting::Private,
            timeout_ms: 2000,
            hold_seconds: 24 * 60 * 60,
        }
    }
}

impl SealingSettings {
    /// The lines of each variable of [`Self::kek_variables`], with its name.
    pub fn variables(&self) -> impl Iterator<Item = Result<(&str, Zeroizing<String>), ConfigError>> {
        let names = self.kek_variables.iter();
        names.map(|name| Ok((name.as_str(), environment::secret("sealing.kek_variables", name)?)))
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        if self.kek_variables.iter().any(|name| name.starts_with("SIGNET_")) {
            return Err(ConfigError::OutOfRange {
                key: "sealing.kek_variables",
                advice: "a variable that begins with SIGNET_ is a setting: give the one with the keys another name",
            });
        }
        self.transit.check()
    }
}

impl TransitSettings {
    /// Which addresses it may have.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach.reach()
    }

    /// How long one answer may take.
    #[must_use]
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long a data key is held.
    #[must_use]
    pub const fn hold(&self) -> Duration {
        Duration::from_secs(self.hold_seconds)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.keys.is_empty() {
            return Ok(());
        }
        let wrong = |key, advice| Err(ConfigError::OutOfRange { key, advice });
        if !Url::parse(&self.address).is_ok_and(|url| is_guarded(&url)) {
            return wrong(
                "sealing.transit.address",
                "an https URL, or an http one whose host is this machine: a token goes there, and keys come back",
            );
        }
        if self.token_file.as_os_str().is_empty() {
            return Err(ConfigError::Missing {
                key: "sealing.transit.token_file",
                advice: "name the file that holds the token for OpenBao or Vault",
            });
        }
        if self.timeout_ms < 100 || self.timeout_ms > 10_000 {
            return wrong("sealing.transit.timeout_ms", "100 to 10000");
        }
        if self.hold_seconds < 60 || self.hold_seconds > 30 * 24 * 60 * 60 {
            return wrong(
                "sealing.transit.hold_seconds",
                "60 to 2592000 (30 days): shorter than it takes to mend Transit, and nothing opens meanwhile",
            );
        }
        Ok(())
    }
}

/// Whether nobody on the way reads what goes there.
fn is_guarded(url: &Url) -> bool {
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(change: impl FnOnce(&mut SealingSettings)) -> Option<String> {
        let mut settings = SealingSettings::default();
        settings.transit.address = "https://bao.example.com:8200".to_owned();
        settings.transit.keys = vec!["bao-1:signet".to_owned()];
        settings.transit.token_file = "/run/token".into();
        change(&mut settings);
        settings.check().err().map(|error| error.to_string())
    }

    #[test]
    fn a_transit_engine_is_reached_in_secret_or_on_this_machine() {
        assert_eq!(refusal(|_| {}), None);
        for (address, accepted) in [
            ("http://127.0.0.1:8200", true),
            ("http://[::1]:8200", true),
            ("http://localhost:8200", true),
            ("http://bao.example.com:8200", false),
            ("ftp://localhost", false),
            ("bao.example.com", false),
        ] {
            let refused = refusal(|settings| settings.transit.address = address.to_owned());
            assert_eq!(refused.is_none(), accepted, "{address}: {refused:?}");
        }
    }

    #[test]
    fn what_cannot_work_is_named_by_its_key() {
        let told = |change: fn(&mut SealingSettings)| refusal(change).unwrap();
        assert!(told(|it| it.transit.token_file = PathBuf::new()).contains("transit.token_file"));
        assert!(told(|it| it.transit.timeout_ms = 0).contains("transit.timeout_ms"));
        assert!(told(|it| it.transit.hold_seconds = 0).contains("transit.hold_seconds"));
        assert!(told(|it| it.kek_variables = vec!["SIGNET_X".to_owned()]).contains("kek_variables"));
    }
}
