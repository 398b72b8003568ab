//! Owns which errors say something of the connection itself, not only of the statement: it is of no use any more.

use sqlx::postgres::{PgDatabaseError, PgSeverity};

/// Whether a connection ends with this error. `writes` is whether it is there to write: then a server that takes no
/// writes is the wrong one, such as a primary that was demoted.
pub(super) fn ends_connection(error: &sqlx::Error, writes: bool) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(database) => {
            let severity = database
                .try_downcast_ref::<PgDatabaseError>()
                .map(PgDatabaseError::severity);
            matches!(severity, Some(PgSeverity::Fatal | PgSeverity::Panic))
                || (writes && database.code().is_some_and(|code| is_of_the_server(&code)))
        }
        _ => false,
    }
}

/// Read-only, connection, shutdown and system errors. An SQL hook's function may raise any of them itself: there only
/// their severity counts.
fn is_of_the_server(code: &str) -> bool {
    code == "25006" || ["08", "57P", "58"].iter().any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_ends_with_what_is_wrong_with_its_server() {
        for (code, expected) in [
            ("25006", true),
            ("57P01", true),
            ("57P03", true),
            ("58030", true),
            ("08006", true),
            ("57014", false),
            ("40001", false),
            ("55P03", false),
            ("23505", false),
            ("53300", false),
        ] {
            assert_eq!(is_of_the_server(code), expected, "{code}");
        }
    }
}
