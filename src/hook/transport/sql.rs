//! Owns one question to an SQL function: on a connection of its own that logs in as `signet_hook`, in a read-only
//! transaction that is always rolled back, within a time that the database and this process both keep. Three round
//! trips, the last of which nobody waits for. The event is a bound parameter: the text of a statement is in PostgreSQL's
//! log when it fails, and other sessions of the role can read it. Whatever the function did to its session is undone, or
//! the session ends. What PostgreSQL says when a function fails goes to the operator's log and nowhere else.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgPool, Row as _};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use super::sql_failure::told;
use crate::db::connect::PoolError;
use crate::db::pool::{Pool, PooledConnection};
use crate::db::sessions::{self, Sessions};
use crate::db::{DatabaseError, PgConnection};
use crate::hook::definition::FunctionName;
use crate::hook::error::{HookError, NO_CONNECTION_IN_TIME};
use crate::hook::response::ANSWER_LIMIT;

const RELEASE: &str = "rollback; select pg_advisory_unlock_all(); \
     select count(*) filter (where from_sql) as strangers, count(*) filter (where not from_sql) as ours \
     from pg_prepared_statements";

const RELEASE_SHARED: &str = "rollback; deallocate all; select pg_advisory_unlock_all()";

/// The connections that SQL hooks run on.
#[derive(Debug, Clone)]
pub struct SqlTransport {
    pg_pool: PgPool,
    pool: Pool,
    sessions: Sessions,
}

/// What keeps an SQL hook from running, with what mends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PreviewObstacle)]
pub struct Obstacle {
    /// What is wrong.
    pub problem: String,
    /// A statement for the owner of the function.
    pub mend: String,
}

impl SqlTransport {
    /// A pool that connects when it is first used; every connection's role is checked.
    pub fn new(url: &str, size: u32, sessions: Sessions) -> Result<Self, PoolError> {
        let options = sessions.options(url, "signet hook", &sessions::HOOK)?;
        let pg_pool = PgPoolOptions::new()
            .max_connections(size)
            .min_connections(0)
            .acquire_timeout(CONNECT_TIME)
            .test_before_acquire(false)
            .after_connect(move |connection, _| Box::pin(refuse_other_roles(connection, sessions)))
            .connect_lazy_with(options);
        Ok(Self {
            pool: sessions.reader(pg_pool.clone(), STATEMENT_TIMEOUT),
            sessions,
            pg_pool,
        })
    }

    /// Calls the function with the event and gives the bytes of its answer.
    pub async fn ask(
        &self,
        function: &FunctionName,
        event: &Value,
        time: Duration,
    ) -> Result<Vec<u8>, HookError> {
        let deadline = Instant::now() + time;
        let Ok(turn) = timeout_at(deadline, self.pool.permit()).await else {
            return Err(HookError::Unavailable(NO_CONNECTION_IN_TIME));
        };
        // Whoever has a turn and no connection waits for the database: that is an outage.
        let connection = async { self.pool.take(turn?).await };
        let connection = timeout_at(deadline, connection).await;
        let mut borrowed = match connection.unwrap_or_else(|_| Err(sqlx::Error::PoolTimedOut.into())) {
            Ok(connection) => Borrowed::new(connection),
            Err(error) => {
                tracing::error!(error = %error, "no connection for SQL hooks");
                return Err(HookError::Unavailable("no connection as signet_hook"));
            }
        };
        let connection = borrowed.connection()?;
        let asked = Instant::now();
        let Ok(begun) = timeout_at(deadline, begin(connection, function, time)).await else {
            // Nothing was asked of the function yet: it is the connection that does not answer. Whoever waited for a turn
            // until the end has no time left to find that out.
            if asked.elapsed() >= BEGIN_TIME {
                self.pool.distrust();
            }
            return Err(HookError::Timeout);
        };
        begun?;
        let sessions = self.sessions;
        let asking = call(connection, function, event, sessions);
        let answer = timeout_at(deadline, asking).await;
        let answer = answer.unwrap_or(Err(HookError::Timeout))?;
        // An answer that came in time counts, whatever becomes of the connection, and nobody waits for that.
        tokio::spawn(async move {
            let Ok(connection) = borrowed.connection() else {
                return;
            };
            if let Ok(Ok(true)) = timeout(RELEASE_TIME, release(connection, sessions)).await {
                borrowed.give_back();
            }
        });
        answer.map(String::into_bytes).ok_or(HookError::Malformed)
    }

