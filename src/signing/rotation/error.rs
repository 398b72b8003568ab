//! Owns why keys cannot be changed.

use super::log::LogProblem;
use crate::base::id::KeyId;
use crate::db::DatabaseError;
use crate::jose::JoseError;
use crate::protocol::algorithm::Algorithm;
use crate::signing::error::SigningError;

/// Why keys cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// A key does not open, or cannot be sealed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A key cannot be used.
    #[error(transparent)]
    Jose(#[from] JoseError),
    /// There is no such key.
    #[error("there is no key {0}: `signet keys list` shows them")]
    Unknown(KeyId),
    /// It is dead already.
    #[error("the key {0} is revoked already")]
    Revoked(KeyId),
    /// No key of this algorithm is made.
    #[error("signing.algorithms leaves {} out: there is nothing to rotate", .0.name())]
    LeftOut(Algorithm),
    /// Nobody would see the imported key.
    #[error(
        "keys of {name} are not published: add {name} to signing.algorithms, or to signing.also_published if they are \
         to verify only",
        name = .0.name()
    )]
    NotTaken(Algorithm),
    /// It would never sign.
    #[error(
        "keys of {name} are published here and sign nothing, as signing.also_published says: `--verify-only` imports one; \
         to sign, add {name} to signing.algorithms",
        name = .0.name()
    )]
    OnlyVerifies(Algorithm),
    /// A signature with it takes too long.
    #[error("the RSA key {0} has {1} bits: up to 4096 bits sign here, and `--verify-only` takes up to 8192")]
    TooLarge(KeyId, usize),
    /// The key that signs does not open here, so that it cannot vouch for the one that follows; or the one that
    /// follows does not, so that it cannot sign.
    #[error(
        "the key {key_id} does not open here and cannot sign: run this with the server's key-encryption keys, or, if \
         they are lost, `signet keys revoke {key_id}`"
    )]
    Lost {
        /// The key.
        key_id: KeyId,
        /// Why.
        #[source]
        source: SigningError,
    },
    /// The next key does not open here, and does at running replicas: ended here, it would leave them without one.
    #[error(
        "the next key {key_id} does not open here, and does at {hosts}: run this with the key-encryption keys of these \
         servers, or, if they are lost, once these have stopped for a minute"
    )]
    OpensElsewhere {
        /// The next key.
        key_id: KeyId,
        /// Where it opens.
        hosts: String,
    },
    /// It is here, perhaps under another name.
    #[error("the key is here already: {0} ({1})")]
    Known(KeyId, &'static str),
    /// It has no private part.
    #[error("the key {0} is a public one, which cannot sign: `--verify-only` imports it")]
    OnlyPublic(KeyId),
    /// The end of the log is damaged, and what was asked for can wait.
    #[error("keys are not rotated or imported: {0}")]
    Log(LogProblem),
    /// Running replicas lack the key-encryption key that a new key would be sealed with: none of them could sign with it.
    #[error(
        "there is no next key, and a new one would be sealed with the key-encryption key {kek_id}, which {hosts} have \
         not: run this with the key-encryption keys of the servers, or, if they are lost, once these have stopped for a \
         minute"
    )]
    SealedElsewhere {
        /// The key-encryption key.
        kek_id: String,
        /// Who lacks it.
        hosts: String,
    },
    /// Somebody else has been changing keys all the while.
    #[error(
        "the keys are being changed by somebody else, and that did not end within eight seconds: try again"
    )]
    Busy,
    /// Somebody else changed the keys at the same moment.
    #[error("the keys were changed by somebody else at the same moment: try again")]
    Raced,
}
