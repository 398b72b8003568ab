//! Owns the way into a database downstream: as whoever the URL names, never as a role of ours.

use std::io;
use std::time::Duration;

use sqlx::PgConnection;

use super::RlsError;
use crate::db::connect::PoolError;
use crate::db::sessions;

/// The oldest major version that has what the kit is made of: functions with a body that is parsed when it is made.
const OLDEST: i32 = 15;

/// How a URL begins; the parser itself takes any.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// How long a database may take until it can be asked something.
const CONNECT_TIME: Duration = Duration::from_secs(5);

/// Waits for a database no longer than this: a connection can be there and say nothing for ever. One that did not
/// answer in time is to be dropped.
pub(super) async fn in_time<T, E: From<sqlx::Error>>(
    time: Duration,
    work: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    tokio::time::timeout(time, work).await.unwrap_or_else(|_| {
        let silence = io::Error::new(io::ErrorKind::TimedOut, "the database did not answer in time");
        Err(sqlx::Error::Io(silence).into())
    })
}

/// Connects.
pub async fn open(url: &str) -> Result<PgConnection, RlsError> {
    in_time(CONNECT_TIME, connect(url)).await
}

async fn connect(url: &str) -> Result<PgConnection, RlsError> {
    if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(RlsError::Url);
    }
    // What is tried and locked here belongs to a session.
    let mut connection =
        sessions::connect_directly(url, "signet rls")
            .await
            .map_err(|error| match error {
                PoolError::Url => RlsError::Url,
                PoolError::Database(error) => RlsError::Database(error),
                other => RlsError::Connection(other),
            })?;
    let version =
        sqlx::query_scalar!(r#"select current_setting('server_version_num')::integer / 10000 as "version!""#)
            .fetch_one(&mut connection)
            .await?;
    if version < OLDEST {
        return Err(RlsError::TooOld(version));
    }
    Ok(connection)
}