    /// Whether a connection can be had, and as the right role: for the start and for `signet doctor`. Outside the pool,
    /// which would go on trying and only say that time is up.
    pub async fn check(&self) -> Result<(), DatabaseError> {
        let check = async {
            let mut connection = sqlx::PgConnection::connect_with(&self.pg_pool.connect_options()).await?;
            refuse_other_roles(&mut connection, self.sessions).await?;
            connection.close().await
        };
        let checked = timeout(CONNECT_TIME, check).await;
        Ok(checked.unwrap_or(Err(sqlx::Error::PoolTimedOut))?)
    }

    /// What keeps this role from running a function, looked up before anybody waits for a token.
    pub async fn obstacles(&self, function: &FunctionName) -> Result<Vec<Obstacle>, DatabaseError> {
        let mut connection = self.pool.acquire().await?;
        let row = sqlx::query!(
            r#"select n.oid is not null as "schema_exists!",
                coalesce(has_schema_privilege(n.oid, 'usage'), false) as "may_use_schema!",
                p.oid is not null as "function_exists!",
                coalesce(has_function_privilege(p.oid, 'execute'), false) as "may_execute!"
               from (values ($1::text, $2::text)) asked (schema_name, function_name)
               left join pg_namespace n on n.nspname = asked.schema_name
               left join pg_proc p on p.pronamespace = n.oid
                    and p.proname = asked.function_name
                    and p.prokind = 'f'
                    and p.proargtypes[0] = 'jsonb'::regtype
                    and p.pronargs - p.pronargdefaults <= 1"#,
            function.schema(),
            function.name(),
        )
        .fetch_one(&mut *connection)
        .await?;
        connection.keep();
        let mut obstacles = Vec::new();
        if row.schema_exists && !row.may_use_schema {
            obstacles.push(Obstacle {
                problem: format!("signet_hook may not use the schema {}", function.schema()),
                mend: format!("grant usage on schema \"{}\" to signet_hook;", function.schema()),
            });
        }
        if !row.function_exists {
            obstacles.push(Obstacle {
                problem: format!("there is no function {function}(jsonb)"),
                mend: format!(
                    "create function {}(event jsonb) returns jsonb …;",
                    function.quoted()
                ),
            });
        } else if !row.may_execute {
            obstacles.push(Obstacle {
                problem: format!("signet_hook may not execute {function}(jsonb)"),
                mend: format!(
                    "grant execute on function {}(jsonb) to signet_hook;",
                    function.quoted()
                ),
            });
        }
        Ok(obstacles)
    }

    /// The tables and views of a name that this role may not read. A failing function names its table without the
    /// schema.
    pub async fn unreadable(&self, relation: &str) -> Result<Vec<Obstacle>, DatabaseError> {
        let mut connection = self.pool.acquire().await?;
        let rows = sqlx::query!(
            r#"select format('%I.%I', n.nspname, c.relname) as "relation!", format('%I', n.nspname) as "schema!",
                has_schema_privilege(n.oid, 'usage') as "may_use_schema!",
                has_table_privilege(c.oid, 'select') as "may_read!"
               from pg_class c
               join pg_namespace n on n.oid = c.relnamespace
               where c.relname = $1
                 and c.relkind in ('r', 'p', 'v', 'm', 'f')
                 and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
               order by n.nspname"#,
            relation,
        )
        .fetch_all(&mut *connection)
        .await?;
        connection.keep();
        let mut obstacles = Vec::new();
        for row in rows {
            if !row.may_use_schema {
                obstacles.push(Obstacle {
                    problem: format!("signet_hook may not use the schema {}", row.schema),
                    mend: format!("grant usage on schema {} to signet_hook;", row.schema),
                });
            }
            if !row.may_read {
                obstacles.push(Obstacle {
                    problem: format!("signet_hook may not read {}", row.relation),
                    mend: format!("grant select on {} to signet_hook;", row.relation),
                });
            }
        }
        Ok(obstacles)
    }

    /// Gives connections up that nobody needs, until cancelled.
    pub async fn tidy(&self, stop: CancellationToken) {
        self.pool.tidy(stop).await;
    }

