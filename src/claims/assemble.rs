//! Owns the making of a claim set: the protocol's claims first, then the hook's behind the locks. Every token of
//! every grant is assembled here, so that neither hook nor lock can be forgotten by one of them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::outputs::{self, Output, Switches};
use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::id::{ClientId, GrantId, SessionId, TokenId, UserId};
use crate::hook::error::HookError;
use crate::hook::merge;
use crate::protocol::scope::Scope;

/// A person's grant, as its tokens speak of it.
#[derive(Debug, Clone)]
pub struct GrantFacts {
    /// The grant.
    pub grant_id: GrantId,
    /// To whom it was given.
    pub client_id: ClientId,
    /// By whom.
    pub user_id: UserId,
    /// In which session; a grant that outlived it names none.
    pub session_id: Option<SessionId>,
    /// How the person proved who they are.
    pub assurance: Assurance,
    /// What the built-in hook answered inside the grant's statement.
    pub tenancy: Map<String, Value>,
    /// What the operators' hooks decided before that statement; none where nobody was asked.
    pub decided: Option<Decided>,
}

/// What is said beside the protocol's claims where operators' hooks were asked.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The id that the hooks were shown, so the token has it.
    pub jti: TokenId,
    /// In the access token; none if no hook was asked about it.
    pub access_token: Option<Map<String, Value>>,
    /// In the ID token.
    pub id_token: Option<Map<String, Value>>,
}

/// Claims before anybody was asked: what the protocol decides, with standard claims that were asked for, and what
/// membership adds.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The protocol's.
    pub protocol: Map<String, Value>,
    /// Membership's.
    pub tenancy: Map<String, Value>,
}

impl Draft {
    /// What was decided, in place of what membership adds.
    fn decided(mut self, decided: Option<&Map<String, Value>>) -> Self {
        if let Some(decided) = decided {
            self.tenancy.clone_from(decided);
        }
        self
    }

    fn complete(self) -> Result<Map<String, Value>, HookError> {
        merge::merge(self.protocol, self.tenancy)
    }
}

/// Whom a token is about.
#[derive(Debug, Clone)]
pub enum TokenSubject {
    /// A person, through a grant.
    Person(Box<GrantFacts>),
    /// The client itself (RFC 6749 §4.4).
    Client(ClientId),
}

/// What all claims of one token share.
#[derive(Debug, Clone)]
pub struct TokenFrame<'a> {
    /// `iss`.
    pub issuer: &'a str,
    /// `aud`: exactly one.
    pub audience: &'a str,
    /// `iat`.
    pub now: Timestamp,
    /// `exp` minus `iat`.
    pub lifetime: Duration,
    /// The names that the audience wants for claims that are not locked.
    pub claim_names: Option<&'a BTreeMap<String, String>>,
    /// Whether `user_role` stands beside `org_role`.
    pub user_role_alias: bool,
}

/// The claims of an access token (RFC 9068 §2.2) before anybody was asked.
#[must_use]
pub fn draft_access_token(
    frame: &TokenFrame<'_>,
    subject: &TokenSubject,
    scope: &Scope,
    jti: &TokenId,
) -> Draft {
    let mut claims = dates(frame);
    claims.insert("jti".to_owned(), json!(jti));
    if !scope.is_empty() {
        claims.insert("scope".to_owned(), json!(scope.to_string()));
    }
    let tenancy = match subject {
        TokenSubject::Person(grant) => {
            claims.insert("sub".to_owned(), json!(grant.user_id));
            claims.insert("client_id".to_owned(), json!(grant.client_id));
            claims.insert("grant_id".to_owned(), json!(grant.grant_id));
            person(&mut claims, grant);
            // Locked: it stands there before the hook's claims come, and never passes through the merge.
            claims.extend(outputs::locked(&grant.tenancy, Output::AccessToken));
            let switches = Switches::new(frame.user_role_alias, |wanted| scope.contains(wanted));
            outputs::select(&grant.tenancy, Output::AccessToken, switches)
        }
        TokenSubject::Client(client_id) => {
            claims.insert("sub".to_owned(), json!(client_id));
            claims.insert("client_id".to_owned(), json!(client_id));
            Map::from_iter([("role".to_owned(), json!("service"))])
        }
    };
    Draft {
        protocol: claims,
        tenancy,
    }
}

