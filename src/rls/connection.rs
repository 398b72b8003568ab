//! Owns the way into a database downstream: as whoever the URL names, never as a role of ours.

use std::str::FromStr as _;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection};

use super::RlsError;

/// The oldest major version that has what the kit is made of: functions with a body that is parsed when it is made.
const OLDEST: i32 = 15;

/// How a URL begins; the parser itself takes any.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// Connects.
pub async fn open(url: &str) -> Result<PgConnection, RlsError> {
    if !SCHEMES.iter().any(|scheme| url.starts_with(scheme)) {
        return Err(RlsError::Url);
    }
    let options = PgConnectOptions::from_str(url)
        .map_err(|_| RlsError::Url)?
        .application_name("signet rls");
    let mut connection = PgConnection::connect_with(&options).await?;
    let version =
        sqlx::query_scalar!(r#"select current_setting('server_version_num')::integer / 10000 as "version!""#)
            .fetch_one(&mut connection)
            .await?;
    if version < OLDEST {
        return Err(RlsError::TooOld(version));
    }
    Ok(connection)
}
