//! Owns what `signet doctor` says about the way to the database: who reads along, and whose the sessions are.

use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::config::SignetConfig;
use crate::db::connect::{self, PoolSettings};
use crate::db::sessions::{self, APPLICATION, Sessions};

/// Each URL of the configuration that leaves this machine without knowing whom it reaches.
pub(super) fn unverified(config: &SignetConfig) -> Vec<String> {
    let database = &config.database;
    let urls = [
        ("database.url", database.app_url().ok()),
        ("database.owner_url", database.owner_url().ok()),
        ("database.hook_url", database.hook_url().ok().flatten()),
        ("database.listen_url", database.listen_url().ok().flatten()),
    ];
    let options = |(key, url): (_, Option<String>)| Some((key, connect::options(&url?).ok()?));
    urls.into_iter()
        .filter_map(options)
        .filter(|(_, options)| !is_local(options) && !matches!(options.get_ssl_mode(), PgSslMode::VerifyFull))
        .map(|(key, options)| {
            format!(
                "{key} leads to {} without knowing that it is the right one: add sslmode=verify-full and sslrootcert",
                options.get_host()
            )
        })
        .collect()
}

fn is_local(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    options.get_socket().is_some()
        || host.starts_with('/')
        || host == "localhost"
        || address.is_some_and(|address| address.is_loopback())
}

/// Whose the sessions are, once the pool could be opened: a pooler that the configuration does not know of, or whose
/// role has no defaults, has been refused by then.
pub(super) async fn pooler(settings: &PoolSettings, config: &SignetConfig) -> Result<String, String> {
    if settings.sessions.keep_statements() {
        return Ok("none: each connection is a session of its own".to_owned());
    }
    let options = Sessions::Shared
        .options(&settings.url, "signet doctor", &APPLICATION)
        .map_err(|error| error.to_string())?;
    let shared = sessions::are_shared(&options)
        .await
        .map_err(|error| error.to_string())?;
    let changes = match config.database.listen_url() {
        Ok(Some(url)) => {
            sessions::connect_directly(&url, "signet doctor")
                .await
                .map_err(|error| format!("database.listen_url: {error}"))?;
            "changes are told at once, by way of database.listen_url"
        }
        Ok(None) => {
            "changes are seen by polls, up to three seconds late; database.listen_url would tell them at once"
        }
        Err(error) => return Err(error.to_string()),
    };
    let seen = if shared {
        "one hands sessions around, as database.pooler says"
    } else {
        "database.pooler is set, but two connections met in no session: without a pooler, unset it and save round trips"
    };
    Ok(format!("{seen}; {changes}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str) -> usize {
        let mut config = SignetConfig::default();
        url.clone_into(&mut config.database.url);
        unverified(&config).len()
    }

    #[test]
    fn only_a_database_elsewhere_must_be_verified() {
        for url in [
            "postgres://signet_app@localhost/signet",
            "postgres://signet_app@127.0.0.1/signet",
            "postgres://signet_app@[::1]/signet",
            "postgres://signet_app@localhost/signet?host=/run/postgresql",
            "postgres://signet_app@db.example.com/signet?sslmode=verify-full",
        ] {
            assert_eq!(told(url), 0, "{url}");
        }
        for url in [
            "postgres://signet_app@db.example.com/signet",
            "postgres://signet_app@db.example.com/signet?sslmode=require",
            "postgres://signet_app@db.example.com/signet?sslmode=verify-ca",
            "postgres://signet_app@192.0.2.1/signet?sslmode=disable",
        ] {
            assert_eq!(told(url), 1, "{url}");
        }
    }
}
