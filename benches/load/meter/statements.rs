//! Owns what PostgreSQL counts: statements, transaction control among them, and bytes of write-ahead log. Counting is
//! switched on for a short pass of its own, so that it costs the measured runs nothing.

use std::time::Duration;

use serde::Serialize;
use sqlx::{Connection as _, PgConnection};

use crate::figures;

/// How long the server's connections may take to notice the switch; they do before their next statement.
const NOTICE: Duration = Duration::from_millis(100);

/// A superuser's connection to the server's database.
pub(crate) struct Statements {
    connection: PgConnection,
    begun_at: i64,
}

/// What one operation costs the database.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Cost {
    /// Statements, `begin` and `commit` among them.
    pub(crate) statements: f64,
    /// Bytes of write-ahead log.
    pub(crate) log_bytes: f64,
}

impl Statements {
    /// Connects; `None` where PostgreSQL was not started with `pg_stat_statements`.
    pub(crate) async fn open(url: &str) -> anyhow::Result<Option<Self>> {
        let mut connection = PgConnection::connect(url).await?;
        let loaded: bool = sqlx::query_scalar(
            "select current_setting('shared_preload_libraries') like '%pg_stat_statements%'",
        )
        .fetch_one(&mut connection)
        .await?;
        if !loaded {
            return Ok(None);
        }
        sqlx::query("create extension if not exists pg_stat_statements")
            .execute(&mut connection)
            .await?;
        let mut statements = Self {
            connection,
            begun_at: 0,
        };
        statements.switch("none").await?;
        Ok(Some(statements))
    }

    /// Gives the planner what autovacuum gives it within its first minute, so that a row does not depend on when
    /// that comes.
    pub(crate) async fn settle(&mut self) -> anyhow::Result<()> {
        sqlx::query("analyze").execute(&mut self.connection).await?;
        Ok(())
    }

    /// Has PostgreSQL write every page out, so that the first change of each is logged with the whole page again.
    pub(crate) async fn checkpoint(&mut self) -> anyhow::Result<()> {
        sqlx::query("checkpoint").execute(&mut self.connection).await?;
        Ok(())
    }

    /// Begins to count.
    pub(crate) async fn begin(&mut self) -> anyhow::Result<()> {
        self.switch("top").await?;
        sqlx::query("select pg_stat_statements_reset()")
            .execute(&mut self.connection)
            .await?;
        self.begun_at = self.log_position().await?;
        Ok(())
    }

    /// Ends it, and shares what was counted among so many operations.
    pub(crate) async fn end(&mut self, operations: usize) -> anyhow::Result<Cost> {
        let written = self.log_position().await? - self.begun_at;
        // What the server does by itself from time to time is not an operation's.
        let calls: i64 = sqlx::query_scalar(
            "select coalesce(sum(s.calls), 0)::bigint
             from pg_stat_statements s
             join pg_roles r on r.oid = s.userid
             join pg_database d on d.oid = s.dbid
             where r.rolname <> current_user
               and d.datname = current_database()
               and s.query not like '%auth.cache_versions%'
               and s.query not like '%clock_timestamp()%'
               and s.query not ilike 'listen%'",
        )
        .fetch_one(&mut self.connection)
        .await?;
        self.switch("none").await?;
        let share = |total: i64| {
            figures::large(u64::try_from(total).unwrap_or_default()) / figures::count(operations.max(1))
        };
        Ok(Cost {
            statements: share(calls),
            log_bytes: share(written),
        })
    }

    async fn log_position(&mut self) -> anyhow::Result<i64> {
        let position = sqlx::query_scalar("select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint")
            .fetch_one(&mut self.connection)
            .await?;
        Ok(position)
    }

    async fn switch(&mut self, track: &'static str) -> anyhow::Result<()> {
        let statement = match track {
            "none" => "alter system set pg_stat_statements.track = 'none'",
            _ => "alter system set pg_stat_statements.track = 'top'",
        };
        sqlx::query(statement).execute(&mut self.connection).await?;
        sqlx::query("select pg_reload_conf()")
            .execute(&mut self.connection)
            .await?;
        tokio::time::sleep(NOTICE).await;
        Ok(())
    }
}
