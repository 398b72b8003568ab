//! Owns what `signet service-key …` answers, as JSON and as text.

use std::fmt;

use serde::Serialize;

use crate::authentication::service_key::{NewServiceKey, ServiceKey, ServiceScope};
use crate::base::clock::Timestamp;
use crate::cli::layout;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ServiceKeyReport {
    /// A key in the clear.
    Shown(ServiceKeyShown),
    /// Every key.
    Keys(ServiceKeyList),
    /// What was ended.
    Revoked(ServiceKeyRevoked),
}

/// A key that is shown only now.
#[derive(Debug, Serialize)]
pub struct ServiceKeyShown {
    /// Its id.
    pub service_key_id: String,
    /// Whose it is.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<&'static str>,
    /// The key itself.
    pub service_key: String,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Until when the older key is accepted too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_key_expires_at: Option<Timestamp>,
}

/// Every key.
#[derive(Debug, Serialize)]
pub struct ServiceKeyList {
    /// By name, the newest first.
    pub service_keys: Vec<ServiceKeyLine>,
}

/// One line of the list.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the key")]
pub struct ServiceKeyLine {
    pub service_key_id: String,
    pub name: String,
    pub scopes: Vec<&'static str>,
    pub live: bool,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
}

/// What was ended.
#[derive(Debug, Serialize)]
pub struct ServiceKeyRevoked {
    /// Whose keys.
    pub name: String,
    /// How many.
    pub revoked: u64,
}

impl ServiceKeyShown {
    pub(super) fn new(new: &NewServiceKey, old_key_expires_at: Option<Timestamp>) -> Self {
        Self {
            service_key_id: new.key.id.to_string(),
            name: new.key.name.clone(),
            scopes: names(&new.key.scopes),
            service_key: new.handle.expose().to_owned(),
            expires_at: new.key.expires_at,
            old_key_expires_at,
        }
    }
}

impl ServiceKeyLine {
    pub(super) fn new(key: ServiceKey, now: Timestamp) -> Self {
        Self {
            live: key.is_live(now),
            service_key_id: key.id.to_string(),
            scopes: names(&key.scopes),
            name: key.name,
            created_at: key.created_at,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            last_used_at: key.last_used_at,
        }
    }
}

fn names(scopes: &[ServiceScope]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.name()).collect()
}

impl fmt::Display for ServiceKeyReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shown(shown) => {
                layout::lines(formatter, shown)?;
                write!(formatter, "\nThe key is shown only now.")
            }
            Self::Keys(list) => {
                let told: Vec<[String; 4]> = list.service_keys.iter().map(cells).collect();
                let rows = told.iter().map(|cells| cells.each_ref().map(String::as_str));
                layout::table(formatter, ["NAME", "SCOPES", "STATE", "LAST USED"], rows)
            }
            Self::Revoked(revoked) => write!(formatter, "{}: {} revoked", revoked.name, revoked.revoked),
        }
    }
}

fn cells(key: &ServiceKeyLine) -> [String; 4] {
    let state = match (key.live, key.expires_at, key.revoked_at) {
        (false, _, Some(at)) => format!("revoked at {at}"),
        (false, Some(at), None) => format!("ended at {at}"),
        (true, Some(at), _) => format!("live until {at}"),
        _ => "live".to_owned(),
    };
    let last_used = key
        .last_used_at
        .map_or_else(|| "never".to_owned(), |at| at.to_string());
    [key.name.clone(), key.scopes.join(" "), state, last_used]
}
