//! Owns what is said about the way to the database: who reads along, and whose the sessions are.

use std::net::IpAddr;

use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::finding::FindingId;
use super::report::{Checked, Problem};
use crate::config::SignetConfig;
use crate::db::connect::{self, PoolError, PoolSettings};
use crate::db::sessions::{self, APPLICATION, Sessions};
use crate::db::{DatabaseError, told};

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

/// Why the pool could not be opened.
pub(super) fn closed(error: &PoolError) -> Problem {
    let id = match error {
        PoolError::Url => FindingId::DatabaseUnconfigured,
        PoolError::Database(_) => FindingId::DatabaseUnreachable,
        PoolError::Role { .. } | PoolError::Defaults { .. } => FindingId::DatabaseRole,
        PoolError::Pooler { .. } => FindingId::DatabasePooler,
    };
    Problem::new(id, told(error))
}

/// Whose the sessions are, once the pool could be opened: a pooler that the configuration does not know of, or whose
/// role has no defaults, has been refused by then.
pub(super) async fn pooler(settings: &PoolSettings, config: &SignetConfig) -> Checked {
    if settings.sessions.keep_statements() {
        return Ok("none: each connection is a session of its own".to_owned());
    }
    let options = Sessions::Shared
        .options(&settings.url, "signet doctor", &APPLICATION)
        .map_err(|error| closed(&error))?;
    let shared = sessions::are_shared(&options)
        .await
        .map_err(DatabaseError::from)?;
    let no_listening = |detail| Problem::new(FindingId::PoolerListenUrl, detail);
    let changes = match config.database.listen_url() {
        Ok(Some(url)) => {
            sessions::connect_directly(&url, "signet doctor")
                .await
                .map_err(|error| no_listening(format!("database.listen_url: {error}")))?;
            "changes are told at once, by way of database.listen_url"
        }
        Ok(None) => {
            "changes are seen by polls, up to three seconds late; database.listen_url would tell them at once"
        }
        Err(error) => return Err(no_listening(error.to_string())),
    };
    if !shared {
        let detail = format!(
            "database.pooler is set, but two connections met in no session: without a pooler, unset it and save round \
             trips; {changes}"
        );
        return Err(Problem::new(FindingId::PoolerUnneeded, detail));
    }
    Ok(format!(
        "one hands sessions around, as database.pooler says; {changes}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(url: &str) -> usize {
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
            assert_eq!(found(url), 0, "{url}");
        }
        for url in [
            "postgres://signet_app@db.example.com/signet",
            "postgres://signet_app@db.example.com/signet?sslmode=require",
            "postgres://signet_app@db.example.com/signet?sslmode=verify-ca",
            "postgres://signet_app@192.0.2.1/signet?sslmode=disable",
        ] {
            assert_eq!(found(url), 1, "{url}");
        }
    }
}
