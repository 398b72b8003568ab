//! Owns why the server cannot be put together.

use crate::authentication::password::HashError;
use crate::db::connect::PoolError;
use crate::db::{DatabaseError, migrate};
use crate::hook::registry::RegistryError;
use crate::kek::FollowError;
use crate::mail::MailerError;
use crate::protocol::issuer::IssuerError;
use crate::sealing::KekError;
use crate::signing::error::SigningError;
use crate::signing::rotation::RotationError;

/// Why the server cannot be put together.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// A setting is missing or wrong.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The issuer is not one.
    #[error("issuer: {0}")]
    Issuer(#[from] IssuerError),
    /// The pool could not be opened.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// The schema is not this binary's.
    #[error(transparent)]
    Schema(#[from] migrate::SchemaError),
    /// The key-encryption keys cannot be used.
    #[error("sealing: {0}")]
    Sealing(#[from] KekError),
    /// The key-encryption keys are not those of the database.
    #[error("sealing: {0}")]
    Keks(#[from] FollowError),
    /// The signing keys cannot be used.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// The signing keys cannot be changed.
    #[error(transparent)]
    Rotation(#[from] RotationError),
    /// The hooks cannot be used.
    #[error(transparent)]
    Hooks(#[from] RegistryError),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// Password hashing cannot be set up.
    #[error("password: {0}")]
    Password(#[from] HashError),
    /// Mail cannot be sent as configuration says.
    #[error("mail: {0}")]
    Mail(#[from] MailerError),
}
