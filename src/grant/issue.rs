//! Owns the making of the tokens that a person's grant answers with: the same for a code and for a refresh.

use serde_json::{Map, Value};

use super::outcome::{GrantError, Tokens};
use crate::authentication::Assurance;
use crate::base::clock::Timestamp;
use crate::base::id::{GrantId, SessionId, UserId};
use crate::base::secret::Secret;
use crate::claims::assemble::{Decided, GrantFacts, TokenSubject};
use crate::client::{Client, Resource};
use crate::db::UnitOfWork;
use crate::hook::HookError;
use crate::hook::response;
use crate::protocol::claims;
use crate::protocol::claims_request::ClaimsRequest;
use crate::protocol::scope::{OPENID, Scope};
use crate::signing::key_set::KeySet;
use crate::token::access_token::{self, AccessToken, MintContext, Recipient};
use crate::token::id_token::{self, IdTokenContent};
use crate::token::refresh_token::RefreshToken;
use crate::token::token_issuer::{MintError, TokenIssuer};
use crate::user::Profile;

/// What every grant is decided with.
#[derive(Clone, Copy)]
pub struct GrantContext<'a> {
    /// Lifetimes, hook.
    pub token_issuer: &'a TokenIssuer,
    /// The keys, taken once: what reads the presented token also signs the answer.
    pub keys: &'a KeySet,
    /// The authenticated client.
    pub client: &'a Client,
    /// The audience that the request names, if it names one; a person's grant has its own and can only be named it.
    pub resource: Option<&'a Resource>,
}

/// A grant's row as its completing statement returned it.
#[derive(Debug)]
pub(super) struct GrantedRow {
    pub(super) grant_id: GrantId,
    pub(super) user_id: UserId,
    pub(super) session_id: Option<SessionId>,
    pub(super) assurance: Assurance,
    /// When the grant, or the code that it comes from, was made.
    pub(super) began: Timestamp,
    pub(super) tenancy: Option<Value>,
    pub(super) claims: Option<Value>,
    /// The person's row, if standard claims go into the ID token.
    pub(super) person: Option<Value>,
    /// The resource that the grant is for; none means the issuer.
    pub(super) audience: Option<Resource>,
    pub(super) nonce: Option<String>,
}

impl GrantedRow {
    /// What its tokens speak of.
    pub(super) fn facts(
        &self,
        grant: GrantContext<'_>,
        decided: Option<Decided>,
    ) -> Result<GrantFacts, HookError> {
        Ok(GrantFacts {
            grant_id: self.grant_id.clone(),
            client_id: grant.client.client_id.clone(),
            user_id: self.user_id.clone(),
            session_id: self.session_id.clone(),
            assurance: self.assurance.clone(),
            tenancy: response::read(self.tenancy.clone())?,
            decided,
        })
    }

    /// For whom its access token is.
    pub(super) fn recipient<'a>(&'a self, grant: GrantContext<'a>) -> Recipient<'a> {
        Recipient {
            client: grant.client,
            resource: self.audience.as_ref(),
        }
    }

    /// The standard claims of its ID token.
    pub(super) fn standard(&self, grant: GrantContext<'_>, scope: &Scope) -> Map<String, Value> {
        let Some(profile) = self.person.clone().and_then(Profile::from_row) else {
            return Map::new();
        };
        let request: ClaimsRequest = self
            .claims
            .clone()
            .and_then(|claims| serde_json::from_value(claims).ok())
            .unwrap_or_default();
        let named = request.id_token.keys().map(String::as_str);
        let scoped = scope
            .iter()
            .filter(|_| grant.client.has_full_id_token())
            .flat_map(claims::of_scope)
            .copied();
        profile.claims(named.chain(scoped))
    }
}

/// What a grant may say: what was taken from the client's registration since it began is not minted any more.
pub(super) fn minted(grant: GrantContext<'_>, scope: Scope) -> Scope {
    scope.registered(&grant.client.metadata.scope)
}

/// Makes access token, ID token (with `openid`) and refresh token of a granted row.
pub(super) async fn tokens(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    row: GrantedRow,
    scope: Scope,
    (refresh, decided): (Option<RefreshToken>, Option<&Decided>),
) -> Result<Tokens, GrantError> {
    let GrantContext {
        token_issuer,
        keys,
        client,
        ..
    } = grant;
    let scope = minted(grant, scope);
    let facts = row.facts(grant, decided.cloned()).map_err(MintError::Hook)?;
    let subject = TokenSubject::Person(Box::new(facts.clone()));
    let access_token = {
        let mint = MintContext {
            now: work.now(),
            entropy: work.entropy(),
            epoch: work.epoch(),
        };
        let recipient = row.recipient(grant);
        access_token::mint(token_issuer, keys, mint, recipient, &subject, &scope)?
    };
    access_token::keep(work, &access_token, Some(&facts.grant_id), &client.client_id).await?;
    let id_token = if scope.contains(OPENID) {
        let content = IdTokenContent {
            nonce: row.nonce.as_deref(),
            access_token: Some(&access_token.text),
            standard: row.standard(grant, &scope),
            scope: &scope,
        };
        Some(id_token::mint(
            token_issuer,
            keys,
            client,
            &facts,
            content,
            work.now(),
        )?)
    } else {
        None
    };
    let refresh_token = refresh
        .map(|refresh| refresh.compose(keys, work.epoch()))
        .transpose()
        .map_err(MintError::Signing)?;
    Ok(answer_with(access_token, refresh_token, id_token, scope))
}

fn answer_with(
    access_token: AccessToken,
    refresh_token: Option<Secret>,
    id_token: Option<Secret>,
    scope: Scope,
) -> Tokens {
    Tokens {
        access_token: access_token.text,
        expires_in: access_token.lifetime,
        refresh_token,
        id_token,
        scope,
    }
}
