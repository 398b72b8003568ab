//! The revocation endpoint (RFC 7009). An unknown token is 200; another client's is refused without effect; a database
//! that does not answer is 503, never 200.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;

use crate::client::Client;
use crate::db::work::Circumstances;
use crate::http::edge::{Edge, Visit};
use crate::http::extract::form::Form;
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::{self, OAuthError};
use crate::protocol::error::{ErrorCode, ProtocolError};
use crate::token::access_token::{self, PresentedToken};
use crate::token::issuance::MintError;
use crate::token::refresh_token::RefreshToken;
use crate::token::revocation::{self, Revocation};

/// Revokes a refresh token with its grant, or one access token. At most 3 statements in a transaction.
pub async fn post(
    State(edge): State<Edge>,
    Visit(circumstances): Visit,
    headers: HeaderMap,
    Form(params): Form,
) -> Result<Response, OAuthError> {
    let params = params?;
    let client = super::client::authenticate(&edge, &headers, &params, circumstances.now).await?;
    answer(&edge, circumstances, &client, &params)
        .await
        .map_err(|error| error.of_client(&client.client_id))
}

async fn answer(
    edge: &Edge,
    circumstances: Circumstances,
    client: &Client,
    params: &Params,
) -> Result<Response, OAuthError> {
    let missing = ProtocolError::new(ErrorCode::InvalidRequest, "token is missing").about("token");
    let token = params.get("token").ok_or(missing)?;
    let failed = |error| Failure::from(error).oauth();
    let issuance = edge.app.issuance();
    let keys = issuance.keys.current();
    // What cannot be read here may be one of ours all the same: nobody is told that it is revoked.
    let unread = |error| Failure::from(error).oauth();
    let refresh = RefreshToken::read(token, &keys, circumstances.epoch)
        .map_err(|error| Failure::from(MintError::Signing(error)).oauth())?;
    let access = if refresh.is_none() {
        access_token::read(issuance, &keys, token, circumstances.now).map_err(unread)?
    } else {
        None
    };
    if refresh.is_none() && access.is_none() {
        return Ok(oauth::empty());
    }
    let mut work = edge.app.begin(circumstances).await.map_err(failed)?;
    let revocation = match (refresh, access) {
        (Some(refresh), _) => revocation::revoke_refresh(&mut work, &client.client_id, &refresh).await,
        (None, Some(PresentedToken::Jwt(claims))) => {
            revocation::revoke_jwt(&mut work, &client.client_id, &claims).await
        }
        (None, Some(PresentedToken::Reference(handle))) => {
            revocation::revoke_reference(&mut work, &client.client_id, &handle).await
        }
        (None, None) => Ok(Revocation::Done),
    }
    .map_err(failed)?;
    work.commit().await.map_err(failed)?;
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
