//! The grants of people: code exchange and refresh.
//!
//! Without operators' hooks each is one statement. With them it is read (no lock, no transaction), they are asked while
//! no connection is held, and it is completed if what they were asked about is still true: else once more from the
//! start. A refused code or refresh token takes a slow path in a transaction, to find out why and leave its trace.

use super::answer::missing;
use crate::client::AccessTokenFormat;
use crate::db::work::Circumstances;
use crate::db::{DatabaseError, Work};
use crate::grant::authorization_code::{self, CodeRequest};
use crate::grant::consult::{self, Consulted};
use crate::grant::issue::Granting;
use crate::grant::outcome::{GrantError, Outcome};
use crate::grant::refresh_token::{self, RefreshRequest};
use crate::hook::HookError;
use crate::http::edge::Edge;
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::OAuthError;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::Scope;
use crate::token::issuance::MintError;

/// What a client presents.
#[derive(Clone, Copy)]
enum Presented<'a> {
    Code(CodeRequest<'a>),
    Refresh(RefreshRequest<'a>),
}

/// Redeems a code.
pub(super) async fn exchange(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
    params: &Params,
) -> Result<Outcome, OAuthError> {
    let code = params
        .get("code")
        .ok_or_else(|| missing("code", "code is missing"))?;
    let request = CodeRequest {
        code,
        redirect_uri: params.get("redirect_uri"),
        code_verifier: params.get("code_verifier"),
    };
    grant(edge, circumstances, granting, Presented::Code(request)).await
}

/// Rotates a refresh token.
pub(super) async fn refresh(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
    params: &Params,
) -> Result<Outcome, OAuthError> {
    let token = params
        .get("refresh_token")
        .ok_or_else(|| missing("refresh_token", "refresh_token is missing"))?;
    let scope = params.get("scope").map(Scope::parse).transpose()?;
    let organization = scope
        .clone()
        .unwrap_or_default()
        .organization_or(params.get("organization"))?;
    // Naming an organization asks for it, not for less of the rest; whether it may be had is not a matter of scope.
    let scope = scope
        .map(Scope::without_organization)
        .filter(|scope| !scope.is_empty());
    let request = RefreshRequest {
        refresh_token: token,
        scope: scope.as_ref(),
        organization: organization.as_deref(),
        presented_at: circumstances.now,
    };
    grant(edge, circumstances, granting, Presented::Refresh(request)).await
}

/// Completes at once where nobody is to be asked. Else prepares, asks, completes; once more from the start if what was
/// asked about changed meanwhile. Whoever is asked takes time, so that the clock is read again for each step: what has
/// expired by then is not granted, and what is granted is dated by then.
async fn grant(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
    presented: Presented<'_>,
) -> Result<Outcome, OAuthError> {
    if !consult::is_needed(granting) {
        let completed = complete(edge, &circumstances, granting, (presented, None)).await?;
        return match completed {
            Some(outcome) => Ok(outcome),
            None => settled(explain(edge, &circumstances, granting, (presented, None)).await?),
        };
    }
    for _ in 0..consult::ATTEMPTS {
        let circumstances = at_present(edge, &circumstances);
        let consulted = match consult(edge, &circumstances, granting, presented).await? {
            Ok(Some(consulted)) => consulted,
            Ok(None) => return settled(explain(edge, &circumstances, granting, (presented, None)).await?),
            Err(refused) => return Ok(refused),
        };
        let circumstances = at_present(edge, &circumstances);
        // The keys are taken again too: one that was revoked while the hooks thought signs nothing.
        if let Some(reason) = edge.app.may_not_mint() {
            tracing::error!(reason, client.id = %granting.client.client_id, "no token was minted");
            return Err(OAuthError::unavailable());
        }
        let keys = edge.app.issuance().keys.current();
        let granting = Granting {
            keys: &keys,
            ..granting
        };
        let known = (presented, Some(&consulted));
        let outcome = if consulted.replays() {
            explain(edge, &circumstances, granting, known).await?
        } else {
            complete(edge, &circumstances, granting, known).await?
        };
        if let Some(outcome) = outcome {
            return Ok(outcome);
        }
    }
    settled(None)
}

fn at_present(edge: &Edge, circumstances: &Circumstances) -> Circumstances {
    Circumstances {
        now: edge.app.clock().now(),
        ..circumstances.clone()
    }
}

/// Reads what would be granted, lets go of the connection, and asks. `None` if nothing would be.
async fn consult(
    edge: &Edge,
    circumstances: &Circumstances,
    granting: Granting<'_>,
    presented: Presented<'_>,
) -> Result<Result<Option<Consulted>, Outcome>, OAuthError> {
    let mut work = edge.app.repeatable(circumstances.clone()).await.map_err(failed)?;
    let prepared = match presented {
        Presented::Code(request) => authorization_code::prepare(&mut work, granting, request).await,
        Presented::Refresh(request) => refresh_token::prepare(&mut work, granting, request).await,
    };
    match decide(prepared)? {
        Ok(Some(prepared)) => {
            // Nothing was written: this lends the connection to the next one while the hooks are asked.
            work.commit().await.map_err(failed)?;
            let consulted = decide(consult::consult(granting, circumstances, prepared).await)?;
            Ok(consulted.map(Some))
        }
        Ok(None) => Ok(Ok(None)),
        Err(refused) => Ok(Err(refused)),
    }
}

/// The completing statement; `None` if it found nothing to complete.
async fn complete(
    edge: &Edge,
    circumstances: &Circumstances,
    granting: Granting<'_>,
    (presented, consulted): (Presented<'_>, Option<&Consulted>),
) -> Result<Option<Outcome>, OAuthError> {
    let mut work = begin(edge, circumstances.clone(), granting, presented).await?;
    let completed = match presented {
        Presented::Code(request) => authorization_code::redeem(&mut work, granting, request, consulted).await,
        Presented::Refresh(request) => refresh_token::rotate(&mut work, granting, request, consulted).await,
    };
    match decide(completed)? {
        Err(outcome) => Ok(Some(outcome)),
        Ok(Some(outcome)) => {
            work.commit().await.map_err(failed)?;
            Ok(Some(outcome))
        }
        Ok(None) => {
            work.rollback().await.map_err(failed)?;
            Ok(None)
        }
    }
}

/// Why there was nothing to complete, or a lost reply once more. `None` if that cannot be said without asking the
/// hooks anew.
async fn explain(
    edge: &Edge,
    circumstances: &Circumstances,
    granting: Granting<'_>,
    (presented, consulted): (Presented<'_>, Option<&Consulted>),
) -> Result<Option<Outcome>, OAuthError> {
    let mut work = edge.app.begin(circumstances.clone()).await.map_err(failed)?;
    let explained = match presented {
        Presented::Code(request) => authorization_code::explain(&mut work, granting, request).await,
        Presented::Refresh(request) => refresh_token::explain(&mut work, granting, request, consulted).await,
    };
    if matches!(
        explained,
        Err(GrantError::Mint(MintError::Hook(HookError::Conflict)))
    ) {
        work.rollback().await.map_err(failed)?;
        return Ok(None);
    }
    let outcome = decide(explained)?;
    work.commit().await.map_err(failed)?;
    Ok(Some(outcome.unwrap_or_else(|refused| refused)))
}

fn settled(outcome: Option<Outcome>) -> Result<Outcome, OAuthError> {
    outcome.ok_or_else(|| Failure::from(MintError::Hook(HookError::Conflict)).oauth())
}

fn failed(error: DatabaseError) -> OAuthError {
    Failure::from(error).oauth()
}

/// What a grant ended in, as the endpoint answers it. A hook's refusal is an answer, whatever the hook named.
pub(super) fn decide<T>(result: Result<T, GrantError>) -> Result<Result<T, Outcome>, OAuthError> {
    let refused = |description| {
        let error = ProtocolError::new(ErrorCode::InvalidGrant, description);
        Ok(Err(Outcome::Refused(error)))
    };
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(GrantError::Mint(MintError::Hook(HookError::Refused))) => {
            refused("the person is no longer a member of the organization")
        }
        Err(GrantError::Mint(MintError::Hook(HookError::Denied { .. }))) => {
            refused("a rule of this server refuses tokens for this person")
        }
        Err(GrantError::Mint(error)) => Err(Failure::from(error).oauth()),
        Err(GrantError::Database(error)) => Err(failed(error)),
    }
}

/// One autocommit statement is enough for JWTs whose signers are all at hand; a reference token's row belongs to the
/// same transaction. Where a key is missing, only the statement's row says whether the grant needs that one: then it is
/// taken back if it does. A rotation may be sent twice, since within the grace the same token is given the same
/// successor; a code's redemption never is.
async fn begin(
    edge: &Edge,
    circumstances: Circumstances,
    granting: Granting<'_>,
    presented: Presented<'_>,
) -> Result<Work, OAuthError> {
    let graceful = !granting.issuance.settings.refresh_grace().is_zero();
    let answerable = edge.app.can_answer(granting.keys, &granting.client.metadata);
    let work = match (granting.client.metadata.access_token_format, presented) {
        (AccessTokenFormat::Jwt, Presented::Refresh(_)) if answerable && graceful => {
            edge.app.repeatable(circumstances).await
        }
        (AccessTokenFormat::Jwt, _) if answerable => edge.app.single(circumstances).await,
        (AccessTokenFormat::Jwt | AccessTokenFormat::Reference, _) => edge.app.begin(circumstances).await,
    };
    work.map_err(failed)
}
