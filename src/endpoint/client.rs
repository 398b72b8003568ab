//! Owns the authentication of a client at an endpoint (RFC 6749 §2.3): the registered method and no other, the same
//! work for a known and an unknown client.

use std::sync::Arc;

use http::HeaderMap;

use crate::base::clock::Timestamp;
use crate::client::{Client, secret};
use crate::http::edge::Edge;
use crate::http::extract::client_auth::{self, PresentedCredential};
use crate::http::extract::params::Params;
use crate::http::respond::failure::Failure;
use crate::http::respond::oauth::OAuthError;
use crate::protocol::client_authentication::ClientAuthenticationMethod;
use crate::protocol::error::{ErrorCode, ProtocolError};

/// The client that a request proves to come from. No statement when the client is cached.
pub async fn authenticate(
    edge: &Edge,
    headers: &HeaderMap,
    params: &Params,
    now: Timestamp,
) -> Result<Arc<Client>, OAuthError> {
    let presented = client_auth::read(headers, params)?;
    let refused = || {
        let error = ProtocolError::new(ErrorCode::InvalidClient, "client authentication failed");
        OAuthError::new(error).for_basic(presented.used_basic())
    };
    let found = edge
        .app
        .clients()
        .find(presented.client_id.as_str())
        .await
        .map_err(|error| Failure::from(error).oauth())?;
    let Some(client) = found else {
        if let PresentedCredential::Basic(secret) | PresentedCredential::Post(secret) = &presented.credential
        {
            secret::verify_unknown(presented.client_id.as_str(), secret);
        }
        return Err(refused());
    };
    let proven = match (&presented.credential, client.authentication) {
        (PresentedCredential::Basic(secret), ClientAuthenticationMethod::ClientSecretBasic)
        | (PresentedCredential::Post(secret), ClientAuthenticationMethod::ClientSecretPost) => {
            secret::verify(&client, secret, now)
        }
        (PresentedCredential::None, ClientAuthenticationMethod::None) => true,
        _ => false,
    };
    if proven && !client.disabled {
        Ok(client)
    } else {
        Err(refused())
    }
}
