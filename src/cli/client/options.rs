//! Owns the options that `client create` and `client edit` share: one for each field of a client's metadata that has a
//! single value. A new field is one entry here and one in `client::metadata::document`.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::values;
use crate::client::metadata::document::LARGEST;
use crate::client::{AccessTokenFormat, Change, ClientType, MetadataError};
use crate::protocol::algorithm::{Algorithm, VerifiedAlgorithm};
use crate::protocol::client_authentication::ClientAuthenticationMethod;

/// Fields of the metadata. Serialized, they are under the names that the document has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args, Serialize)]
#[expect(clippy::doc_markdown, reason = "it is the help text, which knows no markup")]
pub struct MetadataOptions {
    /// What consent pages call it
    #[arg(long = "name")]
    pub client_name: Option<String>,
    /// What kind of software it is [default: web]
    #[arg(long = "type", value_parser = values::one_of(ClientType::ALL.map(ClientType::name), ClientType::parse))]
    #[serde(rename = "type")]
    pub client_type: Option<ClientType>,
    /// How it authenticates [default: client_secret_basic, for spa and native none]
    #[arg(long = "auth-method", value_parser = values::one_of(
        ClientAuthenticationMethod::ALL.map(ClientAuthenticationMethod::name), ClientAuthenticationMethod::parse))]
    pub token_endpoint_auth_method: Option<ClientAuthenticationMethod>,
    /// A file with its public keys as a JWK set (- for standard input), for private_key_jwt
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub jwks_file: Option<PathBuf>,
    /// Where it publishes its public keys as a JWK set, instead of --jwks-file
    #[arg(long, value_name = "URI")]
    pub jwks_uri: Option<String>,
    /// The only algorithm of its assertions [default: any that its keys are for]
    #[arg(long = "auth-signing-alg", value_parser = values::one_of(
        VerifiedAlgorithm::ALL.map(VerifiedAlgorithm::name), VerifiedAlgorithm::parse))]
    pub token_endpoint_auth_signing_alg: Option<VerifiedAlgorithm>,
    /// Its assertions may have the token endpoint as their audience; else only the issuer (RFC 10070)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub token_endpoint_as_audience: Option<bool>,
    /// Accept its secret by that method alone; else HTTP Basic and the body are both accepted
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub exact_auth_method: Option<bool>,
    /// Where it is told that a person's session ended, which it must be able to check (OpenID Connect Back-Channel Logout)
    #[arg(long, value_name = "URI")]
    pub backchannel_logout_uri: Option<String>,
    /// It must be told which session ended; signet always says it
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub backchannel_logout_session_required: Option<bool>,
    /// It is ours: people are not asked for consent
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub first_party: Option<bool>,
    /// Refuse authorization requests without PKCE (a public client's always are); false: accept them without a nonce too
    /// [default: a confidential client sends PKCE or a nonce]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub require_pkce: Option<bool>,
    /// The same as --require-pkce false
    #[arg(long, conflicts_with = "require_pkce")]
    #[serde(skip)]
    pub no_require_pkce: bool,
    /// Keep the claims of scopes and of tenancy out of the ID token (OpenID Connect Core 5.4 to the letter)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub lean_id_token: Option<bool>,
    /// The algorithm of its ID tokens [default: signing.id_token_algorithm, which is RS256 unless set]
    #[arg(long = "id-token-alg", value_parser = values::algorithm())]
    pub id_token_signed_response_alg: Option<Algorithm>,
    /// The algorithm of its access tokens [default: signing.access_token_algorithm, which is ES256 unless set]
    #[arg(long = "access-token-alg", value_parser = values::algorithm())]
    pub access_token_signed_response_alg: Option<Algorithm>,
    /// What its access tokens look like [default: jwt]
    #[arg(long, value_parser = values::one_of(
        AccessTokenFormat::ALL.map(AccessTokenFormat::name), AccessTokenFormat::parse))]
    pub access_token_format: Option<AccessTokenFormat>,
    /// How long its access tokens live, such as 10m; at most 1h; 0: as long as the server says
    #[arg(long, value_parser = values::duration)]
    #[serde(serialize_with = "seconds")]
    pub access_token_lifetime: Option<Duration>,
    /// Ask for a login when the last one is older than so many seconds
    #[arg(long, value_name = "SECONDS")]
    pub default_max_age: Option<u32>,
    /// The audience of its access tokens when a request names no resource
    #[arg(long = "resource-default", value_name = "IDENTIFIER")]
    pub default_resource: Option<String>,
    /// The resource whose server it is: it may introspect tokens of that audience
    #[arg(long, value_name = "IDENTIFIER")]
    pub audience: Option<String>,
    /// It may introspect every token
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    pub may_introspect: Option<bool>,
    /// Address of its icon: a PNG, JPEG or WebP of at most 256 KiB and 1024 by 1024 pixels, which is fetched now, once,
    /// and served by signet
    #[arg(long = "icon", value_name = "URI")]
    pub logo_uri: Option<String>,
    /// Its home page
    #[arg(long, value_name = "URI")]
    pub client_uri: Option<String>,
    /// Its privacy policy
    #[arg(long, value_name = "URI")]
    pub policy_uri: Option<String>,
    /// Its terms
    #[arg(long, value_name = "URI")]
    pub tos_uri: Option<String>,
    /// A file with fields of its metadata as JSON, in RFC 7591's names (- for standard input); options go before it
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub metadata: Option<PathBuf>,
    /// A field to take away, so that its default holds again, such as require_pkce; repeat for several
    #[arg(long, value_name = "FIELD")]
    #[serde(skip)]
    pub reset: Vec<String>,
}

