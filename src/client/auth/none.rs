//! Owns `none` (RFC 7591 §2): a public client, which is identified and never authenticated.

use super::proof::{NotProven, other_method};
use crate::client::Client;
use crate::protocol::client_authentication::ClientAuthenticationMethod;

pub(super) fn prove(client: &Client) -> Result<(), NotProven> {
    match client.metadata.token_endpoint_auth_method {
        ClientAuthenticationMethod::None => Ok(()),
        ClientAuthenticationMethod::ClientSecretBasic
        | ClientAuthenticationMethod::ClientSecretPost
        | ClientAuthenticationMethod::PrivateKeyJwt => Err(other_method(client, "none")),
    }
}
