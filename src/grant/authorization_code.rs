//! The authorization code grant (RFC 6749 §4.1.3, RFC 7636 §4.6).
//!
//! One statement redeems the code, checks everything it was bound to, makes the grant and asks the built-in hook.
//! Only when it finds no row does a second path find out why, and end what a replayed code had issued.

use super::consult::{Consulted, Prepared};
use super::issue::{self, GrantContext};
use super::outcome::{GrantError, GrantOutcome, invalid_grant, refused};
use super::store;
use crate::audit::Event;
use crate::base::digest::Digest;
use crate::base::handle::{Handle, Kind};
use crate::db::UnitOfWork;
use crate::protocol::error::ErrorCode;
use crate::protocol::grant_type::GrantType;
use crate::protocol::pkce::CodeChallenge;
use crate::protocol::scope::{OFFLINE_ACCESS, Scope};
use crate::token::refresh_token::{GrantRandom, RefreshToken};
use crate::token::revocation::{self, EndReason};

/// What the client presents.
#[derive(Debug, Clone, Copy)]
pub struct CodeRequest<'a> {
    /// `code`.
    pub code: &'a str,
    /// `redirect_uri`.
    pub redirect_uri: Option<&'a str>,
    /// `code_verifier`.
    pub code_verifier: Option<&'a str>,
}

/// What a presented code is found by, or why it is none.
fn presented(
    work: &UnitOfWork,
    request: CodeRequest<'_>,
) -> Result<(Digest, Option<CodeChallenge>), Box<GrantOutcome>> {
    let Some(code) = Handle::parse(Kind::Code, request.code) else {
        return Err(Box::new(invalid_grant("the code is unknown")));
    };
    let challenge = match request.code_verifier.map(CodeChallenge::of_verifier) {
        Some(None) => return Err(Box::new(invalid_grant("code_verifier is malformed"))),
        Some(Some(challenge)) => Some(challenge),
        None => None,
    };
    Ok((code.digest(work.epoch()), challenge))
}

fn redemption<'a>(
    grant: GrantContext<'a>,
    request: CodeRequest<'a>,
    (digest, challenge): (Digest, Option<&'a CodeChallenge>),
    refresh_digest: Option<Digest>,
    consulted: Option<&'a Consulted>,
) -> store::Redemption<'a> {
    let settings = &grant.token_issuer.settings;
    store::Redemption {
        digest,
        client_id: &grant.client.client_id,
        challenge,
        redirect_uri: request.redirect_uri,
        resource: grant.resource.map(|resource| resource.identifier.as_str()),
        refresh_digest,
        refresh: settings.refresh(false),
        offline: settings.refresh(true),
        with_person: grant.client.has_full_id_token(),
        prepared: consulted.map(|consulted| &consulted.tenancy),
    }
}

/// Reads what redeeming would grant, for the operators' hooks. `None` if it would grant nothing: [`explain`] finds
/// out why.
pub async fn prepare(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    request: CodeRequest<'_>,
) -> Result<Option<Prepared>, GrantError> {
    let Ok((digest, challenge)) = presented(work, request) else {
        return Ok(None);
    };
    let redemption = redemption(grant, request, (digest, challenge.as_ref()), None, None);
    let prepared = store::prepare_redemption(work, &redemption).await?;
    Ok(prepared.and_then(|(row, scopes)| {
        let scope = Scope::from_tokens(scopes);
        Prepared::new(work, grant, row, scope, GrantType::AuthorizationCode)
    }))
}

/// Redeems a code. Run in one autocommit statement first; [`explain`] must follow in a transaction if this gives
/// `None`. With what operators' hooks said, it also gives `None` if what they were asked about is no longer true.
pub async fn redeem(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    request: CodeRequest<'_>,
    consulted: Option<&Consulted>,
) -> Result<Option<GrantOutcome>, GrantError> {
    let (digest, challenge) = match presented(work, request) {
        Ok(presented) => presented,
        Err(outcome) => return Ok(Some(*outcome)),
    };
    let with_refresh = grant
        .client
        .metadata
        .grant_types
        .contains(&GrantType::RefreshToken);
    let random = with_refresh.then(|| GrantRandom::new(work.entropy()));
    let refresh_digest = random.as_ref().map(|random| random.digest(work.epoch()));
    let code = (digest, challenge.as_ref());
    let redemption = redemption(grant, request, code, refresh_digest, consulted);
    let Some((row, scopes)) = store::redeem(work, redemption).await? else {
        return Ok(None);
    };
    let refresh = random.map(|random| RefreshToken {
        random,
        generation: 0,
    });
    let decided = consulted.map(|consulted| &consulted.decided);
    let scope = Scope::from_tokens(scopes);
    Ok(Some(GrantOutcome::Granted(Box::new(
        issue::tokens(work, grant, row, scope, (refresh, decided)).await?,
    ))))
}

/// Finds out why a code was not redeemed. Ownership comes first: only the code's own client with the right verifier
/// can end what the code issued (RFC 6749 §4.1.2).
pub async fn explain(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    request: CodeRequest<'_>,
) -> Result<GrantOutcome, GrantError> {
    let unknown = invalid_grant("the code is unknown").about("code");
    let Some(code) = Handle::parse(Kind::Code, request.code) else {
        return Ok(unknown);
    };
    let digest = code.digest(work.epoch());
    let Some(found) = store::find_code(work, &digest).await? else {
        return Ok(unknown);
    };
    if found.client_id != grant.client.client_id {
        return Ok(unknown);
    }
    let challenge = request.code_verifier.and_then(CodeChallenge::of_verifier);
    if found.code_challenge.as_deref() != challenge.as_ref().map(CodeChallenge::as_str) {
        let refused = invalid_grant("code_verifier does not answer the code_challenge");
        return Ok(refused.about("code_verifier"));
    }
    let same_redirect = match request.redirect_uri {
        Some(redirect_uri) => redirect_uri == found.redirect_uri,
        None => !found.redirect_uri_given,
    };
    if !same_redirect {
        let refused = invalid_grant("redirect_uri is not that of the authorization request");
        return Ok(refused.about("redirect_uri"));
    }
    if found.redeemed {
        if let Some(ended) = revocation::end_grant(work, &found.grant_id, EndReason::CodeReplayed).await? {
            let event = Event::CodeReplayed {
                user: ended.user_id,
                client: grant.client.client_id.clone(),
                grant: ended.id,
            };
            crate::audit::record(work, event).await?;
        }
        return Ok(invalid_grant("the code was redeemed before").about("code"));
    }
    if grant
        .resource
        .is_some_and(|resource| found.resource.as_deref() != Some(resource.identifier.as_str()))
    {
        return Ok(refused(ErrorCode::InvalidTarget, "resource was not granted").about("resource"));
    }
    Ok(invalid_grant(
        "the code has expired, or its session, consent or membership has ended",
    ))
}

/// Whether a grant with this scope outlives its session.
pub(super) const OFFLINE: &str = OFFLINE_ACCESS;
