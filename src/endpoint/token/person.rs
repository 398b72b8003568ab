//! The grants of people: code exchange and refresh.
//!
//! Without operators' hooks each is one statement. With them it is read (no lock, no transaction), they are asked while
//! no connection is held, and it is completed if what they were asked about is still true: else once more from the
//! start. A refused code or refresh token takes a slow path in a transaction, to find out why and leave its trace.

use super::answer::missing;
use crate::client::AccessTokenFormat;
use crate::db::unit_of_work::RequestContext;
use crate::db::{DatabaseError, UnitOfWork};
use crate::grant::authorization_code::{self, CodeRequest};
use crate::grant::consult::{self, Consulted};
use crate::grant::issue::GrantContext;
use crate::grant::outcome::{GrantError, GrantOutcome};
use crate::grant::refresh_token::{self, RefreshRequest};
use crate::hook::HookError;
use crate::http::app_state::AppState;
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::OAuthError;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::Scope;
use crate::token::token_issuer::MintError;

/// What a client presents.
#[derive(Clone, Copy)]
enum Presented<'a> {
    Code(CodeRequest<'a>),
    Refresh(RefreshRequest<'a>),
}

/// Redeems a code.
pub(super) async fn exchange(
    state: &AppState,
    context: RequestContext,
    grant: GrantContext<'_>,
    params: &Params,
) -> Result<GrantOutcome, OAuthError> {
    let code = params
        .get("code")
        .ok_or_else(|| missing("code", "code is missing"))?;
    let request = CodeRequest {
        code,
        redirect_uri: params.get("redirect_uri"),
        code_verifier: params.get("code_verifier"),
    };
    carry_out(state, context, grant, Presented::Code(request)).await
}

/// Rotates a refresh token.
pub(super) async fn refresh(
    state: &AppState,
    context: RequestContext,
    grant: GrantContext<'_>,
    params: &Params,
) -> Result<GrantOutcome, OAuthError> {
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
        presented_at: context.now,
    };
    carry_out(state, context, grant, Presented::Refresh(request)).await
}

/// Completes at once where nobody is to be asked. Else prepares, asks, completes; once more from the start if what was
/// asked about changed meanwhile. Whoever is asked takes time, so that the clock is read again for each step: what has
/// expired by then is not granted, and what is granted is dated by then.
async fn carry_out(
    state: &AppState,
    context: RequestContext,
    grant: GrantContext<'_>,
    presented: Presented<'_>,
) -> Result<GrantOutcome, OAuthError> {
    if !consult::is_needed(grant) {
        let completed = complete(state, &context, grant, (presented, None)).await?;
        return match completed {
            Some(outcome) => Ok(outcome),
            None => settled(explain(state, &context, grant, (presented, None)).await?),
        };
    }
    for _ in 0..consult::ATTEMPTS {
        let context = at_present(state, &context);
        let consulted = match consult(state, &context, grant, presented).await? {
            Ok(Some(consulted)) => consulted,
            Ok(None) => return settled(explain(state, &context, grant, (presented, None)).await?),
            Err(refused) => return Ok(refused),
        };
        let context = at_present(state, &context);
        // The keys are taken again too: one that was revoked while the hooks thought signs nothing.
        if let Some(reason) = state.app.may_not_mint() {
            tracing::error!(reason, client.id = %grant.client.client_id, "no token was minted");
            return Err(OAuthError::unavailable());
        }
        let keys = state.app.token_issuer().keys.current();
        let grant = GrantContext { keys: &keys, ..grant };
        let known = (presented, Some(&consulted));
        let outcome = if consulted.replays() {
            explain(state, &context, grant, known).await?
        } else {
            complete(state, &context, grant, known).await?
        };
        if let Some(outcome) = outcome {
            return Ok(outcome);
        }
    }
    settled(None)
}

fn at_present(state: &AppState, context: &RequestContext) -> RequestContext {
    RequestContext {
        now: state.app.clock().now(),
        ..context.clone()
    }
}

/// Reads what would be granted, lets go of the connection, and asks. `None` if nothing would be.
async fn consult(
    state: &AppState,
    context: &RequestContext,
    grant: GrantContext<'_>,
    presented: Presented<'_>,
) -> Result<Result<Option<Consulted>, GrantOutcome>, OAuthError> {
    let mut work = state.app.repeatable(context.clone()).await.map_err(failed)?;
    let prepared = match presented {
        Presented::Code(request) => authorization_code::prepare(&mut work, grant, request).await,
        Presented::Refresh(request) => refresh_token::prepare(&mut work, grant, request).await,
    };
    match decide(prepared)? {
        Ok(Some(prepared)) => {
            // Nothing was written: this lends the connection to the next one while the hooks are asked.
            work.commit().await.map_err(failed)?;
            let consulted = decide(consult::consult(grant, context, prepared).await)?;
            Ok(consulted.map(Some))
        }
        Ok(None) => Ok(Ok(None)),
        Err(refused) => Ok(Err(refused)),
    }
}

/// The completing statement; `None` if it found nothing to complete.
async fn complete(
    state: &AppState,
    context: &RequestContext,
    grant: GrantContext<'_>,
    (presented, consulted): (Presented<'_>, Option<&Consulted>),
) -> Result<Option<GrantOutcome>, OAuthError> {
    let mut work = begin(state, context.clone(), grant, presented).await?;
    let completed = match presented {
        Presented::Code(request) => authorization_code::redeem(&mut work, grant, request, consulted).await,
        Presented::Refresh(request) => refresh_token::rotate(&mut work, grant, request, consulted).await,
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
    state: &AppState,
    context: &RequestContext,
    grant: GrantContext<'_>,
    (presented, consulted): (Presented<'_>, Option<&Consulted>),
) -> Result<Option<GrantOutcome>, OAuthError> {
    let mut work = state.app.begin(context.clone()).await.map_err(failed)?;
    let explained = match presented {
        Presented::Code(request) => authorization_code::explain(&mut work, grant, request).await,
        Presented::Refresh(request) => refresh_token::explain(&mut work, grant, request, consulted).await,
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

fn settled(outcome: Option<GrantOutcome>) -> Result<GrantOutcome, OAuthError> {
    outcome.ok_or_else(|| Failure::from(MintError::Hook(HookError::Conflict)).oauth())
}

fn failed(error: DatabaseError) -> OAuthError {
    Failure::from(error).oauth()
}

/// What a grant ended in, as the endpoint answers it. A hook's refusal is an answer, whatever the hook named.
pub(super) fn decide<T>(result: Result<T, GrantError>) -> Result<Result<T, GrantOutcome>, OAuthError> {
    let refused = |description| {
        let error = ProtocolError::new(ErrorCode::InvalidGrant, description);
        Ok(Err(GrantOutcome::Refused(error)))
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
    state: &AppState,
    context: RequestContext,
    grant: GrantContext<'_>,
    presented: Presented<'_>,
) -> Result<UnitOfWork, OAuthError> {
    let graceful = !grant.token_issuer.settings.refresh_grace().is_zero();
    let answerable = state.app.can_answer(grant.keys, &grant.client.metadata);
    let work = match (grant.client.metadata.access_token_format, presented) {
        (AccessTokenFormat::Jwt, Presented::Refresh(_)) if answerable && graceful => {
            state.app.repeatable(context).await
        }
        (AccessTokenFormat::Jwt, _) if answerable => state.app.single(context).await,
        (AccessTokenFormat::Jwt | AccessTokenFormat::Reference, _) => state.app.begin(context).await,
    };
    work.map_err(failed)
}
