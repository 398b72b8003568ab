//! The client credentials grant (RFC 6749 §4.4). Zero statements and one signature for a JWT: client and key come
//! from memory, and there is no person for a hook to speak of.

use super::execute::GrantServices;
use super::issue::GrantContext;
use super::outcome::{GrantError, GrantOutcome, Tokens};
use super::parameters::GrantParameters;
use crate::base::id::TokenId;
use crate::claims::subject::Subject;
use crate::claims::{MintContext, Recipient};
use crate::db::UnitOfWork;
use crate::db::unit_of_work::RequestContext;
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::protocol::scope::{Scope, needs_a_person};
use crate::token::access_token::{self, AccessTokenRequest};

/// Mints the client's own token; one statement for a reference token, only for clients that asked for opaque ones.
pub(super) async fn execute(
    services: GrantServices<'_>,
    context: RequestContext,
    grant: GrantContext<'_>,
    parameters: GrantParameters<'_>,
) -> Result<GrantOutcome, GrantError> {
    let scope = scope(grant, parameters.get("scope"))?;
    let jti = TokenId::new(context.now, &*context.entropy);
    let request = AccessTokenRequest {
        subject: Subject::Client(&grant.client.client_id),
        recipient: Recipient {
            client: grant.client,
            resource: grant.resource,
        },
        scope: &scope,
        jti: &jti,
    };
    let mint = MintContext {
        token_issuer: grant.token_issuer,
        keys: grant.keys,
        now: context.now,
        entropy: &*context.entropy,
        epoch: context.epoch,
    };
    let token = access_token::mint(mint, request, None)?;
    if token.reference.is_some() {
        let mut work = UnitOfWork::single(services.pool, context.clone()).await?;
        access_token::keep(&mut work, &token, None, &grant.client.client_id).await?;
        work.commit().await?;
    }
    Ok(GrantOutcome::Granted(Box::new(Tokens {
        access_token: token.text,
        expires_in: token.lifetime,
        refresh_token: None,
        id_token: None,
        scope,
    })))
}

/// What may be asked for without a person: no identity, no refresh, no organization. Without a request, everything
/// that is registered and makes sense.
fn scope(grant: GrantContext<'_>, requested: Option<&str>) -> Result<Scope, ProtocolError> {
    let registered = &grant.client.metadata.scope;
    let Some(text) = requested else {
        return Ok(Scope::from_tokens(
            registered.iter().filter(|token| !needs_a_person(token)),
        ));
    };
    let asked = Scope::parse(text)?;
    let refused = |description| Err(ProtocolError::new(ErrorCode::InvalidScope, description));
    if asked.iter().any(needs_a_person) {
        return refused("this scope needs a person");
    }
    let scope = asked.clone().registered(registered);
    if scope.is_empty() && !asked.is_empty() {
        return refused("no scope that is asked for is registered for this client");
    }
    Ok(scope)
}
