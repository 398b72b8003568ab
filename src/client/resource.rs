//! Owns protected resources (RFC 8707): the audiences that access tokens may be made for.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

use super::token_type::TokenType;
use crate::base::display;
use crate::config::LONGEST_ACCESS_TOKEN;
use crate::protocol::algorithm::Algorithm;
use crate::protocol::claims;
use crate::protocol::tenancy_claims::{TenancyClaim, tenancy_claim};

/// A registered resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// The `resource` parameter and the `aud` claim.
    pub identifier: String,
    /// What people call it.
    pub name: String,
    /// The algorithm of access tokens for it.
    pub algorithm: Option<Algorithm>,
    /// What the header of access tokens for it calls them.
    pub token_type: TokenType,
    /// How long access tokens for it live.
    pub lifetime: Option<Duration>,
    /// Our claim's name and the name that this audience wants for it.
    pub claim_names: BTreeMap<String, String>,
}

impl Resource {
    /// The resource of a row of `auth.resources` that came as JSON; `None` if it is not one.
    #[must_use]
    pub fn from_row(row: serde_json::Value) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Row {
            identifier: String,
            name: String,
            access_token_signed_response_alg: Option<String>,
            access_token_typ: String,
            access_token_lifetime: Option<u64>,
            claim_names: BTreeMap<String, String>,
        }
        let row: Row = serde_json::from_value(row).ok()?;
        let algorithm = match row.access_token_signed_response_alg {
            None => None,
            Some(name) => Some(Algorithm::parse(&name)?),
        };
        Some(Self {
            identifier: row.identifier,
            name: row.name,
            algorithm,
            token_type: TokenType::parse(&row.access_token_typ)?,
            lifetime: row.access_token_lifetime.map(Duration::from_secs),
            claim_names: row.claim_names,
        })
    }
}

/// A resource that may be registered.
#[derive(Debug, Clone)]
pub struct NewResource(Resource);

/// Why a resource may not be registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResourceError {
    /// RFC 8707 §2.
    #[error(
        "identifier: a resource is an absolute https, http or urn URI in ASCII, without fragment and user information"
    )]
    Identifier,
    /// The name is what operators see.
    #[error("name: 1 to {} characters, {}", display::LONGEST, display::RULE)]
    Name,
    /// Access tokens are short-lived.
    #[error("lifetime: 1 to 3600 seconds")]
    Lifetime,
    /// A claim that the protocol decides keeps its name, and no other takes it.
    #[error("claim_names: {0} cannot be renamed, or taken as a name")]
    ClaimName(String),
}

impl NewResource {
    /// Checks a resource for registration.
    pub fn parse(resource: Resource) -> Result<Self, ResourceError> {
        let identifier = resource.identifier.as_str();
        let printable = identifier.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
        let url = Url::parse(identifier).map_err(|_| ResourceError::Identifier)?;
        let plain = url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        // The stored form is lower case in its scheme: the schema says so, and comparison is byte for byte.
        let scheme = ["https://", "http://", "urn:"]
            .iter()
            .any(|scheme| identifier.starts_with(scheme));
        if !(printable && plain && scheme && identifier.len() <= 2048) {
            return Err(ResourceError::Identifier);
        }
        if !display::is_name(&resource.name) {
            return Err(ResourceError::Name);
        }
        if !resource
            .lifetime
            .is_none_or(|lifetime| (1..=LONGEST_ACCESS_TOKEN.as_secs()).contains(&lifetime.as_secs()))
        {
            return Err(ResourceError::Lifetime);
        }
        check_claim_names(&resource.claim_names)?;
        Ok(Self(resource))
    }

    /// The resource.
    #[must_use]
    pub const fn resource(&self) -> &Resource {
        &self.0
    }
}

fn check_claim_names(names: &BTreeMap<String, String>) -> Result<(), ResourceError> {
    let mut taken = std::collections::BTreeSet::new();
    for (ours, theirs) in names {
        for name in [ours, theirs] {
            let plain = !name.is_empty() && name.len() <= 255 && !name.chars().any(char::is_control);
            if claims::is_locked(name) || !plain {
                return Err(ResourceError::ClaimName(name.clone()));
            }
        }
        let is_ours = tenancy_claim(theirs).is_some_and(TenancyClaim::may_be_renamed);
        let stays = is_ours && !names.contains_key(theirs);
        if stays || !taken.insert(theirs) {
            return Err(ResourceError::ClaimName(theirs.clone()));
        }
    }
    Ok(())
}
