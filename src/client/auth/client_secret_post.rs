//! Owns `client_secret_post` (RFC 6749 §2.3.1): the secret in the body.

use super::proof::{NotProven, by_secret};
use crate::base::clock::Timestamp;
use crate::base::secret::Secret;
use crate::client::Client;
use crate::protocol::client_authentication::ClientAuthenticationMethod;

pub(super) fn prove(client: &Client, presented: &Secret, now: Timestamp) -> Result<(), NotProven> {
    by_secret(
        client,
        ClientAuthenticationMethod::ClientSecretPost,
        presented,
        now,
    )
}
