//! Owns the question who is registered with signature algorithms, for a server that leaves them out.

use super::store;
use crate::db::{DatabaseError, PgConnection};
use crate::protocol::algorithm::Algorithm;

/// What asks for an algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlgorithmUserKind {
    /// For its ID tokens or its access tokens.
    Client,
    /// For access tokens with it as their audience.
    Resource,
}

/// Who asks for an algorithm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlgorithmUser {
    /// What it is.
    pub kind: AlgorithmUserKind,
    /// Its id, or its identifier.
    pub id: String,
    /// Which one.
    pub algorithm: Algorithm,
}

impl std::fmt::Display for AlgorithmUser {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.kind {
            AlgorithmUserKind::Client => "client",
            AlgorithmUserKind::Resource => "resource",
        };
        write!(formatter, "{kind} {}", self.id)
    }
}

/// The clients and resources that are registered with one of them, a thousand at most, resources first; whoever asks for
/// two of them is named twice. A client that is switched off counts: it may come back.
pub async fn all(
    connection: &mut PgConnection,
    algorithms: &[Algorithm],
) -> Result<Vec<AlgorithmUser>, DatabaseError> {
    store::algorithm_users(connection, algorithms).await
}

/// Of these algorithms those that one client or resource is registered with; none if there is no such one.
pub async fn of(
    connection: &mut PgConnection,
    kind: AlgorithmUserKind,
    id: &str,
    algorithms: &[Algorithm],
) -> Result<Vec<Algorithm>, DatabaseError> {
    let mut asked = match kind {
        AlgorithmUserKind::Client => store::algorithms_of_client(connection, id).await?,
        AlgorithmUserKind::Resource => store::algorithm_of_resource(connection, id).await?,
    };
    asked.retain(|algorithm| algorithms.contains(algorithm));
    Ok(asked)
}
