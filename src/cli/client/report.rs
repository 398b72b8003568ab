//! Owns what `signet client …` answers, as JSON and as text.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::connect::{Connection, PresetList};
use crate::base::clock::Timestamp;
use crate::cli::layout;
use crate::client::icon::KeptIcon;
use crate::client::{Client, ClientSummary, Resource};
use crate::protocol::algorithm::Algorithm;

/// What a command answers.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum ClientReport {
    /// A client and its secret, if it has one.
    Credentials(Credentials),
    /// The products that are known.
    Presets(PresetList),
    /// Everything about one.
    Client(Box<ClientView>),
    /// Some of them.
    Clients(ClientList),
    /// What was done to one.
    Changed(ClientChanged),
    /// A resource.
    Resource(ResourceView),
    /// Some of them.
    Resources(ResourceList),
    /// What was done to one.
    ResourceChanged(ResourceChanged),
}

/// A client and the secret that is shown only now.
#[derive(Debug, Serialize)]
pub struct Credentials {
    /// Its id.
    pub client_id: String,
    /// Its secret in the clear; a public client has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<String>,
    /// Until when an older secret is accepted too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_secret_expires_at: Option<Timestamp>,
    /// What the application needs to know.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub connection: Option<Box<Connection>>,
}

/// A client: its metadata under the names of RFC 7591, and what is no part of it.
#[derive(Debug, Serialize)]
pub struct ClientView {
    /// Its id.
    pub client_id: String,
    /// Every field of its metadata.
    #[serde(flatten)]
    pub metadata: Map<String, Value>,
    /// Whether it is switched off.
    pub disabled: bool,
    /// Its secrets, which nobody can read any more.
    pub secrets: Vec<SecretView>,
    /// Everything that was granted before is dead.
    pub revoked_before: Option<Timestamp>,
    /// The picture that was fetched from its `logo_uri`.
    pub icon: Option<IconView>,
}

/// A picture that pages show.
#[derive(Debug, Serialize)]
pub struct IconView {
    /// Where it was fetched from.
    pub source: String,
    /// What it is served as.
    pub media_type: &'static str,
    /// Pixels from left to right.
    pub width: i32,
    /// Pixels from top to bottom.
    pub height: i32,
    /// How many bytes it has.
    pub bytes: i32,
    /// When it was fetched.
    pub fetched_at: Timestamp,
}

/// That there is a secret, and how long.
#[derive(Debug, Serialize)]
pub struct SecretView {
    /// Whether it is the one that was made last.
    pub current: bool,
    /// When it ends; none for the current one.
    pub expires_at: Option<Timestamp>,
}

/// Some clients.
#[derive(Debug, Serialize)]
pub struct ClientList {
    /// In the order of their ids.
    pub clients: Vec<ClientLine>,
}

/// One line of a list.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the client")]
pub struct ClientLine {
    pub client_id: String,
    pub client_name: String,
    #[serde(rename = "type")]
    pub client_type: &'static str,
    pub first_party: bool,
    pub disabled: bool,
}

/// What was done.
#[derive(Debug, Serialize)]
pub struct ClientChanged {
    /// To whom.
    pub client_id: String,
    /// What: disabled, enabled, tokens revoked.
    pub done: &'static str,
}

/// A resource.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are those of the resource")]
pub struct ResourceView {
    pub identifier: String,
    pub name: String,
    pub access_token_signed_response_alg: Option<&'static str>,
    pub access_token_typ: &'static str,
    pub access_token_lifetime: Option<u64>,
    pub claim_names: BTreeMap<String, String>,
}

/// Some resources.
#[derive(Debug, Serialize)]
pub struct ResourceList {
    /// In the order of their identifiers.
    pub resources: Vec<ResourceView>,
}

/// What was done to a resource.
#[derive(Debug, Serialize)]
pub struct ResourceChanged {
    /// Which.
    pub identifier: String,
    /// What.
    pub done: &'static str,
}

impl ClientView {
    /// What is shown of a client.
    #[must_use]
    pub fn new(client: &Client, icon: Option<KeptIcon>) -> Self {
        let secrets = client.secrets.iter().map(|secret| SecretView {
            current: secret.expires_at.is_none(),
            expires_at: secret.expires_at,
        });
        Self {
            client_id: client.client_id.to_string(),
            metadata: client.metadata.every_field(),
            disabled: client.disabled,
            secrets: secrets.collect(),
            revoked_before: client.revoked_before,
            icon: icon.map(IconView::from),
        }
    }
}

impl From<KeptIcon> for IconView {
    fn from(icon: KeptIcon) -> Self {
        Self {
            source: icon.source,
            media_type: icon.kind.media_type(),
            width: icon.width,
            height: icon.height,
            bytes: icon.size,
            fetched_at: icon.fetched_at,
        }
    }
}

impl From<ClientSummary> for ClientLine {
    fn from(client: ClientSummary) -> Self {
        Self {
            client_id: client.client_id.to_string(),
            client_name: client.name,
            client_type: client.client_type.name(),
            first_party: client.first_party,
            disabled: client.disabled,
        }
    }
}

impl From<&Resource> for ResourceView {
    fn from(resource: &Resource) -> Self {
        Self {
            identifier: resource.identifier.clone(),
            name: resource.name.clone(),
            access_token_signed_response_alg: resource.algorithm.map(Algorithm::name),
            access_token_typ: resource.token_type.name(),
            access_token_lifetime: resource.lifetime.map(|lifetime| lifetime.as_secs()),
            claim_names: resource.claim_names.clone(),
        }
    }
}

impl fmt::Display for ClientReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(credentials) => {
                write!(formatter, "client_id:     {}", credentials.client_id)?;
                if let Some(secret) = &credentials.client_secret {
                    write!(
                        formatter,
                        "\nclient_secret: {secret}\nThe secret is shown only now."
                    )?;
                }
                if let Some(expires_at) = credentials.old_secret_expires_at {
                    write!(formatter, "\nThe old secret is accepted until {expires_at}.")?;
                }
                match &credentials.connection {
                    Some(connection) => write!(formatter, "\n\n{connection}"),
                    None => Ok(()),
                }
            }
            Self::Presets(list) => list.fmt(formatter),
            Self::Client(client) => layout::lines(formatter, client),
            Self::Clients(list) => {
                let rows = list.clients.iter().map(|client| {
                    let first_party = if client.first_party { "first-party" } else { "" };
                    let state = if client.disabled { "disabled" } else { "" };
                    [
                        client.client_id.as_str(),
                        client.client_type,
                        client.client_name.as_str(),
                        first_party,
                        state,
                    ]
                });
                layout::table(formatter, ["CLIENT_ID", "TYPE", "NAME", "", ""], rows)
            }
            Self::Changed(changed) => write!(formatter, "{}: {}", changed.client_id, changed.done),
            Self::Resource(resource) => layout::lines(formatter, resource),
            Self::Resources(list) => {
                let rows = list.resources.iter().map(|resource| {
                    [
                        resource.identifier.as_str(),
                        resource.access_token_signed_response_alg.unwrap_or_default(),
                        resource.access_token_typ,
                        resource.name.as_str(),
                    ]
                });
                layout::table(formatter, ["IDENTIFIER", "ALG", "TYP", "NAME"], rows)
            }
            Self::ResourceChanged(changed) => {
                write!(formatter, "{}: {}", changed.identifier, changed.done)
            }
        }
    }
}
