//! Owns the server's connections: how many, with which limits, and as whom. It refuses a role that row-level
//! security or least grants would not bind.

use std::str::FromStr as _;
use std::time::{Duration, Instant};

use sqlx::PgPool;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use super::DatabaseError;
use super::connection::PgConnection;
use super::pool::Pool;
use super::sessions::{self, SAY_SO, Sessions};
use crate::base::clock::Timestamp;

/// The database asks a connection that says nothing whether anybody is there, and ends it if nobody is: our own side
/// notices by itself, since each wait on it has an end. Networks that forget silent connections do not forget these.
pub const KEEPALIVE: [(&str, &str); 4] = [
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

/// How the pool is sized and bounded.
#[derive(Debug, Clone)]
pub struct PoolSettings {
    /// The connection URL, without a password in any log.
    pub url: String,
    /// The most connections.
    pub size: u32,
    /// How long a request waits for a connection before it is answered with 503.
    pub acquire_timeout: Duration,
    /// The longest a statement may run.
    pub statement_timeout: Duration,
    /// Whose the sessions are.
    pub sessions: Sessions,
}

impl PoolSettings {
    /// The pool over the connections that these settings opened.
    #[must_use]
    pub fn pool(&self, pg_pool: PgPool) -> Pool {
        self.sessions.pool(pg_pool, self.statement_timeout)
    }
}

/// Why a pool was not opened.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The URL is not one.
    #[error("the database URL cannot be read")]
    Url,
    /// The database did not answer.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The role has rights that the server must not have.
    #[error("the role {role} {problem}: connect as signet_app")]
    Role {
        /// Who we are.
        role: String,
        /// What is wrong with that.
        problem: &'static str,
    },
    /// The connection is not a session of its own, though it was to be one.
    #[error("a pooler stands before PostgreSQL ({sign}): {advice}")]
    Pooler {
        /// What gave it away.
        sign: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// Behind a pooler only the role itself can bound its sessions.
    #[error(
        "the role {role} has no limits and no search path of its own, which it needs behind a pooler: run `signet \
         migrate --bootstrap` again and let the pooler reconnect"
    )]
    Defaults {
        /// Whose sessions.
        role: String,
    },
}

/// Connection options of a URL.
pub fn options(url: &str) -> Result<PgConnectOptions, PoolError> {
    PgConnectOptions::from_str(url).map_err(|_| PoolError::Url)
}

/// Opens the application's pool; one connection is made at once and its role checked.
pub async fn open(settings: &PoolSettings) -> Result<PgPool, PoolError> {
    let timeout = settings.statement_timeout.as_millis().to_string();
    let configured = sessions::APPLICATION.map(|(name, value)| match name {
        "statement_timeout" | "lock_timeout" => (name, timeout.as_str()),
        _ => (name, value),
    });
    let options = settings.sessions.options(&settings.url, "signet", &configured)?;
    let pg_pool = PgPoolOptions::new()
        .max_connections(settings.size)
        .min_connections(1)
        .acquire_timeout(settings.acquire_timeout)
        // A ping before each use would be a round trip of every request.
        .test_before_acquire(false)
        .connect_with(options)
        .await
        .map_err(|error| sessions::told(error, SAY_SO))?;
    let checked = async {
        let mut connection = pg_pool.acquire().await.map_err(DatabaseError::from)?;
        if settings.sessions.keep_statements() {
            sessions::demand_own(&mut connection, SAY_SO).await?;
            return refuse_mighty_role(&mut connection).await;
        }
        sessions::demand_defaults(&mut connection).await?;
        let mut transaction = sessions::begin_alone(&mut connection)
            .await
            .map_err(DatabaseError::from)?;
        refuse_mighty_role(&mut transaction).await?;
        let committed = sessions::commit_alone(transaction).await;
        Ok(committed.map_err(DatabaseError::from)?)
    };
    let time = settings.acquire_timeout + settings.statement_timeout;
    let checked = tokio::time::timeout(time, checked).await;
    checked.map_err(|_| DatabaseError::from(sqlx::Error::PoolTimedOut))??;
    Ok(pg_pool)
}

async fn refuse_mighty_role(connection: &mut sqlx::PgConnection) -> Result<(), PoolError> {
    let row = sqlx::query!(
        r#"select current_user::text as "role!", r.rolsuper as "superuser!", r.rolbypassrls as "bypass!",
            exists (select from pg_namespace n where n.nspname = 'auth' and pg_has_role(n.nspowner, 'member')) as "owner!"
           from pg_roles r where r.rolname = current_user"#
    )
    .fetch_one(connection)
    .await
    .map_err(DatabaseError::from)?;
    let problem = match (row.superuser, row.bypass, row.owner) {
        (true, _, _) => "is a superuser",
        (_, true, _) => "bypasses row-level security",
        (_, _, true) => "owns the schema",
        _ => return Ok(()),
    };
    Err(PoolError::Role {
        role: row.role,
        problem,
    })
}

/// What the database says of itself.
#[derive(Debug, Clone, Copy)]
pub struct Measured {
    /// The instant of this process before the question.
    pub asked: Instant,
    /// The one after the answer.
    pub answered: Instant,
    /// The database's time in between.
    pub time: Timestamp,
    /// Whether it takes writes: a standby does not, nor a primary that was demoted.
    pub writable: bool,
}

/// Asks for the database's time, and whether it may be written to.
pub async fn measure(connection: &mut PgConnection) -> Result<Measured, DatabaseError> {
    let asked = Instant::now();
    let row = sqlx::query!(
        r#"select clock_timestamp() as "time!", current_setting('transaction_read_only') = 'off' as "writable!""#
    )
    .fetch_one(connection)
    .await?;
    Ok(Measured {
        asked,
        answered: Instant::now(),
        time: row.time,
        writable: row.writable,
    })
}
