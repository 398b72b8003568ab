//! Owns the reading of a constraint's name out of a failed statement, so that a room can turn a known one into an
//! error of its own domain.

/// The name of the constraint that a statement violated, if it failed for that.
#[must_use]
pub fn violated(error: &sqlx::Error) -> Option<&str> {
    error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::constraint)
}
