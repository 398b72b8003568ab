//! Owns the copy downstream: the kit's two tables. Nobody sees half an answer, and only one worker writes at a time.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::super::connection::{self, in_time};
use super::super::identifier::Identifier;
use super::cutoff_page::{Cutoff, CutoffPage};
use super::error::SyncError;
use crate::base::clock::Timestamp;

/// How long a question that takes no work may take.
const ANSWER_TIME: Duration = Duration::from_secs(3);
/// The database ends a statement after 30 seconds; if its word does not come either, the connection is lost.
const WRITING_TIME: Duration = Duration::from_secs(31);

/// A connection to the copy, as a role that may write it.
pub struct Copy {
    connection: PgConnection,
    schema: Identifier,
    session: Session,
}

/// Which session of the database it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Session {
    pid: i32,
    began: Timestamp,
}

impl Copy {
    /// Connects, and sees that the tables are there.
    pub async fn open(url: &str, schema: Identifier) -> Result<Self, SyncError> {
        let connection = connection::open(url).await?;
        in_time(ANSWER_TIME, Self::prepare(connection, schema)).await
    }

    async fn prepare(mut connection: PgConnection, schema: Identifier) -> Result<Self, SyncError> {
        // Nothing of this session is found through a path that somebody else may write to; nothing hangs for ever. The
        // lock on the copy goes with the session, so one that nobody holds any more is to end.
        sqlx::query!(
            r#"select set_config('search_path', 'pg_catalog', false) as path,
                set_config('statement_timeout', '30s', false) as statements,
                set_config('lock_timeout', '5s', false) as locks,
                set_config('idle_in_transaction_session_timeout', '60s', false) as idle,
                set_config('idle_session_timeout', '20s', false) as rest,
                set_config('tcp_keepalives_idle', '5', false) as keepalive,
                set_config('tcp_keepalives_interval', '2', false) as interval,
                set_config('tcp_keepalives_count', '3', false) as count"#
        )
        .fetch_one(&mut connection)
        .await?;
        let there = sqlx::query_scalar!(
            r#"select to_regclass($1) is not null and to_regclass($2) is not null as "there!""#,
            format!("{schema}.epoch_cutoffs"),
            format!("{schema}.epoch_sync"),
        )
        .fetch_one(&mut connection)
        .await?;
        let session = sqlx::query_as!(
            Session,
            r#"select pid as "pid!", backend_start as "began!"
               from pg_stat_activity
               where pid = pg_backend_pid()"#
        )
        .fetch_one(&mut connection)
        .await?;
        if there {
            Ok(Self {
                connection,
                schema,
                session,
            })
        } else {
            Err(SyncError::NoTables(schema))
        }
    }

    /// Which session this is.
    pub(super) const fn session(&self) -> Session {
        self.session
    }

    /// Ends a session of before, if it is still there: its connection was lost, and the database may not know.
    pub(super) async fn end(&mut self, lost: Session) -> Result<(), SyncError> {
        let ending = sqlx::query_scalar!(
            r#"select pg_terminate_backend(pid, 2000) as "ended!"
               from pg_stat_activity
               where pid = $1
                 and backend_start = $2
                 and usename = current_user"#,
            lost.pid,
            lost.began,
        )
        .fetch_optional(&mut self.connection);
        in_time(ANSWER_TIME, ending).await?;
        Ok(())
    }

    /// Takes the copy for this worker, until its connection ends; false while another one has it.
    pub(super) async fn take(&mut self) -> Result<bool, SyncError> {
        let taking = sqlx::query_scalar!(
            r#"select pg_try_advisory_lock(hashtextextended('signet rls sync ' || $1, 0)) as "taken!""#,
            self.schema.as_str(),
        )
        .fetch_one(&mut self.connection);
        Ok(in_time(ANSWER_TIME, taking).await?)
    }

    /// What this database's clock says: a question is asked after it, so its answer is no older.
    pub(super) async fn now(&mut self) -> Result<Timestamp, SyncError> {
        let asking =
            sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(&mut self.connection);
        Ok(in_time(ANSWER_TIME, asking).await?)
    }

    /// Begins to write answers that are seen together.
    pub(super) async fn begin(&mut self) -> Result<Writing<'_>, SyncError> {
        Ok(Writing {
            transaction: in_time(ANSWER_TIME, self.connection.begin()).await?,
            schema: &self.schema,
        })
    }
}

/// A transaction on the copy.
pub(super) struct Writing<'a> {
    transaction: sqlx::Transaction<'a, sqlx::Postgres>,
    schema: &'a Identifier,
}

impl Writing<'_> {
    /// Writes an answer's cut-offs: the issuer's word, also where it is lower than before.
    pub(super) async fn write(&mut self, answer: &CutoffPage) -> Result<(), SyncError> {
        let schema = self.schema;
        if answer.full {
            let forget = format!("delete from {schema}.epoch_cutoffs");
            let forgetting = sqlx::query(AssertSqlSafe(forget)).execute(&mut *self.transaction);
            in_time(WRITING_TIME, forgetting).await?;
        }
        if answer.cutoffs.is_empty() {
            return Ok(());
        }
        let write = format!(
            "insert into {schema}.epoch_cutoffs (user_id, organization_id, minimum, changed_at)
             select * from unnest($1::text[], $2::text[], $3::integer[], $4::timestamptz[])
             on conflict (user_id, organization_id) do update
             set minimum = excluded.minimum,
                 changed_at = excluded.changed_at"
        );
        let column = |text: fn(&Cutoff) -> &str| -> Vec<String> {
            answer.cutoffs.iter().map(text).map(str::to_owned).collect()
        };
        let minimums: Vec<i32> = answer.cutoffs.iter().map(|cutoff| cutoff.minimum).collect();
        let times: Vec<Timestamp> = answer.cutoffs.iter().map(|cutoff| cutoff.changed_at).collect();
        let writing = sqlx::query(AssertSqlSafe(write))
            .bind(column(|cutoff| &cutoff.user_id))
            .bind(column(|cutoff| &cutoff.organization_id))
            .bind(minimums)
            .bind(times)
            .execute(&mut *self.transaction);
        in_time(WRITING_TIME, writing).await?;
        Ok(())
    }

    /// What this database's clock says.
    pub(super) async fn now(&mut self) -> Result<Timestamp, SyncError> {
        let asking =
            sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#).fetch_one(&mut *self.transaction);
        Ok(in_time(ANSWER_TIME, asking).await?)
    }

    /// Notes when the last question was asked, by this database's clock, and commits: the copy has what was true then,
    /// and what came after it need not be in the answer. Says how many milliseconds ago the given change was made.
    pub(super) async fn finish(
        mut self,
        cursor: &str,
        asked_at: Timestamp,
        changed_at: Option<Timestamp>,
    ) -> Result<Option<i64>, SyncError> {
        let heartbeat = format!(
            "insert into {}.epoch_sync (singleton, cursor, received_at)
             values (true, $1, $3)
             on conflict (singleton) do update
             set cursor = excluded.cursor,
                 received_at = excluded.received_at
             returning (extract(epoch from clock_timestamp() - $2::timestamptz) * 1000)::bigint",
            self.schema
        );
        let written = sqlx::query_scalar(AssertSqlSafe(heartbeat))
            .bind(cursor)
            .bind(changed_at)
            .bind(asked_at)
            .fetch_one(&mut *self.transaction);
        let age: Option<i64> = in_time(WRITING_TIME, written).await?;
        in_time(WRITING_TIME, self.transaction.commit()).await?;
        Ok(age)
    }
}
