//! Owns what can go wrong when clients and resources are administered.

use super::metadata::MetadataError;
use super::resource::ResourceError;
use crate::base::id::ClientId;
use crate::db::DatabaseError;

/// Why a client or a resource was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The registration breaks a rule; the error names the field.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The resource breaks a rule; the error names the field.
    #[error(transparent)]
    Resource(#[from] ResourceError),
    /// Another client has this id.
    #[error("there already is a client {0}")]
    AlreadyExists(ClientId),
    /// A user has this id: tokens of both would have the same subject.
    #[error("{0} is the id of a user; a client needs another one")]
    TakenByUser(ClientId),
    /// No such client.
    #[error("there is no client {0}")]
    Unknown(ClientId),
    /// A public client has no secret.
    #[error("{0} is a public client (authentication method none) and has no secret")]
    Public(ClientId),
    /// What it signs with is its own; we only know the public part.
    #[error("{0} authenticates by private_key_jwt: it signs with a key of its own and has no secret")]
    SignsWithKey(ClientId),
    /// `default_resource` or `audience` names a resource that is not registered.
    #[error("{field}: no such resource is registered")]
    UnknownResource {
        /// The field that names it.
        field: &'static str,
    },
    /// What a change would take away is not there: most likely it is misspelled.
    #[error("{field}: the client has no {value:?}")]
    NotThere {
        /// The field.
        field: &'static str,
        /// What is not in it.
        value: String,
    },
    /// No such resource.
    #[error("there is no resource {0}")]
    NoResource(String),
    /// Clients name it.
    #[error("{identifier} is the default resource or the audience of {}", clients.join(", "))]
    ResourceInUse {
        /// The resource.
        identifier: String,
        /// Which clients.
        clients: Vec<String>,
    },
    /// Another resource has this identifier.
    #[error("there already is a resource {0}")]
    ResourceExists(String),
    /// Old secrets must end.
    #[error("overlap: the old secret may stay valid for at most 90 days")]
    OverlapTooLong,
    /// A chosen secret must be as hard to guess as a made one.
    #[error("secret: a chosen client secret has 32 to 512 printable ASCII characters")]
    WeakSecret,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<sqlx::Error> for ClientError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error.into())
    }
}
