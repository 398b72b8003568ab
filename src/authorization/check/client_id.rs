//! Owns `client_id` (RFC 6749 §3.1.2.4, §4.1.1): who asks. Without a client there is nobody whom an error could be
//! sent to.

use std::sync::Arc;

use crate::authorization::parameters::Parameters;
use crate::authorization::request::AuthorizationError;
use crate::client::{Client, Registry};
use crate::protocol::error::{ErrorCode, ProtocolError};

/// The client, enabled. Whether there is none or it is switched off, only the log is told.
pub(super) async fn check(
    clients: &Registry,
    parameters: &Parameters,
) -> Result<Arc<Client>, AuthorizationError> {
    let unknown = |reason: &str| {
        let description = "client_id is missing or unknown";
        let error = ProtocolError::new(ErrorCode::InvalidRequest, description).about("client_id");
        AuthorizationError::Unredirectable {
            client: None,
            refusal: error.because(reason),
        }
    };
    let Some(client_id) = parameters.get("client_id") else {
        return Err(unknown(if parameters.repeats("client_id") {
            "client_id is sent more than once"
        } else {
            "client_id is missing"
        }));
    };
    match clients.find(client_id).await? {
        Some(client) if !client.disabled => Ok(client),
        Some(_) => Err(unknown(
            "the client is disabled; `signet client enable` lets it in again",
        )),
        None => Err(unknown(
            "there is no such client; `signet client list` shows every one",
        )),
    }
}
