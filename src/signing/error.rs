//! Owns what can go wrong with our keys, and why a token is not one of ours.

use super::server_key::Purpose;
use crate::base::id::KeyId;
use crate::db::DatabaseError;
use crate::jose::{JoseError, JwsError};
use crate::protocol::algorithm::Algorithm;
use crate::sealing::SealingError;

/// Our keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A stored key does not open. Nothing is made in its place: the key-encryption key must be found again.
    #[error("{table} row {row}, sealed by the key-encryption key {kek_id}, does not open")]
    Unopened {
        /// The table.
        table: &'static str,
        /// The row: a `kid`, or purpose and number.
        row: String,
        /// What sealed it.
        kek_id: String,
        /// Why.
        #[source]
        source: SealingError,
    },
    /// A new key could not be sealed.
    #[error("a new key could not be sealed")]
    Unsealed(#[source] SealingError),
    /// What a row holds in the clear is not what it holds sealed.
    #[error("auth.jwks row {key_id} does not agree with its sealed key")]
    Disagreement {
        /// The row.
        key_id: KeyId,
    },
    /// A server secret is not 32 bytes.
    #[error("auth.server_secrets row {row} is not a key")]
    NotAKey {
        /// Purpose and number.
        row: String,
    },
    /// No key of this algorithm is active.
    #[error("no active signing key for {}", .0.name())]
    NoSigner(Algorithm),
    /// No server secret has this purpose, or the newest one does not open.
    #[error("no server secret for {}", .0.name())]
    NoServerKey(Purpose),
    /// What was presented was made with a key of ours that does not open here: another replica may know it.
    #[error("what was presented was made with a key of ours that does not open here: {row}")]
    NotHere {
        /// A `kid`, or purpose and number.
        row: String,
    },
    /// Keys are stored, and not one of them signs: these are the wrong key-encryption keys.
    #[error("none of the stored signing keys can be used; the first: {first}")]
    NothingOpens {
        /// Why the first of them cannot.
        first: String,
    },
    /// Of the configured algorithms none signs yet, and others do: every token would be refused until one does.
    #[error(
        "no key of signing.algorithms ({configured}) signs yet, and {active} do: leave one of these in until `signet keys \
         status` says that another signs"
    )]
    NoneSigns {
        /// What is configured.
        configured: String,
        /// What signs.
        active: String,
    },
    /// A key is unusable, or claims cannot be signed.
    #[error(transparent)]
    Jose(#[from] JoseError),
    /// The thread that makes keys ended early.
    #[error("making keys was interrupted")]
    Interrupted,
}

/// Why a token is not one that we signed for this use. For the log: the client hears `invalid_token` of them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VerificationError {
    /// Its form, header or signature.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// Its key is one of ours, and this process cannot open it: nothing can be said of the token.
    #[error("the token's key does not open here")]
    UnopenedKey,
    /// Its key is none of ours, or no longer.
    #[error("the token's key is not one of ours")]
    UnknownKey,
    /// It is another kind of token (RFC 8725 §3.11).
    #[error("the token is of another type")]
    Type,
}
