//! Owns scopes (RFC 6749 §3.3) and the scope values with a meaning of our own or of OpenID Connect Core §5.4.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::error::{ErrorCode, ProtocolError};
use super::tenancy_claims;
use crate::base::id::stored_form;

/// `openid`.
pub const OPENID: &str = "openid";
/// `offline_access` (OpenID Connect Core §11).
pub const OFFLINE_ACCESS: &str = "offline_access";
/// Asks for one organization by id or slug: `organization:acme`.
pub const ORGANIZATION_PREFIX: &str = "organization:";
/// Lets a client that is not first-party change the organization at refresh.
pub const ORGANIZATION_ANY: &str = "organization:*";
/// Shows the person's organizations: in userinfo, and through `/api/v1/organizations`.
pub const ORGANIZATIONS: &str = "organizations";
/// Says what the person may do with each module of the active organization: the claim of the same name.
pub const MODULES: &str = "modules";
/// Names the organization, and the person's roles in it and in its workspaces, for applications that go by groups: the
/// claim of the same name.
pub const GROUPS: &str = "groups";
/// Lists the person's roles, on the platform and in the organization: the claim of the same name.
pub const ROLES: &str = "roles";
/// Lets an application administer organizations in the person's name, as far as the person may.
pub const ORGANIZATIONS_MANAGE: &str = "organizations:manage";
/// Lets an application see what the person allowed applications, and withdraw it in their name.
pub const CONSENTS: &str = "consents";
/// The longest id or slug of an organization that is carried.
const LONGEST_ORGANIZATION: usize = 128;
/// The most scope values that a log line names.
const MOST_NAMED: usize = 12;
/// OpenID Connect's own (Core §5.4, §11).
const OPENID_CONNECT: [&str; 6] = [OPENID, "profile", "email", "address", "phone", OFFLINE_ACCESS];

/// The scopes that every installation serves: OpenID Connect's, and those that ask for a claim of tenancy.
pub fn standard() -> impl Iterator<Item = &'static str> {
    OPENID_CONNECT.into_iter().chain(tenancy_claims::scopes())
}

/// Whether a scope value has a meaning here; every other one is an API's own, which is carried and no more.
#[must_use]
pub fn is_known(token: &str) -> bool {
    standard().any(|standard| standard == token)
        || [ORGANIZATIONS_MANAGE, CONSENTS].contains(&token)
        || token
            .strip_prefix(ORGANIZATION_PREFIX)
            .is_some_and(|organization| !organization.is_empty())
}

/// Whether a scope value speaks of a person: a client's own token never has it.
#[must_use]
pub fn needs_a_person(token: &str) -> bool {
    [OPENID, OFFLINE_ACCESS, CONSENTS].contains(&token)
        || tenancy_claims::scopes().any(|scope| scope == token)
        || token.starts_with(ORGANIZATION_PREFIX)
}

/// In words for the log: what was asked for and is left out, and what is registered.
#[must_use]
pub fn left_out(asked: &Scope, granted: &Scope, registered: &Scope) -> String {
    let named = |tokens: Vec<&str>| match tokens.len().saturating_sub(MOST_NAMED) {
        0 if tokens.is_empty() => "none".to_owned(),
        0 => tokens.join(" "),
        more => format!(
            "{} and {more} more",
            tokens.into_iter().take(MOST_NAMED).collect::<Vec<_>>().join(" ")
        ),
    };
    format!(
        "the client may not have these scopes: {}; registered are: {}",
        named(asked.iter().filter(|token| !granted.contains(token)).collect()),
        named(registered.iter().collect()),
    )
}

/// A token as it is compared: an organization's id in it in its stored form.
fn read(token: &str) -> String {
    match token.strip_prefix(ORGANIZATION_PREFIX) {
        Some(organization) => format!("{ORGANIZATION_PREFIX}{}", stored_form(organization)),
        None => token.to_owned(),
    }
}

/// A set of scope tokens, kept in order so that equal sets have equal text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scope(BTreeSet<String>);

