//! The refresh grant (RFC 6749 §6, RFC 9700 §4.14).
//!
//! The token's tag is checked before the database is asked. Rotating is one conditional statement, which also asks
//! the built-in hook. Inside the grace the previous generation with the same request gets the same successor, since a
//! lost reply must not log anybody out; anything older proves theft and ends the grant.

use super::consult::{self, Consulted, Prepared};
use super::issue::{self, GrantContext};
use super::outcome::{GrantError, GrantOutcome, invalid_grant, refused};
use super::store;
use crate::audit::Event;
use crate::base::clock::{self, Timestamp};
use crate::base::digest::{self, Digest};
use crate::db::UnitOfWork;
use crate::hook::HookError;
use crate::protocol::error::ErrorCode;
use crate::protocol::grant_type::GrantType;
use crate::protocol::scope::{ORGANIZATION_ANY, Scope};
use crate::token::refresh_token::RefreshToken;
use crate::token::revocation::{self, EndReason};
use crate::token::token_issuer::MintError;

/// What the client presents.
#[derive(Debug, Clone, Copy)]
pub struct RefreshRequest<'a> {
    /// `refresh_token`.
    pub refresh_token: &'a str,
    /// `scope`: the same or less.
    pub scope: Option<&'a Scope>,
    /// An organization's id or slug, for this one response.
    pub organization: Option<&'a str>,
    /// When the request came: what the grace is judged by. A slow hook makes no theft of a lost reply.
    pub presented_at: Timestamp,
}

impl RefreshRequest<'_> {
    /// What makes two uses of one token the same request.
    fn digest(&self, grant: GrantContext<'_>) -> Digest {
        let scope = self.scope.map(ToString::to_string).unwrap_or_default();
        let resource = grant.resource.map_or("", |resource| resource.identifier.as_str());
        digest::sha256(&[
            b"refresh request",
            scope.as_bytes(),
            resource.as_bytes(),
            self.organization.unwrap_or_default().as_bytes(),
        ])
    }
}

fn requested<'a>(grant: GrantContext<'a>, request: RefreshRequest<'a>) -> store::Requested<'a> {
    store::Requested {
        scope: request.scope,
        resource: grant.resource.map(|resource| resource.identifier.as_str()),
        organization: request.organization,
        any_organization: grant.client.metadata.first_party,
    }
}

/// The presented token; `None` if we did not make it.
fn presented(
    work: &UnitOfWork,
    grant: GrantContext<'_>,
    request: RefreshRequest<'_>,
) -> Result<Option<RefreshToken>, GrantError> {
    let read = RefreshToken::read(request.refresh_token, grant.keys, work.epoch());
    Ok(read.map_err(MintError::Signing)?)
}

/// Whether a token of this generation, when another is current, is a lost reply's: the previous one, inside the grace.
fn is_lost_reply(
    grant: GrantContext<'_>,
    request: RefreshRequest<'_>,
    presented: &RefreshToken,
    (generation, rotated_at): (i32, Option<Timestamp>),
) -> bool {
    let grace_ends =
        rotated_at.map(|rotated_at| clock::after(rotated_at, grant.token_issuer.settings.refresh_grace()));
    presented.generation + 1 == generation && grace_ends.is_some_and(|ends| request.presented_at < ends)
}

/// Reads what the token would get, rotating or as a lost reply's successor, for the operators' hooks. `None` if it
/// would get nothing: [`explain`] finds out why.
pub async fn prepare(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    request: RefreshRequest<'_>,
) -> Result<Option<Prepared>, GrantError> {
    let Some(presented) = presented(work, grant, request)? else {
        return Ok(None);
    };
    let digest = presented.random.digest(work.epoch());
    let client = grant.client;
    let found = store::prepare_refresh(
        work,
        &digest,
        &client.client_id,
        &requested(grant, request),
        client.has_full_id_token(),
    )
    .await?;
    let Some(found) = found else { return Ok(None) };
    let replays = || {
        is_lost_reply(grant, request, &presented, (found.generation, found.rotated_at))
            && found.request_digest.as_ref() == Some(&request.digest(grant))
    };
    let rotates = presented.generation == found.generation;
    if !rotates && !replays() {
        return Ok(None);
    }
    let scope = scope_of(request, found.scopes);
    let prepared = Prepared::new(work, grant, found.row, scope, GrantType::RefreshToken);
    Ok(prepared.map(|prepared| prepared.replaying(!rotates)))
}

fn scope_of(request: RefreshRequest<'_>, granted: Vec<String>) -> Scope {
    request
        .scope
        .cloned()
        .unwrap_or_else(|| Scope::from_tokens(granted))
}

