//! Owns which method stands for what was shown, and what is done for a client that there is not.

use super::private_key_jwt::{self, AssertionError};
use super::published_keys::{PublishedKeys, PublishedKeysError};
use super::replay::UsedAssertions;
use super::{client_secret_basic, client_secret_post, none};
use crate::base::clock::Timestamp;
use crate::base::secret::Secret;
use crate::client::{Client, secret};
use crate::db::DatabaseError;
use crate::jose::ForeignJws;
use crate::protocol::client_authentication::ClientAuthenticationMethod;

/// A proof that was shown, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PresentedCredential {
    /// `client_secret_basic`.
    Basic(Secret),
    /// `client_secret_post`.
    Post(Secret),
    /// `private_key_jwt`.
    Assertion(Box<ForeignJws>),
    /// `client_id` alone: what a public client sends.
    None,
}

impl PresentedCredential {
    /// What was used, in words for the log.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Basic(_) => "client_secret_basic",
            Self::Post(_) => "client_secret_post",
            Self::Assertion(_) => "private_key_jwt",
            Self::None => "none",
        }
    }
}

/// Why a client was not authenticated, in words for the log; the client itself learns only that it was not.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// Another method than the registered one.
    #[error("{used} was used, the client is registered for {registered}")]
    Method {
        /// What the request used.
        used: &'static str,
        /// What the client is registered for.
        registered: &'static str,
    },
    /// No secret of the client's is that one, or it has ended.
    #[error("the secret is not one of the client's that are valid now")]
    Secret,
    /// The assertion is not one of the client's that is valid now.
    #[error("the client's assertion is refused: {0}")]
    Assertion(#[from] AssertionError),
    /// The keys that the client publishes are not at hand.
    #[error("the keys at the client's jwks_uri are not at hand: {0}")]
    Keys(#[from] PublishedKeysError),
    /// Whether the assertion was used before could not be asked: nothing is said of the client.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// What proofs are checked with, beside the client itself.
#[derive(Clone)]
pub struct Authenticator {
    /// The issuer identifier, which assertions are for.
    pub issuer: String,
    /// The token endpoint's URL, which they may be for where the client says so.
    pub token_endpoint: String,
    /// The keys of clients that publish them.
    pub published: PublishedKeys,
    /// What was used before.
    pub used: UsedAssertions,
}

impl Authenticator {
    /// Whether a client proves who it is by what it showed, at `now`. An assertion takes a statement, and a request to
    /// the client's key server now and then: call it while no connection is held.
    pub async fn prove(
        &self,
        client: &Client,
        shown: &PresentedCredential,
        now: Timestamp,
    ) -> Result<(), NotProven> {
        match shown {
            PresentedCredential::Basic(secret) => client_secret_basic::prove(client, secret, now),
            PresentedCredential::Post(secret) => client_secret_post::prove(client, secret, now),
            // Boxed: a large future that most requests do not need would make every request larger.
            PresentedCredential::Assertion(assertion) => {
                Box::pin(private_key_jwt::prove(self, client, assertion, now)).await
            }
            PresentedCredential::None => none::prove(client),
        }
    }
}

/// Does the work of [`Authenticator::prove`] for a client that does not exist, so that the time of a refusal does not tell.
/// An assertion is not verified for it: that takes a key, and ids of clients are no secrets.
pub fn prove_unknown(client_id: &str, shown: &PresentedCredential) {
    match shown {
        PresentedCredential::Basic(presented) | PresentedCredential::Post(presented) => {
            secret::verify_unknown(client_id, presented);
        }
        PresentedCredential::Assertion(_) | PresentedCredential::None => {}
    }
}

/// The refusal of a method that the client is not registered for.
pub(super) fn other_method(client: &Client, used: &'static str) -> NotProven {
    NotProven::Method {
        used,
        registered: client.metadata.token_endpoint_auth_method.name(),
    }
}

/// Whether a client presents its secret by this method: by its own, or by the other one unless it is held to its own.
pub(super) fn by_secret(
    client: &Client,
    used: ClientAuthenticationMethod,
    presented: &Secret,
    now: Timestamp,
) -> Result<(), NotProven> {
    let registered = client.metadata.token_endpoint_auth_method;
    let permitted = registered == used || (registered.uses_secret() && !client.metadata.exact_auth_method);
    // The comparison is made in any case: a refusal takes the same work whatever its reason.
    let proven = secret::verify(client, presented, now);
    match (permitted, proven) {
        (false, _) => Err(other_method(client, used.name())),
        (true, false) => Err(NotProven::Secret),
        (true, true) => Ok(()),
    }
}
