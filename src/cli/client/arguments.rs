//! Owns the words of `signet client …`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use serde_json::Map;

use super::edit::EditClient;
use super::options::MetadataOptions;
use super::resource::{CreateResource, EditResource};
use crate::cli::values;
use crate::client::{Change, ClientMetadata, preset};
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;

/// What to do with clients.
#[derive(Debug, Clone, Subcommand)]
pub enum ClientCommand {
    /// Register a client; its secret is shown only now
    Create(Box<CreateClient>),
    /// List the products that `create --for` knows, or show what it would print for one
    Presets {
        /// The product
        #[arg(value_parser = PossibleValuesParser::new(preset::names()))]
        name: Option<String>,
        /// Print the manual's page of all of them instead
        #[arg(long, conflicts_with = "name")]
        markdown: bool,
    },
    /// List clients in the order of their ids
    List {
        /// Begin after this id
        #[arg(long)]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
    /// Show everything about a client but its secrets
    Show {
        /// The client's id
        id: String,
    },
    /// Change a client; what is left out stays, and so does its id
    Edit {
        /// The client's id
        id: String,
        /// What to change
        #[command(flatten)]
        changes: Box<EditClient>,
    },
    /// Give a client a new secret; it is shown only now
    RotateSecret {
        /// The client's id
        id: String,
        /// How long the old secret stays valid, such as 24h; 0 ends it at once
        #[arg(long, default_value = "24h", value_parser = values::duration)]
        overlap: Duration,
    },
    /// Switch a client off: it authenticates no more, and everything it was granted ends
    Disable {
        /// The client's id
        id: String,
    },
    /// Switch a client on again; people log in anew
    Enable {
        /// The client's id
        id: String,
    },
    /// Delete a client, with everything that it was granted and every consent to it
    Delete {
        /// The client's id
        id: String,
        /// Do it: without this, say only what would end
        #[arg(long)]
        yes: bool,
    },
    /// End everything that a client was granted until now
    RevokeTokens {
        /// The client's id
        id: String,
    },
    /// Register a resource (an audience for access tokens, RFC 8707)
    ResourceCreate(CreateResource),
    /// List resources in the order of their identifiers
    ResourceList {
        /// Begin after this identifier
        #[arg(long)]
        after: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
    /// Show everything about a resource
    ResourceShow {
        /// The resource's identifier
        identifier: String,
    },
    /// Change a resource; what is left out stays, and so does its identifier
    ResourceEdit(EditResource),
    /// Delete a resource that no client names
    ResourceDelete {
        /// The resource's identifier
        identifier: String,
        /// Do it: without this, say only what would end
        #[arg(long)]
        yes: bool,
    },
}

impl ClientCommand {
    /// The address of a picture that is to be fetched.
    pub(super) fn icon(&self) -> Option<&str> {
        match self {
            Self::Create(arguments) => arguments.options.icon(),
            Self::Edit { changes, .. } => changes.options.icon(),
            _ => None,
        }
    }
}

/// A registration.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "it is the help text, which knows no markup")]
pub struct CreateClient {
    /// The product that it is for: sets what the product needs, and prints the product's own configuration
    #[arg(long = "for", value_name = "PRODUCT", value_parser = PossibleValuesParser::new(preset::names()), hide_possible_values = true)]
    pub preset: Option<String>,
    /// Where the application is reached, for --for
    #[arg(long, requires = "preset")]
    pub url: Option<String>,
    /// The id that the application sends; made if left out, for a product its name
    #[arg(long)]
    pub id: Option<String>,
    /// Where codes may be sent, byte for byte; repeat for several
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// Where a logout may end; repeat for several
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub post_logout_redirect_uris: Vec<String>,
    /// A grant type; repeat for several [default: authorization_code, for a service client_credentials]
    #[arg(long = "grant", value_parser = values::one_of(GrantType::ALL.map(GrantType::name), GrantType::parse))]
    pub grant_types: Vec<GrantType>,
    /// Scopes of signet's that it may ask for, separated by spaces or repeated [default: openid profile email, for a
    /// service none]
    #[arg(long = "scope", value_parser = values::known_scope)]
    pub scopes: Vec<Scope>,
    /// Scopes of an API of your own that it may ask for too, such as orders:read; signet only carries them
    #[arg(long = "custom-scope", value_name = "SCOPES", value_parser = values::scope)]
    pub custom_scopes: Vec<Scope>,
    /// Its other fields
    #[command(flatten)]
    pub options: MetadataOptions,
    /// A file with the secret to use instead of a made one (- for standard input); 32 characters or more
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

impl CreateClient {
    /// What is asked for, beside what a preset says.
    pub(super) fn metadata(&self, preset: Change) -> Result<ClientMetadata> {
        let mut lists = Map::new();
        let mut set = |field: &str, values: &[String]| {
            if !values.is_empty() {
                lists.insert(field.to_owned(), values.into());
            }
        };
        set("redirect_uris", &self.redirect_uris);
        set("post_logout_redirect_uris", &self.post_logout_redirect_uris);
        let grants: Vec<String> = self
            .grant_types
            .iter()
            .map(|grant| grant.name().to_owned())
            .collect();
        set("grant_types", &grants);
        if !self.scopes.is_empty() {
            let scope = Scope::from_tokens(self.scopes.iter().flat_map(Scope::iter));
            lists.insert("scope".to_owned(), scope.to_string().into());
        }
        let mut metadata = preset
            .and(self.options.change()?)
            .and(Change::new(lists)?)
            .create()?;
        let custom = self.custom_scopes.iter().flat_map(Scope::iter);
        metadata.scope = std::mem::take(&mut metadata.scope).with(custom);
        Ok(metadata)
    }
}
