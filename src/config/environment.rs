//! Owns which variables of the environment are settings. Every one that begins with `SIGNET_` is, or is refused by its
//! name; only what Kubernetes says of a service of that name is somebody else's, and what names the programs of a private
//! PostgreSQL is for development.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{ConfigError, SignetConfig};

/// How the names of settings begin.
const PREFIX: &str = "SIGNET_";

/// Names the folder of PostgreSQL's programs for `signet dev`, the tests and the benchmarks.
const POSTGRES: &str = "SIGNET_POSTGRES";

/// What parts a section from its key.
const SEPARATOR: &str = "__";

/// The variables that are meant for us.
pub(super) fn variables() -> Result<HashMap<String, String>, ConfigError> {
    let mut variables = HashMap::new();
    for (name, value) in std::env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        let Ok(value) = value.into_string() else {
            return Err(ConfigError::UnknownVariable {
                name: name.to_owned(),
                because: "its value is not UTF-8".to_owned(),
            });
        };
        if name != POSTGRES && !tells_of_a_service(name, &value) {
            variables.insert(name.to_owned(), value);
        }
    }
    Ok(variables)
}

/// The folder that `SIGNET_POSTGRES` names.
#[must_use]
pub fn postgres_folder() -> Option<PathBuf> {
    std::env::var_os(POSTGRES)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// What a variable holds that configuration names, under this key, because it is secret.
pub(super) fn secret(key: &'static str, name: &str) -> Result<Zeroizing<String>, ConfigError> {
    // A name that no variable can have would be a panic.
    let possible = !name.is_empty() && !name.contains(['=', '\0']);
    let value = if possible { std::env::var_os(name) } else { None };
    let text = value.and_then(|value| value.into_string().ok());
    text.map(Zeroizing::new)
        .ok_or_else(|| ConfigError::SecretVariable {
            key,
            name: name.to_owned(),
        })
}

/// Whether a variable is one of those that Kubernetes gives to every container of a namespace for a service that is
/// called signet, or signet-something: `SIGNET_SERVICE_HOST`, `SIGNET_SERVICE_PORT_HTTP`, `SIGNET_PORT=tcp://…`,
/// `SIGNET_PORT_8080_TCP_ADDR`. None of them has the two underscores of a setting.
fn tells_of_a_service(name: &str, value: &str) -> bool {
    if name.contains(SEPARATOR) {
        return false;
    }
    let named = |word: &str| name.ends_with(word);
    let of_one_port = || {
        let (_, port) = name.split_once("_PORT_")?;
        let (number, rest) = port.split_once('_')?;
        let protocol = rest.split('_').next()?;
        number.parse::<u16>().ok()?;
        Some(["TCP", "UDP", "SCTP"].contains(&protocol))
    };
    named("_SERVICE_HOST")
        || named("_SERVICE_PORT")
        || name.contains("_SERVICE_PORT_")
        || (named("_PORT") && value.contains("://"))
        || of_one_port().unwrap_or(false)
}

/// Refuses a variable that sets nothing: whoever misspelt one believes that it counts.
pub(super) fn check(variables: &HashMap<String, String>) -> Result<(), ConfigError> {
    let Ok(Value::Object(keys)) = serde_json::to_value(SignetConfig::default()) else {
        return Ok(());
    };
    let mut names: Vec<&String> = variables.keys().collect();
    names.sort();
    for name in names {
        if let Some(because) = problem(name, &keys) {
            let name = name.clone();
            return Err(ConfigError::UnknownVariable { name, because });
        }
    }
    Ok(())
}

fn problem(name: &str, keys: &Map<String, Value>) -> Option<String> {
    let path = key(name);
    let mut within = keys;
    let mut walked: Vec<&str> = Vec::new();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let Some(value) = within.get(part) else {
            let mut there: Vec<&str> = within.keys().map(String::as_str).collect();
            there.sort_unstable();
            let place = match walked.as_slice() {
                [] => "the configuration".to_owned(),
                walked => format!("[{}]", walked.join(".")),
            };
            return Some(format!("{place} has no key `{part}`, only {}", there.join(", ")));
        };
        walked.push(part);
        let place = walked.join(".");
        match (value, parts.peek()) {
            (Value::Object(inner), Some(_)) => within = inner,
            (Value::Object(_), None) => {
                return Some(format!(
                    "[{place}] is a section, whose keys are {name}{SEPARATOR}…"
                ));
            }
            (_, Some(_)) => return Some(format!("`{place}` is a key and no section")),
            (_, None) => {}
        }
    }
    None
}