    /// Closes the pool.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// The longest that any statement may run.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection is waited for where no hook's own time is shorter.
const CONNECT_TIME: Duration = Duration::from_secs(5);
/// What a transaction begins in, on a connection that answers.
const BEGIN_TIME: Duration = Duration::from_millis(500);
/// How long an answered connection may take to become usable again.
const RELEASE_TIME: Duration = Duration::from_secs(1);

/// A connection that ends when it is dropped, unless it was found sound.
struct Borrowed(Option<PooledConnection>);

impl Borrowed {
    const fn new(connection: PooledConnection) -> Self {
        Self(Some(connection))
    }

    fn connection(&mut self) -> Result<&mut PgConnection, HookError> {
        let connection = self.0.as_mut();
        connection
            .map(|connection| &mut **connection)
            .ok_or(HookError::Unavailable("the connection was given back"))
    }

    fn give_back(mut self) {
        if let Some(connection) = self.0.take() {
            connection.keep();
        }
    }
}

impl Drop for Borrowed {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            connection.end();
        }
    }
}

/// The first round trip: the transaction with its limits.
async fn begin(
    connection: &mut PgConnection,
    function: &FunctionName,
    time: Duration,
) -> Result<(), HookError> {
    connection.hold();
    let milliseconds = time.as_millis();
    let begin =
        format!("begin read only; set local statement_timeout = {milliseconds}; set local search_path = ''");
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(begin)))
        .await
        .map_err(|error| told(&error, function))?;
    Ok(())
}

/// The second round trip: the call. The answer is cut where it would be refused for its length anyway.
async fn call(
    connection: &mut PgConnection,
    function: &FunctionName,
    event: &Value,
    sessions: Sessions,
) -> Result<Option<String>, HookError> {
    let statement = format!(
        "select left({}($1::jsonb)::text, {})",
        function.quoted(),
        ANSWER_LIMIT + 1
    );
    sqlx::query_scalar(AssertSqlSafe(statement))
        .persistent(sessions.keep_statements())
        .bind(event)
        .fetch_one(connection)
        .await
        .map_err(|error| told(&error, function))
}

/// One round trip: everything is taken back. What outlives a transaction is looked for: locks of the session are let
/// go, and a session in which the function prepared statements or took ours away is not sound. From a shared session
/// all of them go.
async fn release(connection: &mut PgConnection, sessions: Sessions) -> Result<bool, sqlx::Error> {
    if !sessions.keep_statements() {
        connection.fetch_all(sqlx::raw_sql(RELEASE_SHARED)).await?;
        return Ok(true);
    }
    let rows = connection.fetch_all(sqlx::raw_sql(RELEASE)).await?;
    let Some(row) = rows.last() else { return Ok(false) };
    let (strangers, ours): (i64, i64) = (row.try_get("strangers")?, row.try_get("ours")?);
    Ok(strangers == 0 && usize::try_from(ours) == Ok(connection.cached_statements()))
}

/// A hook runs with few rights or not at all, and never without limits.
async fn refuse_other_roles(
    connection: &mut sqlx::PgConnection,
    sessions: Sessions,
) -> Result<(), sqlx::Error> {
    let refused = |error: PoolError| sqlx::Error::Configuration(Box::new(error));
    if sessions.keep_statements() {
        let own = sessions::demand_own(connection, sessions::SAY_SO).await;
        own.map_err(refused)?;
        return refuse_other_role(connection).await;
    }
    let limited = sessions::demand_defaults(connection).await;
    limited.map_err(refused)?;
    let mut transaction = sessions::begin_alone(connection).await?;
    refuse_other_role(&mut transaction).await?;
    sessions::commit_alone(transaction).await
}

async fn refuse_other_role(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
    let row = sqlx::query!(
        r#"select r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb as "mighty!",
            coalesce(has_table_privilege(to_regclass('auth.token_hooks'), 'select'), false) as "ours!"
           from pg_roles r
           where r.rolname = current_user"#
    )
    .fetch_one(connection)
    .await?;
    if row.mighty || row.ours {
        return Err(sqlx::Error::Configuration(
            "database.hook_url names a role with other rights than a hook's: connect as signet_hook".into(),
        ));
    }
    Ok(())
}
