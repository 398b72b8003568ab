//! Owns the words of `signet client …`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::edit::EditClient;
use crate::cli::values;
use crate::client::{AccessTokenFormat, ClientType, Registration};
use crate::protocol::algorithm::Algorithm;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::Scope;

/// What to do with clients.
#[derive(Debug, Clone, Subcommand)]
pub enum ClientCommand {
    /// Register a client; its secret is shown only now
    Create(Box<CreateClient>),
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
    /// Change a client; what is left out stays, and so do its id, its type and its way to authenticate
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
    /// End everything that a client was granted until now
    RevokeTokens {
        /// The client's id
        id: String,
    },
    /// Register a resource (an audience for access tokens, RFC 8707)
    ResourceCreate(CreateResource),
}

/// A registration.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[expect(clippy::doc_markdown, reason = "it is the help text, which knows no markup")]
pub struct CreateClient {
    /// The id that the application sends; made if left out
    #[arg(long)]
    pub id: Option<String>,
    /// What consent pages call it
    #[arg(long)]
    pub name: String,
    /// What kind of software it is
    #[arg(long = "type", default_value = "web", value_parser = values::one_of(ClientType::ALL.map(ClientType::name), ClientType::parse))]
    pub client_type: ClientType,
    /// Where codes may be sent, byte for byte; repeat for several
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// Where a logout may end; repeat for several
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub post_logout_redirect_uris: Vec<String>,
    /// A grant type; repeat for several [default: authorization_code, for a service client_credentials]
    #[arg(long = "grant", value_parser = values::one_of(GrantType::ALL.map(GrantType::name), GrantType::parse))]
    pub grant_types: Vec<GrantType>,
    /// Scopes of signet's that it may ask for, separated by spaces or repeated [default: openid]
    #[arg(long = "scope", value_parser = values::known_scope)]
    pub scopes: Vec<Scope>,
    /// Scopes of an API of your own that it may ask for, such as orders:read; signet only carries them
    #[arg(long = "custom-scope", value_name = "SCOPES", value_parser = values::scope)]
    pub custom_scopes: Vec<Scope>,
    /// How it authenticates [default: client_secret_basic, for spa and native none]
    #[arg(long, value_parser = values::one_of(
        ClientAuthenticationMethod::ALL.map(ClientAuthenticationMethod::name), ClientAuthenticationMethod::parse))]
    pub auth_method: Option<ClientAuthenticationMethod>,
    /// It is ours: people are not asked for consent
    #[arg(long)]
    pub first_party: bool,
    /// Accept authorization requests without PKCE (confidential clients only)
    #[arg(long)]
    pub no_require_pkce: bool,
    /// The algorithm of its ID tokens
    #[arg(long, default_value = "RS256", value_parser = values::algorithm())]
    pub id_token_alg: Algorithm,
    /// The algorithm of its access tokens [default: ES256]
    #[arg(long, value_parser = values::algorithm())]
    pub access_token_alg: Option<Algorithm>,
    /// What its access tokens look like
    #[arg(long, default_value = "jwt", value_parser = values::one_of(
        AccessTokenFormat::ALL.map(AccessTokenFormat::name), AccessTokenFormat::parse))]
    pub access_token_format: AccessTokenFormat,
    /// How long its access tokens live, such as 10m; at most 1h
    #[arg(long, value_parser = values::duration)]
    pub access_token_lifetime: Option<Duration>,
    /// Ask for a login when the last one is older than so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub default_max_age: Option<u32>,
    /// The audience of its access tokens when a request names no resource
    #[arg(long, value_name = "IDENTIFIER")]
    pub resource_default: Option<String>,
    /// The resource whose server it is: it may introspect tokens of that audience
    #[arg(long, value_name = "IDENTIFIER")]
    pub audience: Option<String>,
    /// Put the claims of scopes into the ID token too
    #[arg(long)]
    pub scope_claims_in_id_token: bool,
    /// It may introspect every token
    #[arg(long)]
    pub may_introspect: bool,
    /// Address of its logo
    #[arg(long, value_name = "URI")]
    pub icon: Option<String>,
    /// Its home page
    #[arg(long, value_name = "URI")]
    pub client_uri: Option<String>,
    /// Its privacy policy
    #[arg(long, value_name = "URI")]
    pub policy_uri: Option<String>,
    /// Its terms
    #[arg(long, value_name = "URI")]
    pub tos_uri: Option<String>,
    /// A file with the secret to use instead of a made one (- for standard input); 32 characters or more
    #[arg(long, value_name = "FILE")]
    pub secret_file: Option<PathBuf>,
}

impl CreateClient {
    pub(super) fn registration(&self, client_id: &str) -> Registration {
        let together = |scopes: &[Scope]| Scope::from_tokens(scopes.iter().flat_map(Scope::iter));
        Registration {
            icon: self.icon.clone(),
            client_uri: self.client_uri.clone(),
            policy_uri: self.policy_uri.clone(),
            tos_uri: self.tos_uri.clone(),
            first_party: self.first_party,
            authentication: self.auth_method,
            redirect_uris: self.redirect_uris.clone(),
            post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
            grant_types: self.grant_types.clone(),
            scopes: (!self.scopes.is_empty()).then(|| together(&self.scopes)),
            custom_scopes: together(&self.custom_scopes),
            require_pkce: !self.no_require_pkce,
            id_token_algorithm: self.id_token_alg,
            access_token_algorithm: self.access_token_alg,
            access_token_format: self.access_token_format,
            access_token_lifetime: self.access_token_lifetime,
            default_max_age: self.default_max_age,
            default_resource: self.resource_default.clone(),
            audience: self.audience.clone(),
            scope_claims_in_id_token: self.scope_claims_in_id_token,
            may_introspect: self.may_introspect,
            ..Registration::new(client_id, &self.name, self.client_type)
        }
    }
}

/// A resource to register.
#[derive(Debug, Clone, Args)]
#[expect(clippy::doc_markdown, reason = "it is the help text, which knows no markup")]
pub struct CreateResource {
    /// The URI that requests name and tokens carry as their audience
    #[arg(long)]
    pub identifier: String,
    /// What operators call it
    #[arg(long)]
    pub name: String,
    /// The algorithm of access tokens for it [default: the client's]
    #[arg(long, value_parser = values::algorithm())]
    pub alg: Option<Algorithm>,
    /// How long access tokens for it live, such as 5m; at most 1h
    #[arg(long, value_parser = values::duration)]
    pub lifetime: Option<Duration>,
    /// Give a claim another name for this audience, such as role=platform_role; repeat for several
    #[arg(long = "claim-name", value_name = "OURS=THEIRS")]
    pub claim_names: Vec<String>,
}
