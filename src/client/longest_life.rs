//! Owns the question how long access tokens live at most by a client's or a resource's own word: a key that signed them
//! is published as long.

use std::time::Duration;

use super::store;
use crate::db::{DatabaseError, PgConnection};

/// The longest life of an access token that a client or a resource has chosen; none if nobody has.
pub async fn of_access_tokens(connection: &mut PgConnection) -> Result<Option<Duration>, DatabaseError> {
    store::longest_life(connection).await
}