/// Rotates a refresh token in one autocommit statement; [`explain`] must follow in a transaction if this gives `None`.
/// With what operators' hooks said, it also gives `None` if what they were asked about is no longer true.
pub async fn rotate(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    request: RefreshRequest<'_>,
    consulted: Option<&Consulted>,
) -> Result<Option<GrantOutcome>, GrantError> {
    let Some(presented) = presented(work, grant, request)? else {
        return Ok(Some(invalid_grant("the refresh token is unknown")));
    };
    let rotated = store::rotate(
        work,
        store::Rotation {
            digest: presented.random.digest(work.epoch()),
            generation: presented.generation,
            client_id: &grant.client.client_id,
            request_digest: request.digest(grant),
            requested: requested(grant, request),
            idle: grant.token_issuer.settings.refresh(false).0,
            offline_idle: grant.token_issuer.settings.refresh(true).0,
            with_person: grant.client.has_full_id_token(),
            prepared: consulted.map(|consulted| &consulted.tenancy),
        },
    )
    .await?;
    let Some((row, scopes)) = rotated else {
        return Ok(None);
    };
    let successor = RefreshToken {
        random: presented.random,
        generation: presented.generation + 1,
    };
    let decided = consulted.map(|consulted| &consulted.decided);
    let scope = scope_of(request, scopes);
    Ok(Some(GrantOutcome::Granted(Box::new(
        issue::tokens(work, grant, row, scope, (Some(successor), decided)).await?,
    ))))
}

/// Finds out why a token was not rotated: a race inside the grace gets its successor again, a reuse ends the grant.
pub async fn explain(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    request: RefreshRequest<'_>,
    consulted: Option<&Consulted>,
) -> Result<GrantOutcome, GrantError> {
    let unknown = invalid_grant("the refresh token is unknown");
    let Some(presented) = presented(work, grant, request)? else {
        return Ok(unknown);
    };
    let digest = presented.random.digest(work.epoch());
    let Some(found) = store::find_refresh(work, &digest).await? else {
        return Ok(unknown);
    };
    if found.client_id != grant.client.client_id || presented.generation > found.generation {
        return Ok(unknown);
    }
    if !found.live {
        return Ok(invalid_grant("the grant has ended"));
    }
    if presented.generation == found.generation {
        return Ok(refuse_request(grant, request, &found));
    }
    if is_lost_reply(grant, request, &presented, (found.generation, found.rotated_at)) {
        if found.request_digest != Some(request.digest(grant)) {
            return Ok(invalid_grant(
                "the refresh token was just used for another request",
            ));
        }
        return replay(work, grant, request, presented, consulted).await;
    }
    if let Some(ended) = revocation::end_grant(work, &found.grant_id, EndReason::RefreshReused).await? {
        let event = Event::RefreshReused {
            user: ended.user_id,
            client: grant.client.client_id.clone(),
            grant: ended.id,
            generation: presented.generation,
            current: found.generation,
        };
        crate::audit::record(work, event).await?;
    }
    Ok(invalid_grant("the refresh token was used before"))
}

/// The current generation of a living grant was refused for what it asked.
fn refuse_request(
    grant: GrantContext<'_>,
    request: RefreshRequest<'_>,
    found: &store::FoundRefresh,
) -> GrantOutcome {
    let granted = Scope::from_tokens(found.scopes.iter().cloned());
    if request.scope.is_some_and(|scope| !scope.is_subset(&granted)) {
        return refused(ErrorCode::InvalidScope, "scope was not granted").about("scope");
    }
    if grant
        .resource
        .is_some_and(|resource| found.resource.as_deref() != Some(resource.identifier.as_str()))
    {
        return refused(ErrorCode::InvalidTarget, "resource was not granted").about("resource");
    }
    if request.organization.is_some() {
        return refused(
            ErrorCode::InvalidTarget,
            "the person has not consented to this organization here",
        );
    }
    invalid_grant("the person is no longer a member of the grant's organization")
}

/// The same answer once more: the successor's text is the same, only the access token is new.
async fn replay(
    work: &mut UnitOfWork,
    grant: GrantContext<'_>,
    request: RefreshRequest<'_>,
    presented: RefreshToken,
    consulted: Option<&Consulted>,
) -> Result<GrantOutcome, GrantError> {
    let digest = presented.random.digest(work.epoch());
    let successor = RefreshToken {
        generation: presented.generation + 1,
        random: presented.random,
    };
    let Some((row, scopes)) = store::current(
        work,
        &digest,
        &requested(grant, request),
        grant.client.has_full_id_token(),
    )
    .await?
    else {
        return Ok(invalid_grant("the grant has ended"));
    };
    // Here nobody may be asked: a transaction is open, and the family's row is locked.
    let current = consulted.is_some_and(|consulted| row.tenancy.as_ref() == Some(&consulted.tenancy));
    if !current && consult::is_needed(grant) {
        return Err(MintError::Hook(HookError::Conflict).into());
    }
    let event = Event::RefreshReplayed {
        user: row.user_id.clone(),
        client: grant.client.client_id.clone(),
        grant: row.grant_id.clone(),
    };
    crate::audit::record(work, event).await?;
    let decided = consulted.map(|consulted| &consulted.decided);
    let scope = scope_of(request, scopes);
    Ok(GrantOutcome::Granted(Box::new(
        issue::tokens(work, grant, row, scope, (Some(successor), decided)).await?,
    )))
}

/// The scope that lets a client which is not first-party change the organization.
pub(super) const ANY_ORGANIZATION: &str = ORGANIZATION_ANY;
