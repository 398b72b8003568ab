//! The client credentials grant (RFC 6749 §4.4). Zero statements and one signature for a JWT: client and key come
//! from memory, and there is no person for a hook to speak of.

use super::issue::GrantContext;
use super::outcome::{GrantError, GrantOutcome, Tokens, refused};
use crate::claims::assemble::TokenSubject;
use crate::db::UnitOfWork;
use crate::protocol::error::ErrorCode;
use crate::protocol::scope::{Scope, needs_a_person};
use crate::token::access_token::{self, AccessToken, MintContext, Recipient};

/// Mints the client's own token. `None` beside it: a reference token's row is still to be stored.
pub fn grant(
    mint: MintContext<'_>,
    grant: GrantContext<'_>,
    requested: Option<&str>,
) -> Result<Result<(AccessToken, Scope), GrantOutcome>, GrantError> {
    let scope = match scope(grant, requested) {
        Ok(scope) => scope,
        Err(outcome) => return Ok(Err(outcome)),
    };
    let GrantContext {
        token_issuer,
        keys,
        client,
        resource,
    } = grant;
    let subject = TokenSubject::Client(client.client_id.clone());
    let recipient = Recipient { client, resource };
    let token = access_token::mint(token_issuer, keys, mint, recipient, &subject, &scope)?;
    Ok(Ok((token, scope)))
}

/// Stores a reference token's row: one statement, only for clients that asked for opaque tokens.
pub async fn store_reference(
    work: &mut UnitOfWork,
    token: &AccessToken,
    grant: GrantContext<'_>,
) -> Result<(), GrantError> {
    access_token::keep(work, token, None, &grant.client.client_id).await?;
    Ok(())
}

/// The answer's tokens.
#[must_use]
pub fn tokens(token: AccessToken, scope: Scope) -> Tokens {
    Tokens {
        access_token: token.text,
        expires_in: token.lifetime,
        refresh_token: None,
        id_token: None,
        scope,
    }
}

/// What may be asked for without a person: no identity, no refresh, no organization. Without a request, everything
/// that is registered and makes sense.
fn scope(grant: GrantContext<'_>, requested: Option<&str>) -> Result<Scope, GrantOutcome> {
    let registered = &grant.client.metadata.scope;
    match requested {
        None => Ok(Scope::from_tokens(
            registered.iter().filter(|token| !needs_a_person(token)),
        )),
        Some(text) => {
            let asked = Scope::parse(text).map_err(GrantOutcome::Refused)?;
            if asked.iter().any(needs_a_person) {
                return Err(refused(ErrorCode::InvalidScope, "this scope needs a person"));
            }
            let scope = asked.clone().registered(registered);
            if scope.is_empty() && !asked.is_empty() {
                return Err(refused(
                    ErrorCode::InvalidScope,
                    "no scope that is asked for is registered for this client",
                ));
            }
            Ok(scope)
        }
    }
}