/// The claims of an access token (RFC 9068 §2.2).
pub fn access_token(
    frame: &TokenFrame<'_>,
    subject: &TokenSubject,
    scope: &Scope,
    jti: &TokenId,
) -> Result<Map<String, Value>, HookError> {
    let decided = match subject {
        TokenSubject::Person(grant) => grant.decided.as_ref(),
        TokenSubject::Client(_) => None,
    };
    let mut draft = draft_access_token(frame, subject, scope, jti)
        .decided(decided.and_then(|decided| decided.access_token.as_ref()));
    draft.tenancy = rename(draft.tenancy, frame.claim_names)?;
    draft.complete()
}

/// What an ID token says beside the protocol's claims.
#[derive(Debug)]
pub struct IdTokenContents<'a> {
    /// Echoed from the authorization request.
    pub nonce: Option<&'a str>,
    /// Standard claims that scope or the `claims` parameter put there.
    pub standard: Map<String, Value>,
    /// What the grant may say now.
    pub scope: &'a Scope,
    /// Whether the claims of tenancy go there too: not into a lean ID token.
    pub tenancy: bool,
}

/// The claims of an ID token (OpenID Connect Core §2) before anybody was asked.
#[must_use]
pub fn draft_id_token(frame: &TokenFrame<'_>, grant: &GrantFacts, extras: IdTokenContents<'_>) -> Draft {
    let mut claims = extras.standard;
    claims.append(&mut dates(frame));
    claims.insert("sub".to_owned(), json!(grant.user_id));
    claims.insert("azp".to_owned(), json!(grant.client_id));
    person(&mut claims, grant);
    if let Some(nonce) = extras.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    let tenancy = if extras.tenancy {
        let switches = Switches::new(frame.user_role_alias, |wanted| extras.scope.contains(wanted));
        outputs::select(&grant.tenancy, Output::IdToken, switches)
    } else {
        Map::new()
    };
    Draft {
        protocol: claims,
        tenancy,
    }
}

/// The claims of an ID token (OpenID Connect Core §2).
pub fn id_token(
    frame: &TokenFrame<'_>,
    grant: &GrantFacts,
    extras: IdTokenContents<'_>,
) -> Result<Map<String, Value>, HookError> {
    let decided = grant.decided.as_ref();
    draft_id_token(frame, grant, extras)
        .decided(decided.and_then(|decided| decided.id_token.as_ref()))
        .complete()
}

/// The userinfo answer before anybody was asked (OpenID Connect Core §5.3.2): `sub` always, then what was asked for,
/// then tenancy.
#[must_use]
pub fn draft_userinfo(
    user_id: &UserId,
    tenancy: &Map<String, Value>,
    standard: Map<String, Value>,
    switches: Switches,
) -> Draft {
    let mut claims = standard;
    claims.insert("sub".to_owned(), json!(user_id));
    Draft {
        protocol: claims,
        tenancy: outputs::select(tenancy, Output::Userinfo, switches),
    }
}

/// The userinfo answer, with what the operators' hooks decided if they were asked.
pub fn userinfo(draft: Draft, decided: Option<&Map<String, Value>>) -> Result<Map<String, Value>, HookError> {
    draft.decided(decided).complete()
}

fn dates(frame: &TokenFrame<'_>) -> Map<String, Value> {
    let issued_at = frame.now.timestamp();
    let lifetime = i64::try_from(frame.lifetime.as_secs()).unwrap_or(0);
    Map::from_iter([
        ("iss".to_owned(), json!(frame.issuer)),
        ("aud".to_owned(), json!(frame.audience)),
        ("iat".to_owned(), json!(issued_at)),
        ("exp".to_owned(), json!(issued_at.saturating_add(lifetime))),
    ])
}

fn person(claims: &mut Map<String, Value>, grant: &GrantFacts) {
    if let Some(session_id) = &grant.session_id {
        claims.insert("sid".to_owned(), json!(session_id));
    }
    claims.insert(
        "auth_time".to_owned(),
        json!(grant.assurance.auth_time.timestamp()),
    );
    claims.insert("acr".to_owned(), json!(grant.assurance.acr));
    claims.insert("amr".to_owned(), json!(grant.assurance.amr));
}

/// Gives claims the names that the audience wants. A claim whose name another one is to have would be mistaken for it.
fn rename(
    claims: Map<String, Value>,
    names: Option<&BTreeMap<String, String>>,
) -> Result<Map<String, Value>, HookError> {
    let Some(names) = names.filter(|names| !names.is_empty()) else {
        return Ok(claims);
    };
    let taken = |name: &String| names.values().any(|theirs| theirs == name) && !names.contains_key(name);
    if let Some(name) = claims.keys().find(|name| taken(name)) {
        return Err(HookError::Overwrites(name.clone()));
    }
    Ok(claims
        .into_iter()
        .map(|(name, value)| (names.get(&name).cloned().unwrap_or(name), value))
        .collect())
}
