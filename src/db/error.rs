//! Owns the one way in which "the database could not answer" is said to the rooms above.

use sqlx::error::ErrorKind;

use super::told::told;

/// The database failed, or answered what its schema excludes.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// It could not be reached in time, ended the connection, cancelled the statement or asked for a retry: 503.
    #[error("the database is unavailable")]
    Unavailable(#[source] sqlx::Error),
    /// Anything else that a statement can fail with: 500.
    #[error("a database statement failed")]
    Failed(#[source] sqlx::Error),
    /// A row broke an invariant that the schema should have kept.
    #[error("{table} holds a row that cannot be: {problem}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// A second statement on a connection that was lent for one.
    #[error("a second statement outside a transaction")]
    SecondStatement,
}

impl DatabaseError {
    /// Nobody's turn came in time.
    #[must_use]
    pub const fn not_in_time() -> Self {
        Self::Unavailable(sqlx::Error::PoolTimedOut)
    }

    /// Whether the database has said so: then nothing was done of a statement in a transaction of its own.
    #[must_use]
    pub const fn is_of_the_database(&self) -> bool {
        matches!(
            self,
            Self::Unavailable(sqlx::Error::Database(_)) | Self::Failed(sqlx::Error::Database(_))
        )
    }

    /// Whether others were in the way: a lock that was not had in time, a deadlock, a serialization failure.
    #[must_use]
    pub fn is_contention(&self) -> bool {
        let (Self::Unavailable(error) | Self::Failed(error)) = self else {
            return false;
        };
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        code.is_some_and(|code| code.starts_with("40") || code.starts_with("55"))
    }

    /// The same error for another one who waited for the same statement, in words.
    #[must_use]
    pub fn for_another(&self) -> Self {
        let words = |error: &sqlx::Error| sqlx::Error::Protocol(told(error));
        match self {
            Self::Unavailable(error) => Self::Unavailable(words(error)),
            Self::Failed(error) => Self::Failed(words(error)),
            Self::Inconsistent { table, problem } => Self::Inconsistent { table, problem },
            Self::SecondStatement => Self::SecondStatement,
        }
    }
}

impl From<sqlx::Error> for DatabaseError {
    fn from(error: sqlx::Error) -> Self {
        let unavailable = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed => true,
            sqlx::Error::Database(database) => {
                database.kind() == ErrorKind::Other
                    && database.code().is_some_and(|code| {
                        // connection, resources, operator intervention, system, lock and serialization failures
                        ["08", "53", "57", "58", "40", "55"]
                            .iter()
                            .any(|class| code.starts_with(class))
                            // read-only; idle for too long inside a transaction
                            || ["25006", "25P03"].contains(&&*code)
                    })
            }
            _ => false,
        };
        if unavailable {
            Self::Unavailable(error)
        } else {
            Self::Failed(error)
        }
    }
}
