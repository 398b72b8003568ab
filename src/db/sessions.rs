//! Owns whose a database session is. A connection is a session of its own, in which settings and prepared statements
//! stay; or a pooler gives each transaction another session, and nothing may be left in one. Which of the two it is
//! says the configuration, and a connection that is not what it says is refused.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Row as _, Transaction};

use super::DatabaseError;
use super::connect::{self, PoolError};
use super::pool::Pool;
use crate::config::DatabaseSettings;

/// Whose sessions the connections of a pool are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sessions {
    /// Each connection is one of its own.
    Own {
        /// How many prepared statements each keeps.
        statements: usize,
    },
    /// A pooler gives each transaction another one.
    Shared,
}

/// What holds in every session of the server. A session of its own is told so when it begins; behind a pooler these
/// are the role's defaults, which `signet migrate --bootstrap` sets.
pub const APPLICATION: [(&str, &str); 5] = [
    ("statement_timeout", "2s"),
    ("lock_timeout", "2s"),
    ("idle_in_transaction_session_timeout", "10s"),
    ("search_path", "pg_catalog"),
    // Every statement looks rows up by key: planning one anew for each value costs more than running it.
    ("plan_cache_mode", "force_generic_plan"),
];

/// The same for operators' SQL hooks. A question's own time is shorter, and set in its transaction.
pub const HOOK: [(&str, &str); 7] = [
    ("default_transaction_read_only", "on"),
    ("statement_timeout", "5s"),
    ("lock_timeout", "5s"),
    ("idle_in_transaction_session_timeout", "6s"),
    ("search_path", ""),
    // A function can catch its own timeout; a client that has gone it cannot.
    ("client_connection_check_interval", "500ms"),
    // Whatever a function tells with RAISE NOTICE is nobody's business here.
    ("client_min_messages", "error"),
];

/// A setting without a meaning of its own: whoever sees it in the session knows that the session is ours.
const MARK: (&str, &str) = ("signet.session", "own");

impl Sessions {
    /// What a pool has unless somebody says otherwise.
    pub const OWN: Self = Self::Own { statements: 100 };

    /// What the configuration says.
    #[must_use]
    pub const fn configured(settings: &DatabaseSettings) -> Self {
        if settings.pooler {
            Self::Shared
        } else {
            Self::Own {
                statements: settings.statement_cache,
            }
        }
    }

    /// Whether prepared statements stay from one transaction to the next.
    #[must_use]
    pub const fn keep_statements(self) -> bool {
        matches!(self, Self::Own { .. })
    }

    /// The pool of such sessions.
    #[must_use]
    pub fn pool(self, pg_pool: PgPool, statement_timeout: Duration) -> Pool {
        Pool::of(pg_pool, statement_timeout, true, self)
    }

    /// The same for connections that never write, on behalf of functions that are not ours.
    #[must_use]
    pub fn reader(self, pg_pool: PgPool, statement_timeout: Duration) -> Pool {
        Pool::of(pg_pool, statement_timeout, false, self)
    }

    /// How a transaction begins: what is configured holds in each, where no session would keep it.
    pub(super) fn begin(self, statement_timeout: Duration, writes: bool) -> Arc<str> {
        let time = statement_timeout.as_millis();
        match self {
            Self::Shared if writes => {
                format!("begin; set local statement_timeout = {time}; set local lock_timeout = {time}").into()
            }
            _ => "begin".into(),
        }
    }

    /// How to connect: with these settings where the session is our own.
    pub fn options(
        self,
        url: &str,
        name: &str,
        settings: &[(&str, &str)],
    ) -> Result<PgConnectOptions, PoolError> {
        let options = connect::options(url)?.application_name(name);
        Ok(match self {
            Self::Own { statements } => options
                .options(settings.iter().copied())
                .options(connect::KEEPALIVE)
                .options([MARK])
                .statement_cache_capacity(statements),
            // A pooler refuses what it does not know at the start of a session, or loses it.
            Self::Shared => options.extra_float_digits(None).statement_cache_capacity(0),
        })
    }
}

