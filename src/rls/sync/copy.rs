//! Owns the copy downstream: the kit's two tables. Nobody sees half an answer, and only one worker writes at a time.

use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::super::connection;
use super::super::identifier::Identifier;
use super::answer::{Answer, Cutoff};
use super::error::SyncError;
use crate::base::clock::Timestamp;

/// A connection to the copy, as a role that may write it.
pub struct Copy {
    connection: PgConnection,
    schema: Identifier,
}

impl Copy {
    /// Connects, and sees that the tables are there.
    pub async fn open(url: &str, schema: Identifier) -> Result<Self, SyncError> {
        let mut connection = connection::open(url).await?;
        // Nothing of this session is found through a path that somebody else may write to; nothing hangs for ever.
        sqlx::query!(
            r#"select set_config('search_path', 'pg_catalog', false) as path,
                set_config('statement_timeout', '30s', false) as statements,
                set_config('lock_timeout', '5s', false) as locks,
                set_config('idle_in_transaction_session_timeout', '60s', false) as idle"#
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
        if there {
            Ok(Self { connection, schema })
        } else {
            Err(SyncError::NoTables(schema))
        }
    }

    /// Takes the copy for this worker, until its connection ends; false while another one has it.
    pub(super) async fn take(&mut self) -> Result<bool, SyncError> {
        Ok(sqlx::query_scalar!(
            r#"select pg_try_advisory_lock(hashtextextended('signet rls sync ' || $1, 0)) as "taken!""#,
            self.schema.as_str(),
        )
        .fetch_one(&mut self.connection)
        .await?)
    }

    /// What this database's clock says: a question is asked after it, so its answer is no older.
    pub(super) async fn now(&mut self) -> Result<Timestamp, SyncError> {
        Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#)
            .fetch_one(&mut self.connection)
            .await?)
    }

    /// Begins to write answers that are seen together.
    pub(super) async fn begin(&mut self) -> Result<Writing<'_>, SyncError> {
        Ok(Writing {
            transaction: self.connection.begin().await?,
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
    pub(super) async fn write(&mut self, answer: &Answer) -> Result<(), SyncError> {
        let schema = self.schema;
        if answer.full {
            let forget = format!("delete from {schema}.epoch_cutoffs");
            sqlx::query(AssertSqlSafe(forget))
                .execute(&mut *self.transaction)
                .await?;
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
        sqlx::query(AssertSqlSafe(write))
            .bind(column(|cutoff| &cutoff.user_id))
            .bind(column(|cutoff| &cutoff.organization_id))
            .bind(minimums)
            .bind(times)
            .execute(&mut *self.transaction)
            .await?;
        Ok(())
    }

    /// What this database's clock says.
    pub(super) async fn now(&mut self) -> Result<Timestamp, SyncError> {
        Ok(sqlx::query_scalar!(r#"select clock_timestamp() as "now!""#)
            .fetch_one(&mut *self.transaction)
            .await?)
    }

    /// Notes when the last question was asked, by this database's clock, and commits: the copy has what was true then,
    /// and what came after it need not be in the answer. Says how many milliseconds ago the given change was made.
    pub(super) async fn finish(
        mut self,
        (cursor, asked_at): (&str, Timestamp),
        changed_at: Option<Timestamp>,
    ) -> Result<Option<i64>, SyncError> {
        let beat = format!(
            "insert into {}.epoch_sync (singleton, cursor, received_at)
             values (true, $1, $3)
             on conflict (singleton) do update
             set cursor = excluded.cursor,
                 received_at = excluded.received_at
             returning (extract(epoch from clock_timestamp() - $2::timestamptz) * 1000)::bigint",
            self.schema
        );
        let age: Option<i64> = sqlx::query_scalar(AssertSqlSafe(beat))
            .bind(cursor)
            .bind(changed_at)
            .bind(asked_at)
            .fetch_one(&mut *self.transaction)
            .await?;
        self.transaction.commit().await?;
        Ok(age)
    }
}