impl MetadataOptions {
    /// What they ask for. An empty text takes an address or the name of a resource away, as `--reset` does any field.
    pub(super) fn change(&self) -> Result<Change> {
        let mut fields = match &self.metadata {
            None => Map::new(),
            Some(path) => read_document(path)?,
        };
        let Value::Object(named) = serde_json::to_value(self)? else {
            bail!("the options are no object");
        };
        for (field, value) in named {
            match value {
                Value::Null => {}
                Value::String(text) if text.is_empty() => drop(fields.insert(field, Value::Null)),
                value => drop(fields.insert(field, value)),
            }
        }
        self.change_keys(&mut fields)?;
        if self.no_require_pkce {
            fields.insert("require_pkce".to_owned(), false.into());
        }
        if self.access_token_lifetime == Some(Duration::ZERO) {
            fields.insert("access_token_lifetime".to_owned(), Value::Null);
        }
        fields.extend(self.reset.iter().map(|field| (field.clone(), Value::Null)));
        Ok(Change::new(fields)?)
    }

    /// The address of a picture that is to be fetched.
    pub(super) fn icon(&self) -> Option<&str> {
        self.logo_uri.as_deref().filter(|address| !address.is_empty())
    }

    /// A client has one source of keys: naming one takes the other away.
    fn change_keys(&self, fields: &mut Map<String, Value>) -> Result<()> {
        if let Some(path) = &self.jwks_file {
            fields.insert("jwks".to_owned(), read_document(path)?.into());
            fields.entry("jwks_uri").or_insert(Value::Null);
        } else if self.jwks_uri.as_ref().is_some_and(|uri| !uri.is_empty()) {
            fields.entry("jwks").or_insert(Value::Null);
        }
        Ok(())
    }
}

fn read_document(path: &std::path::Path) -> Result<Map<String, Value>> {
    // One more than may be, so that a larger file is seen to be one.
    let text = values::read(path, LARGEST as u64 + 1)?;
    ensure!(text.len() <= LARGEST, MetadataError::TooLarge);
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON object", path.display()))
}

#[expect(clippy::ref_option, reason = "serde passes the field")]
fn seconds<S: serde::Serializer>(length: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    length.map(|length| length.as_secs()).serialize(serializer)
}
