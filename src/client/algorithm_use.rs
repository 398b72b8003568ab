//! Owns the question who is registered with a signature algorithm, for a server that has it left out.

use super::store;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;

/// Who asks for an algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmUser {
    /// `client` or `resource`.
    pub kind: String,
    /// Its id, or its identifier.
    pub id: String,
}

/// The first client or resource that is registered with it, if there is any. A client that is switched off counts: it
/// may come back.
pub async fn first(
    connection: &mut PgConnection,
    algorithm: Algorithm,
) -> Result<Option<AlgorithmUser>, DatabaseError> {
    store::first_algorithm_user(connection, algorithm.name()).await
}
