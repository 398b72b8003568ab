//! Owns what can go wrong when a database downstream is changed, in words for whoever runs it.

use super::identifier::{Identifier, IdentifierError, QualifiedName};
use crate::db::DatabaseError;
use crate::db::connect::PoolError;

/// Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum RlsError {
    /// A name that is none.
    #[error(transparent)]
    Identifier(#[from] IdentifierError),
    /// The URL is not one.
    #[error("--database is no URL of a PostgreSQL database")]
    Url,
    /// The script found something that it must not touch, and says so itself.
    #[error("{0}")]
    Refused(String),
    /// The connection is not one that this can be done on.
    #[error(transparent)]
    Connection(PoolError),
    /// The database is older than the kit can be.
    #[error("the kit needs PostgreSQL 15 or newer; this is version {0}")]
    TooOld(i32),
    /// No such table.
    #[error("there is no table {0}")]
    UnknownTable(QualifiedName),
    /// A view or the like.
    #[error("{0} is no table: row-level security is kept on the tables behind it")]
    NotATable(QualifiedName),
    /// Its policies would not count for whoever asks the table whose rows it holds.
    #[error(
        "{table} holds rows of {parent}, which has no row-level security: whoever asks {parent} sees them past any \
         policy of {table}. Protect that first, with --table {}: it protects what is below it too",
        .parent.in_a_shell()
    )]
    OpenParent {
        /// Which.
        table: QualifiedName,
        /// The uppermost one that is open.
        parent: QualifiedName,
    },
    /// No such column.
    #[error("{table} has no column {column}: name it with {flag}")]
    UnknownColumn {
        /// Of which table.
        table: QualifiedName,
        /// Which.
        column: Identifier,
        /// How to say another.
        flag: &'static str,
    },
    /// A column that holds no id of ours.
    #[error("{table}.{column} is of type {found}: an id of signet fits text and uuid")]
    ColumnType {
        /// Of which table.
        table: QualifiedName,
        /// Which.
        column: Identifier,
        /// Its type.
        found: String,
    },
    /// No such role.
    #[error("there is no role {0} in this database: make it first (create role {0};), or name another")]
    UnknownRole(Identifier),
    /// The kit is not there.
    #[error(
        "the kit is not in the schema {0}: run `signet rls install` first, or name its schema with --schema"
    )]
    NoKit(Identifier),
    /// A template lacks a column.
    #[error("the template {template} needs {flag}")]
    Missing {
        /// Which.
        template: &'static str,
        /// What.
        flag: &'static str,
    },
    /// No such template.
    #[error("no template is called {0:?}: read, write-by-role, owner-only, module:<id>, shared")]
    UnknownTemplate(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// How a script says that it refuses: its own SQLSTATE.
const REFUSED: &str = "SGN01";

impl From<sqlx::Error> for RlsError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(database) if database.code().as_deref() == Some(REFUSED) => {
                Self::Refused(database.message().to_owned())
            }
            _ => Self::Database(error.into()),
        }
    }
}