/// The key that a variable sets: `database.url` of `SIGNET_DATABASE__URL`.
fn key(name: &str) -> String {
    name.trim_start_matches(PREFIX)
        .to_lowercase()
        .replace(SEPARATOR, ".")
}

/// Says which variable it was whose value cannot be read, if it was one.
pub(super) fn blame<'a>(
    error: config::ConfigError,
    mut names: impl Iterator<Item = &'a String>,
) -> ConfigError {
    let key_of_error = match &error {
        config::ConfigError::Type { key, .. } | config::ConfigError::At { key, .. } => key.as_deref(),
        _ => None,
    };
    // An entry of a list is named by its position behind the key.
    let wanted = key_of_error.and_then(|wanted| wanted.split('[').next());
    let blamed = wanted.and_then(|wanted| names.find(|name| key(name) == wanted));
    match blamed {
        Some(name) => ConfigError::Variable {
            name: name.clone(),
            source: Box::new(error),
        },
        None => ConfigError::Unreadable(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_says_of_a_service_is_no_setting() {
        for (name, value) in [
            ("SIGNET_SERVICE_HOST", "10.0.0.1"),
            ("SIGNET_SERVICE_PORT", "8080"),
            ("SIGNET_SERVICE_PORT_HTTP", "8080"),
            ("SIGNET_PORT", "tcp://10.0.0.1:8080"),
            ("SIGNET_PORT_8080_TCP", "tcp://10.0.0.1:8080"),
            ("SIGNET_PORT_8080_TCP_PROTO", "tcp"),
            ("SIGNET_PORT_8080_TCP_PORT", "8080"),
            ("SIGNET_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("SIGNET_DB_SERVICE_HOST", "10.0.0.2"),
            ("SIGNET_DB_PORT_53_UDP_ADDR", "10.0.0.2"),
        ] {
            assert!(tells_of_a_service(name, value), "{name}");
        }
        for (name, value) in [
            ("SIGNET_PORT", "8080"),
            ("SIGNET_ISSUER", "https://login.example.com"),
            ("SIGNET_DATABASE__URL", "postgres://signet_app@db/signet"),
            ("SIGNET_LISTEN__SERVICE_HOST", "10.0.0.1"),
            ("SIGNET_PORT_HTTP_TCP", "8080"),
        ] {
            assert!(!tells_of_a_service(name, value), "{name}");
        }
    }

    #[test]
    fn a_variable_that_sets_nothing_is_told_why() {
        let keys = serde_json::json!({
            "issuer": "", "modules": {"allowlist": {"team": []}}, "log": {"format": "", "filter": ""},
        });
        let keys = keys.as_object().unwrap();
        for (name, because) in [
            (
                "SIGNET_PORT",
                Some("the configuration has no key `port`, only issuer, log, modules"),
            ),
            (
                "SIGNET_LOG__LEVEL",
                Some("[log] has no key `level`, only filter, format"),
            ),
            (
                "SIGNET_MODULES__ALLOWLIST",
                Some("[modules.allowlist] is a section, whose keys are SIGNET_MODULES__ALLOWLIST__…"),
            ),
            ("SIGNET_ISSUER__HOST", Some("`issuer` is a key and no section")),
            ("SIGNET_MODULES__ALLOWLIST__TEAM", None),
            ("SIGNET_ISSUER", None),
        ] {
            assert_eq!(problem(name, keys).as_deref(), because, "{name}");
        }
    }
}
