//! Owns what stands before any hook is asked: what the protocol decides, and what membership adds to the output.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::mint::{Content, MintRequest};
use super::outputs::{self, Output};
use super::subject::{self, GrantFacts, Subject};
use super::token_issuer::TokenIssuer;
use crate::base::clock::Timestamp;
use crate::base::id::TokenId;
use crate::hook::HookError;
use crate::protocol::scope::Scope;

/// Claims before anybody was asked.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// What the protocol decides, with standard claims that were asked for.
    pub(super) protocol: Map<String, Value>,
    /// What membership adds.
    pub(super) tenancy: Map<String, Value>,
}

/// The draft of one output.
pub(super) fn draft(token_issuer: &TokenIssuer, request: MintRequest<'_>, now: Timestamp) -> Draft {
    let protocol = match request.content {
        Content::AccessToken {
            subject,
            recipient,
            jti,
        } => {
            let life = recipient.access_token_lifetime(token_issuer);
            let mut claims = dates(
                token_issuer,
                recipient.access_token_audience(token_issuer),
                now,
                life,
            );
            subject.write(&mut claims);
            claims.insert("client_id".to_owned(), json!(recipient.client.client_id));
            access_token(&mut claims, subject, request.scope, jti);
            claims
        }
        Content::IdToken {
            person,
            recipient,
            grant,
            nonce,
            standard,
        } => {
            let mut claims = standard.clone();
            let client_id = &recipient.client.client_id;
            let life = token_issuer.settings.id_token();
            claims.append(&mut dates(token_issuer, client_id.as_str(), now, life));
            subject::write_person(&mut claims, &person.user_id);
            claims.insert("azp".to_owned(), json!(client_id));
            authentication(&mut claims, grant);
            if let Some(nonce) = nonce {
                claims.insert("nonce".to_owned(), json!(nonce));
            }
            claims
        }
        Content::Userinfo { person, standard } => {
            let mut claims = standard.clone();
            subject::write_person(&mut claims, &person.user_id);
            claims
        }
    };
    Draft {
        protocol,
        tenancy: tenancy(token_issuer, request),
    }
}

/// The claims of an access token beside its dates and subject.
fn access_token(claims: &mut Map<String, Value>, subject: Subject<'_>, scope: &Scope, jti: &TokenId) {
    claims.insert("jti".to_owned(), json!(jti));
    if !scope.is_empty() {
        claims.insert("scope".to_owned(), json!(scope.to_string()));
    }
    if let Subject::Person(person, grant) = subject {
        claims.insert("grant_id".to_owned(), json!(grant.grant_id));
        authentication(claims, grant);
        // Locked: it stands there before the hook's claims come, and never passes through the merge.
        claims.extend(outputs::locked(&person.tenancy, Output::AccessToken));
    }
}

/// What membership adds to the output.
fn tenancy(token_issuer: &TokenIssuer, request: MintRequest<'_>) -> Map<String, Value> {
    let output = request.content.output();
    match (request.content.person(), request.content) {
        (None, _) => Map::from_iter([("role".to_owned(), json!("service"))]),
        // A lean ID token says nothing of tenancy.
        (Some(_), Content::IdToken { recipient, .. }) if !recipient.client.has_full_id_token() => Map::new(),
        (Some(person), _) => {
            let user_role_alias = output == Output::AccessToken && token_issuer.settings.user_role_alias;
            outputs::select(&person.tenancy, output, user_role_alias, request.scope)
        }
    }
}

/// Who says it, to whom, and for how long it is true.
fn dates(
    token_issuer: &TokenIssuer,
    audience: &str,
    now: Timestamp,
    lifetime: Duration,
) -> Map<String, Value> {
    let issued_at = now.timestamp();
    let lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(0);
    Map::from_iter([
        ("iss".to_owned(), json!(token_issuer.issuer.as_str())),
        ("aud".to_owned(), json!(audience)),
        ("iat".to_owned(), json!(issued_at)),
        ("exp".to_owned(), json!(issued_at.saturating_add(lifetime))),
    ])
}

/// When and how the person proved who they are, and in which session.
fn authentication(claims: &mut Map<String, Value>, grant: &GrantFacts) {
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
pub(super) fn rename(
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
