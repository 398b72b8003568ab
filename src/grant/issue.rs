//! Owns what the tokens of a person's grant say: the same requests to the mint path before hooks are asked and when the
//! tokens are made, for a code and for a refresh alike.

use serde_json::{Map, Value};

use super::outcome::{GrantError, Tokens};
use super::row::GrantedRow;
use crate::base::id::TokenId;
use crate::claims::mint::Decided;
use crate::claims::subject::{GrantFacts, PersonFacts, Subject};
use crate::claims::{MintContext, MintError, Recipient, TokenIssuer};
use crate::client::{Client, Resource};
use crate::db::UnitOfWork;
use crate::hook::HookError;
use crate::protocol::claims;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::scope::{OPENID, Scope};
use crate::signing::key_set::KeySet;
use crate::token::access_token::{self, AccessTokenRequest};
use crate::token::id_token::{self, IdTokenRequest};
use crate::token::refresh_token::RefreshToken;
use crate::user::Profile;

/// What every grant is decided with.
#[derive(Clone, Copy)]
pub(super) struct GrantContext<'a> {
    /// Lifetimes, hooks.
    pub(super) token_issuer: &'a TokenIssuer,
    /// The keys. What reads the presented token also signs the answer, unless hooks were asked in between: then the keys
    /// are taken again, and sign with what is not revoked by then.
    pub(super) keys: &'a KeySet,
    /// The authenticated client.
    pub(super) client: &'a Client,
    /// The audience that the request names, if it names one; a person's grant has its own and can only be named it.
    pub(super) resource: Option<&'a Resource>,
}

impl<'a> GrantContext<'a> {
    /// What all minting for the grant shares.
    pub(super) fn mint(self, work: &'a UnitOfWork) -> MintContext<'a> {
        MintContext {
            token_issuer: self.token_issuer,
            keys: self.keys,
            now: work.now(),
            entropy: work.entropy(),
            epoch: work.epoch(),
        }
    }

    /// The audience that the request names.
    pub(super) fn named_resource(self) -> Option<&'a str> {
        self.resource.map(|resource| resource.identifier.as_str())
    }
}

/// What the hooks of every output decided, and the id that they were shown, so that the access token has it.
#[derive(Debug, Clone)]
pub(super) struct DecidedTokens {
    pub(super) jti: TokenId,
    pub(super) access_token: Option<Decided>,
    pub(super) id_token: Option<Decided>,
}

/// What the tokens of one grant say.
pub(super) struct GrantTokens<'a> {
    recipient: Recipient<'a>,
    person: PersonFacts,
    facts: GrantFacts,
    scope: Scope,
    nonce: Option<&'a str>,
    standard: Map<String, Value>,
}

impl<'a> GrantTokens<'a> {
    /// Of a grant's row. What was taken from the client's registration since the grant began is not said any more. An
    /// error if the built-in hook refuses.
    pub(super) fn new(grant: GrantContext<'a>, row: &'a GrantedRow, scope: Scope) -> Result<Self, HookError> {
        let scope = scope.registered(&grant.client.metadata.scope);
        Ok(Self {
            recipient: Recipient {
                client: grant.client,
                resource: row.audience.as_ref(),
            },
            person: PersonFacts {
                user_id: row.user_id.clone(),
                tenancy: row.tenancy()?,
            },
            facts: GrantFacts {
                grant_id: row.grant_id.clone(),
                session_id: row.session_id.clone(),
                assurance: row.assurance.clone(),
            },
            nonce: row.nonce.as_deref(),
            standard: standard(grant.client, row, &scope),
            scope,
        })
    }

    /// The access token.
    pub(super) const fn access_token<'b>(&'b self, jti: &'b TokenId) -> AccessTokenRequest<'b> {
        AccessTokenRequest {
            subject: Subject::Person(&self.person, &self.facts),
            recipient: self.recipient,
            scope: &self.scope,
            jti,
        }
    }

    /// The ID token; none without the scope `openid`.
    pub(super) fn id_token(&self) -> Option<IdTokenRequest<'_>> {
        self.scope.contains(OPENID).then_some(IdTokenRequest {
            person: &self.person,
            grant: &self.facts,
            recipient: self.recipient,
            scope: &self.scope,
            nonce: self.nonce,
            standard: &self.standard,
        })
    }
}

/// The standard claims of a grant's ID token.
fn standard(client: &Client, row: &GrantedRow, scope: &Scope) -> Map<String, Value> {
    let Some(profile) = row.person.clone().and_then(Profile::from_row) else {
        return Map::new();
    };
    let request: ClaimsRequest = row
        .claims
        .clone()
        .and_then(|claims| serde_json::from_value(claims).ok())
        .unwrap_or_default();
    let named = request.id_token.keys().map(String::as_str);
    let scoped = scope
        .iter()
        .filter(|_| client.has_full_id_token())
        .flat_map(claims::of_scope)
        .copied();
    profile.claims(named.chain(scoped))
}

/// Makes access token, ID token (with `openid`) and refresh token of a granted row.
pub(super) async fn tokens(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    granted: Granted,
    scope: Scope,
    decided: Option<&DecidedTokens>,
) -> Result<Tokens, GrantError> {
    let Granted { row, refresh } = granted;
    let said = GrantTokens::new(grant, &row, scope).map_err(MintError::Hook)?;
    let context = grant.mint(work);
    let jti = decided.map_or_else(
        || TokenId::new(work.now(), work.entropy()),
        |decided| decided.jti.clone(),
    );
    let of_access_token = decided.and_then(|decided| decided.access_token.as_ref());
    let access_token = access_token::mint(context, said.access_token(&jti), of_access_token)?;
    let id_token = said
        .id_token()
        .map(|request| {
            let of_id_token = decided.and_then(|decided| decided.id_token.as_ref());
            id_token::mint(context, request, Some(&access_token.text), of_id_token)
        })
        .transpose()?;
    let refresh_token = refresh
        .map(|refresh| refresh.compose(grant.keys, work.epoch()))
        .transpose()
        .map_err(MintError::Signing)?;
    access_token::keep(
        work,
        &access_token,
        Some(&said.facts.grant_id),
        &grant.client.client_id,
    )
    .await?;
    Ok(Tokens {
        access_token: access_token.text,
        expires_in: access_token.lifetime,
        refresh_token,
        id_token,
        scope: said.scope,
    })
}

/// A grant that a completing statement made or rotated, and the refresh token that belongs to its answer.
pub(super) struct Granted {
    pub(super) row: GrantedRow,
    pub(super) refresh: Option<RefreshToken>,
}