/// A transaction for statements on a connection that nobody has lent, in whatever session: names are free when it
/// begins.
pub async fn begin_alone(connection: &mut PgConnection) -> Result<Transaction<'_, Postgres>, sqlx::Error> {
    connection.begin_with("begin; deallocate all").await
}

/// Commits it, and leaves no name behind.
pub async fn commit_alone(mut transaction: Transaction<'_, Postgres>) -> Result<(), sqlx::Error> {
    sqlx::raw_sql("deallocate all").execute(&mut *transaction).await?;
    transaction.commit().await
}

/// How to connect to PostgreSQL itself.
pub fn direct(url: &str, name: &str) -> Result<PgConnectOptions, PoolError> {
    Ok(connect::options(url)?.application_name(name).options([MARK]))
}

/// A connection to PostgreSQL itself, for what needs a session: migrations, roles, locks.
pub async fn connect_directly(url: &str, name: &str) -> Result<PgConnection, PoolError> {
    let mut connection = PgConnection::connect_with(&direct(url, name)?)
        .await
        .map_err(refused)?;
    demand_directly(&mut connection).await?;
    Ok(connection)
}

/// Refuses a connection that was opened [directly](direct) and leads to a pooler.
pub(super) async fn demand_directly(connection: &mut PgConnection) -> Result<(), PoolError> {
    demand_own(connection, DIRECTLY).await
}

/// What a direct connection that failed says about a pooler.
pub(super) fn refused(error: sqlx::Error) -> PoolError {
    told(error, DIRECTLY)
}

/// What to do where the configuration knows of no pooler.
pub const SAY_SO: &str = "set database.pooler = true, or connect directly";

/// What to do where only a session of one's own will do.
const DIRECTLY: &str = "this needs a session of its own: connect to PostgreSQL directly";

/// Refuses a session that did not take what it was told at its beginning: it is somebody else's. The question is a
/// single message, which arrives whatever stands between.
pub async fn demand_own(connection: &mut PgConnection, advice: &'static str) -> Result<(), PoolError> {
    let seen: Option<String> = sqlx::raw_sql("select current_setting('signet.session', true)")
        .fetch_one(connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(|error| told(error, advice))?;
    if seen.as_deref() == Some(MARK.1) {
        return Ok(());
    }
    Err(PoolError::Pooler {
        sign: "the session does not have the settings that it was opened with",
        advice,
    })
}

/// Refuses shared sessions without the role's defaults: a statement would have no end.
pub async fn demand_defaults(connection: &mut PgConnection) -> Result<(), PoolError> {
    let settled = "select current_setting('statement_timeout') <> '0'
            and current_setting('idle_in_transaction_session_timeout') <> '0'
            and current_setting('search_path') in ('pg_catalog', '', '\"\"'),
        current_user::text";
    let row = sqlx::raw_sql(settled)
        .fetch_one(connection)
        .await
        .map_err(DatabaseError::from)?;
    let read = || Ok::<(bool, String), sqlx::Error>((row.try_get(0)?, row.try_get(1)?));
    match read().map_err(DatabaseError::from)? {
        (true, _) => Ok(()),
        (false, role) => Err(PoolError::Defaults { role }),
    }
}

/// What a connection that failed says about a pooler.
pub(super) fn told(error: sqlx::Error, advice: &'static str) -> PoolError {
    let sign = match &error {
        sqlx::Error::Database(database)
            if database.message().starts_with("unsupported startup parameter") =>
        {
            "it refuses settings at the start of a session"
        }
        _ => return PoolError::Database(error.into()),
    };
    PoolError::Pooler { sign, advice }
}

/// Whether two connections meet in one session of the database: then a pooler hands sessions around.
pub async fn are_shared(options: &PgConnectOptions) -> Result<bool, sqlx::Error> {
    let mut one = PgConnection::connect_with(options).await?;
    let mut other = PgConnection::connect_with(options).await?;
    let first = process(&mut one).await?;
    let second = process(&mut other).await?;
    one.close().await?;
    other.close().await?;
    Ok(first == second)
}

async fn process(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    sqlx::raw_sql("select pg_backend_pid()::text")
        .fetch_one(connection)
        .await?
        .try_get(0)
}