impl Scope {
    /// Reads the `scope` parameter: tokens of the characters that RFC 6749 §3.3 permits, at most 100.
    pub fn parse(text: &str) -> Result<Self, ProtocolError> {
        let tokens: BTreeSet<String> = text
            .split(' ')
            .filter(|token| !token.is_empty())
            .map(read)
            .collect();
        let permitted = |byte: u8| matches!(byte, 0x21 | 0x23..=0x5b | 0x5d..=0x7e);
        if tokens.len() > 100
            || !tokens
                .iter()
                .all(|token| token.len() <= 256 && token.bytes().all(permitted))
        {
            return Err(ProtocolError::new(ErrorCode::InvalidScope, "scope is malformed"));
        }
        Ok(Self(tokens))
    }

    /// A set from what a store or an operator already checked.
    pub fn from_tokens<T: Into<String>>(tokens: impl IntoIterator<Item = T>) -> Self {
        Self(tokens.into_iter().map(Into::into).collect())
    }

    /// Whether the token is in the set.
    #[must_use]
    pub fn contains(&self, token: &str) -> bool {
        self.0.contains(token)
    }

    /// Whether every token of this set is in the other.
    #[must_use]
    pub fn is_subset(&self, other: &Self) -> bool {
        self.0.is_subset(&other.0)
    }

    /// The organization that the set asks for, if exactly one is.
    pub fn organization(&self) -> Result<Option<&str>, ProtocolError> {
        let mut asked = self
            .0
            .iter()
            .filter(|token| *token != ORGANIZATION_ANY)
            .filter_map(|token| token.strip_prefix(ORGANIZATION_PREFIX));
        match (asked.next(), asked.next()) {
            (_, Some(_)) => Err(ProtocolError::new(
                ErrorCode::InvalidScope,
                "scope asks for more than one organization",
            )),
            (first, None) => Ok(first),
        }
    }

    /// The organization that is asked for, by scope or by the parameter `organization`; both must agree.
    pub fn organization_or(&self, parameter: Option<&str>) -> Result<Option<String>, ProtocolError> {
        if parameter.is_some_and(|parameter| parameter.len() > LONGEST_ORGANIZATION) {
            return Err(ProtocolError::new(
                ErrorCode::InvalidRequest,
                "organization is too long",
            ));
        }
        let parameter = parameter.map(stored_form);
        match (self.organization()?, parameter) {
            (Some(scope), Some(parameter)) if scope != &*parameter => Err(ProtocolError::new(
                ErrorCode::InvalidRequest,
                "scope and organization ask for different organizations",
            )),
            (scope, parameter) => Ok(scope.map(str::to_owned).or(parameter.map(Cow::into_owned))),
        }
    }

    /// What both sets hold. One organization needs no registration, since membership decides; `organization:*` does.
    #[must_use]
    pub fn registered(self, registered: &Self) -> Self {
        let kept = |token: &String| {
            registered.contains(token)
                || (token.starts_with(ORGANIZATION_PREFIX) && token != ORGANIZATION_ANY)
        };
        Self(self.0.into_iter().filter(kept).collect())
    }

    /// The set with more tokens.
    #[must_use]
    pub fn with<T: Into<String>>(mut self, tokens: impl IntoIterator<Item = T>) -> Self {
        self.0.extend(tokens.into_iter().map(Into::into));
        self
    }

    /// The set without one token.
    #[must_use]
    pub fn without(mut self, token: &str) -> Self {
        self.0.remove(token);
        self
    }

    /// The set without the organization that it asks for.
    #[must_use]
    pub fn without_organization(mut self) -> Self {
        self.0
            .retain(|token| token == ORGANIZATION_ANY || !token.starts_with(ORGANIZATION_PREFIX));
        self
    }

    /// Whether there is no token.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tokens in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The tokens as stores bind them.
    #[must_use]
    pub fn to_vec(&self) -> Vec<String> {
        self.0.iter().cloned().collect()
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, token) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str(" ")?;
            }
            formatter.write_str(token)?;
        }
        Ok(())
    }
}
