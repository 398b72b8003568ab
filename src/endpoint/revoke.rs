//! The revocation endpoint (RFC 7009). An unknown token is 200; another client's is refused without effect; a database
//! that does not answer is 503, never 200.

use axum::extract::State;
use axum::response::Response;

use crate::client::Client;
use crate::db::unit_of_work::RequestContext;
use crate::http::app_state::AppState;
use crate::http::extract::authenticated_client::ClientRequest;
use crate::http::extract::params::Params;
use crate::http::respond::oauth::{self, OAuthError};
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::token::access_token::{self, PresentedToken};
use crate::token::refresh_token::RefreshToken;
use crate::token::revocation::{self, Revocation};

/// Revokes a refresh token with its grant, or one access token. At most 3 statements in a transaction.
pub async fn post(
    State(state): State<AppState>,
    context: RequestContext,
    ClientRequest { client, params }: ClientRequest,
) -> Result<Response, OAuthError> {
    answer(&state, context, &client, &params)
        .await
        .map_err(|error| error.of_client(&client.client_id))
}

async fn answer(
    state: &AppState,
    context: RequestContext,
    client: &Client,
    params: &Params,
) -> Result<Response, OAuthError> {
    let missing = ProtocolError::new(ErrorCode::InvalidRequest, "token is missing").about("token");
    let token = params.get("token").ok_or(missing)?;
    let token_issuer = state.app.token_issuer();
    let keys = token_issuer.keys.current();
    // What cannot be read here may be one of ours all the same: nobody is told that it is revoked.
    let refresh = RefreshToken::read(token, &keys, context.epoch)?;
    let access = if refresh.is_none() {
        access_token::read(token_issuer, &keys, token, context.now)?
    } else {
        None
    };
    if refresh.is_none() && access.is_none() {
        return Ok(oauth::empty());
    }
    let mut work = state.app.begin(context).await?;
    let revocation = match (refresh, access) {
        (Some(refresh), _) => revocation::revoke_refresh(&mut work, &client.client_id, &refresh).await,
        (None, Some(PresentedToken::Jwt(claims))) => {
            revocation::revoke_jwt(&mut work, &client.client_id, &claims).await
        }
        (None, Some(PresentedToken::Reference(handle))) => {
            revocation::revoke_reference(&mut work, &client.client_id, &handle).await
        }
        (None, None) => Ok(Revocation::Done),
    }?;
    work.commit().await?;
    match revocation {
        Revocation::Done => Ok(oauth::empty()),
        Revocation::ForeignClient => Err(ProtocolError::new(
            ErrorCode::InvalidGrant,
            "the token was issued to another client",
        )
        .about("token")
        .into()),
    }
}
